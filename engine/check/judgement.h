// Judgement: collects what speaks for and against one resource, and words it as one finding.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/check/finding.h"

namespace hubproof::check {

/// Why an answer cannot be relied upon, and what would settle it (may be empty).
struct Doubt {
  std::string why;
  text::FixedText decided_by;
};

/// A definite violation outranks a doubt, and a doubt outranks a pass: unknown never becomes pass, and a fail that does
/// not depend on the unknown stays a fail.
class Judgement {
 public:
  explicit Judgement(model::ResourceId resource) { finding_.resource = resource; }

  void fact(model::ResourceId resource, text::FixedText pointer, text::FixedText value);
  void fact(const model::Fact& fact) { this->fact(fact.resource, fact.pointer, fact.value); }
  void fact(text::FixedText pointer, text::FixedText value) {
    fact(finding_.resource, std::move(pointer), std::move(value));
  }
  void fail(std::string message, text::FixedText expected = {});
  void doubt(std::string why, text::FixedText decided_by = {});
  void doubt(const std::optional<Doubt>& doubt);
  /// Said beside a pass.
  void note(std::string text);
  /// The rule has nothing to say here; outranks everything.
  void not_applicable(std::string why);

  std::size_t facts() const { return finding_.facts.size(); }
  bool is_failed() const { return !failures_.empty(); }
  bool is_doubted() const { return !doubts_.empty(); }
  Finding finding() &&;

 private:
  Finding finding_;
  std::vector<std::string> failures_;
  std::vector<Doubt> doubts_;
  std::vector<std::string> notes_;
  std::string not_applicable_;
};

/// An unknown finding without further evidence.
Finding undecided(model::ResourceId resource, text::FixedText why, text::FixedText decided_by = {});
/// A finding that the rule does not apply; `resource` may be unset.
Finding inapplicable(model::ResourceId resource, text::FixedText why);

}  // namespace hubproof::check
