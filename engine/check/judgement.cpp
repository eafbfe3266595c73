#include "engine/check/judgement.h"

#include <fmt/format.h>

#include <algorithm>

namespace hubproof::check {
namespace {

/// The first three, "; " between them, and how many more there are.
std::string join(const std::vector<std::string>& sentences) {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(sentences.size(), kShown); ++i) {
    if (i != 0) out += "; ";
    out += sentences[i];
  }
  if (sentences.size() > kShown) out += fmt::format("; and {} more", sentences.size() - kShown);
  return out;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

}  // namespace

void Judgement::fact(model::ResourceId resource, text::FixedText pointer, text::FixedText value) {
  model::Fact fact{resource, std::move(pointer), std::move(value)};
  auto& facts = finding_.facts;
  if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(std::move(fact));
}

void Judgement::fail(std::string message, text::FixedText expected) {
  if (finding_.expected.empty()) finding_.expected = std::move(expected);
  add_once(failures_, std::move(message));
}

void Judgement::doubt(std::string why, text::FixedText decided_by) {
  const auto same = [&](const Doubt& d) { return d.why == why; };
  if (std::none_of(doubts_.begin(), doubts_.end(), same)) doubts_.push_back({std::move(why), std::move(decided_by)});
}

void Judgement::doubt(const std::optional<Doubt>& doubt_or_none) {
  if (doubt_or_none) doubt(doubt_or_none->why, doubt_or_none->decided_by);
}

void Judgement::note(std::string text) { add_once(notes_, std::move(text)); }

void Judgement::not_applicable(std::string why) { not_applicable_ = std::move(why); }

Finding Judgement::finding() && {
  if (!not_applicable_.empty()) {
    finding_.outcome = Outcome::not_applicable;
    finding_.message = not_applicable_;
    finding_.expected.clear();
  } else if (!failures_.empty()) {
    finding_.outcome = Outcome::fail;
    finding_.message = join(failures_);
  } else if (!doubts_.empty()) {
    finding_.outcome = Outcome::unknown;
    std::vector<std::string> reasons;
    for (const Doubt& doubt : doubts_) {
      reasons.push_back(doubt.why);
      if (finding_.decided_by.empty()) finding_.decided_by = doubt.decided_by;
    }
    finding_.message = join(reasons);
    finding_.expected.clear();
  } else {
    finding_.outcome = Outcome::pass;
    finding_.message = join(notes_);
    finding_.expected.clear();
  }
  return std::move(finding_);
}

Finding undecided(model::ResourceId resource, text::FixedText why, text::FixedText decided_by) {
  Finding out;
  out.resource = resource;
  out.outcome = Outcome::unknown;
  out.message = std::move(why);
  out.decided_by = std::move(decided_by);
  return out;
}

Finding inapplicable(model::ResourceId resource, text::FixedText why) {
  Finding out;
  out.resource = resource;
  out.outcome = Outcome::not_applicable;
  out.message = std::move(why);
  return out;
}

}  // namespace hubproof::check
