#include "tests/conformance/vectors.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "engine/core/text.h"

namespace hubproof::conformance {
namespace {

bool is_same(const Json& a, const Json& b) {
  if (a.is_string() && b.is_string()) return text::equals(a.get<std::string>(), b.get<std::string>());
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same);
  return a == b;
}

template <class Row>
const Row* row_for(std::span<const Row> rows, std::string_view what) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.what == what; });
  return found == rows.end() ? nullptr : &*found;
}

std::string shown(const std::vector<Vector::Difference>& differences) {
  std::string out;
  for (const Vector::Difference& d : differences)
    out += fmt::format("{}: documented {}, engine {}; ", d.key, d.wanted.dump(), d.engine.dump());
  return out;
}

bool is_left_open(const Vector::Difference& difference) { return difference.engine == "unknown"; }

void put(const Run& run, Vector& vector) {
  try {
    run.run(vector);
  } catch (const std::exception& error) {
    FAIL_CHECK("the vector has another shape than its runner expects: ", error.what());
  }
  CHECK_MESSAGE(vector.is_compared(), "the runner compared nothing");
}

/// Asks the engine. True when it agrees; a vector with a reason must not.
bool ask(const Run& run, Vector& vector, const LeftOut* reason) {
  put(run, vector);
  const auto differences = vector.differences();
  const std::string difference = shown(differences);
  CAPTURE(difference);
  if (reason == nullptr) {
    CHECK(differences.empty());
    return differences.empty();
  }
  CHECK_MESSAGE(!differences.empty(), "it agrees now: its reason can go");
  if (reason->how == LeftOut::How::left_open) CHECK(std::all_of(differences.begin(), differences.end(), is_left_open));
  return false;
}

}  // namespace

Json Vector::answer(std::string_view key) const {
  const Json& all = json_.at("answer");
  const auto found = all.find(std::string(key));
  return found == all.end() ? Json() : *found;
}

std::string Vector::asked(std::string_view key) const {
  const auto found = question().find(std::string(key));
  return found == question().end() || !found->is_string() ? std::string() : found->get<std::string>();
}

void Vector::same(std::string_view key, const Json& wanted, const Json& engine) {
  seen_.insert(std::string(key));
  if (!json_.at("answer").contains(std::string(key))) return;
  ++compared_;
  if (!is_same(wanted, engine)) differences_.push_back({std::string(key), wanted, engine});
}

std::vector<Vector::Difference> Vector::differences() const {
  std::vector<Difference> out = differences_;
  for (const auto& [key, value] : json_.at("answer").items()) {
    if (seen_.count(key) == 0) out.push_back({key, value, "not asked"});
  }
  return out;
}

Tally check(const Topic& topic, const Json& vectors) {
  Tally tally;
  std::set<std::string> used;
  for (const Json& json : vectors) {
    Vector vector(json);
    const std::string id = vector.id();
    const std::string kind = vector.kind();
    CAPTURE(id);
    CAPTURE(kind);
    ++tally.total;
    const Run* own_run = row_for(topic.runs, id);
    const Run* run = own_run != nullptr ? own_run : row_for(topic.runs, kind);
    const LeftOut* own_reason = row_for(topic.left_out, id);
    const LeftOut* reason = own_reason != nullptr ? own_reason
                            : own_run != nullptr  ? nullptr
                                                  : row_for(topic.left_out, kind);
    if (run != nullptr) used.emplace(run->what);
    if (reason != nullptr) used.emplace(reason->what);
    CHECK_MESSAGE((run != nullptr || reason != nullptr), "it neither runs nor has a reason");
    const bool is_asked = run != nullptr && (reason == nullptr || reason->how != LeftOut::How::not_run);
    if (is_asked && ask(*run, vector, reason)) ++tally.agree;
    if (reason != nullptr) ++tally.left_out[std::string(reason->why)];
  }
  for (const Run& row : topic.runs) CHECK_MESSAGE(used.count(std::string(row.what)) == 1, "no vector for ", row.what);
  for (const LeftOut& row : topic.left_out)
    CHECK_MESSAGE(used.count(std::string(row.what)) == 1, "no vector for ", row.what);
  return tally;
}

std::string to_string(const Topic& topic, const Tally& tally) {
  int left_out = 0;
  for (const auto& [why, count] : tally.left_out) left_out += count;
  std::string out =
      fmt::format("{}: {} vectors, {} agree, {} left out\n", topic.file, tally.total, tally.agree, left_out);
  for (const auto& [why, count] : tally.left_out) out += fmt::format("  {:>3} {}\n", count, why);
  return out;
}

}  // namespace hubproof::conformance
