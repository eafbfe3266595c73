#include "engine/report/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::report {
namespace {

/// Position behind "/providers/" of the last provider, or npos.
std::size_t provider_start(std::string_view arm_id) {
  constexpr std::string_view kProviders = "/providers/";
  std::size_t found = std::string_view::npos;
  for (std::size_t i = 0; i + kProviders.size() <= arm_id.size(); ++i) {
    if (text::starts_with(arm_id.substr(i), kProviders)) found = i + kProviders.size();
  }
  return found;
}

}  // namespace

std::string short_name(std::string_view arm_id) {
  if (arm_id.empty() || arm_id.front() != '/') return std::string(arm_id);
  const std::size_t start = provider_start(arm_id);
  if (start == std::string_view::npos) return std::string(arm_id.substr(arm_id.rfind('/') + 1));
  // namespace/type/name/type/name...: every second segment after the namespace is a name.
  std::string out;
  std::size_t segment = 0;
  std::string_view rest = arm_id.substr(start);
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (segment > 0 && segment % 2 == 0) {
      if (!out.empty()) out += '/';
      out += rest.substr(0, slash);
    }
    ++segment;
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return out.empty() ? std::string(arm_id) : out;
}

std::string short_name(const model::Estate& estate, model::ResourceId id) {
  return id.is_set() ? short_name(estate.spelling(id)) : "the estate";
}

std::string full_id(const model::Estate& estate, model::ResourceId id) {
  return id.is_set() ? std::string(estate.spelling(id)) : std::string();
}

std::string place_name(const model::Estate& estate, const net::Place& place) {
  return place.id.is_set() ? short_name(estate.spelling(place.id)) : place_id(estate, place);
}

std::string place_id(const model::Estate& estate, const net::Place& place) {
  if (place.id.is_set()) return std::string(estate.spelling(place.id));
  if (place.kind == net::Place::Kind::internet) return "Internet";
  if (place.kind == net::Place::Kind::on_premises) return "on-premises";
  return "unknown";
}

Location locate(const Subject& subject, model::ResourceId id, std::string_view pointer) {
  if (!id.is_set() || !subject.locate) return {};
  return subject.locate(id, pointer);
}

std::string message_of(const Subject& subject, const check::Finding& finding) {
  if (!finding.message.empty()) return std::string(finding.message.view());
  const check::RuleText& rule = check::catalogue().rules[finding.rule];
  if (finding.facts.empty()) return fmt::format("{}: holds", rule.title);
  const model::Fact& fact = finding.facts.front();
  const std::string where =
      fact.pointer.empty() ? short_name(subject.view.estate, fact.resource) : std::string(fact.pointer.view());
  return fmt::format("{}: holds, {} is {}", rule.title, where, fact.value);
}

}  // namespace hubproof::report
