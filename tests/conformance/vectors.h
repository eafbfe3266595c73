// Documented outcomes (the folder "vectors" of the optional reference material), one JSON file per topic. A topic says
// how each kind of question is put to the engine and why the rest is left out; a vector that is neither fails.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof::conformance {

using Json = nlohmann::json;

/// One vector while it runs: what the document says on one side, what the engine says on the other.
class Vector {
 public:
  explicit Vector(const Json& json) : json_(json) {}
  std::string id() const { return json_.at("id"); }
  std::string kind() const { return json_.at("question").at("kind"); }
  const Json& network() const { return json_.at("network"); }
  const Json& question() const { return json_.at("question"); }
  /// The documented value of `key`; null when the answer does not have it.
  Json answer(std::string_view key) const;
  /// A text of the question; empty when it has none.
  std::string asked(std::string_view key) const;

  /// The engine's value of `key`; not compared when the answer does not have it. Texts are equal without regard to
  /// case.
  void same(std::string_view key, const Json& engine) { same(key, answer(key), engine); }
  /// As same(), with the documented value put into the engine's words.
  void same(std::string_view key, const Json& wanted, const Json& engine);
  /// `key` of the answer is no question to the engine.
  void aside(std::string_view key) { seen_.insert(std::string(key)); }

  struct Difference {
    std::string key;
    Json wanted;
    Json engine;
  };
  /// Of what was compared; keys of the answer that nobody looked at are differences as well.
  std::vector<Difference> differences() const;
  bool is_compared() const { return compared_ > 0; }

 private:
  const Json& json_;
  std::set<std::string> seen_;
  std::vector<Difference> differences_;
  int compared_ = 0;
};

/// How the vectors of a kind of question, or one vector by its id, are put to the engine. The id goes first.
struct Run {
  std::string_view what;
  void (*run)(Vector& vector);
};

/// Why the vectors of a kind, or one vector by its id, are not among those that agree. The id goes first.
struct LeftOut {
  enum class How : std::uint8_t {
    not_run,    ///< the engine is not asked
    left_open,  ///< asked; it answers "unknown" where the document decides, never the contrary
    disagrees,  ///< asked; it answers something else
  };
  std::string_view what;
  How how = How::not_run;
  std::string_view why;
};

struct Topic {
  std::string_view file;  ///< without ".json"
  std::span<const Run> runs;
  std::span<const LeftOut> left_out;
};

struct Tally {
  int total = 0;
  int agree = 0;
  std::map<std::string, int> left_out;  ///< by reason
};
/// Runs a topic; failures are those of the running test.
Tally check(const Topic& topic, const Json& vectors);
/// "routing: 26 vectors, 21 agree, 5 left out", and a line for each reason.
std::string to_string(const Topic& topic, const Tally& tally);

}  // namespace hubproof::conformance
