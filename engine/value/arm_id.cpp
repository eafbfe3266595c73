#include "engine/value/arm_id.h"

#include <fmt/format.h>

#include "engine/core/text.h"

namespace hubproof {
namespace {

constexpr std::string_view kProviders = "/providers/";

/// Offset of the last "/providers/" (any case), or npos.
std::size_t last_providers(std::string_view id) {
  if (id.size() < kProviders.size()) return std::string_view::npos;
  for (std::size_t at = id.size() - kProviders.size() + 1; at-- > 0;) {
    if (id[at] == '/' && text::equals(id.substr(at, kProviders.size()), kProviders)) return at;
  }
  return std::string_view::npos;
}

/// The segment that starts at `at`; moves `at` past the following '/', or to npos at the end.
std::string_view take_segment(std::string_view id, std::size_t& at) {
  const std::size_t slash = id.find('/', at);
  const std::string_view segment = id.substr(at, slash == std::string_view::npos ? slash : slash - at);
  at = slash == std::string_view::npos ? slash : slash + 1;
  return segment;
}

std::string_view scope_value(std::string_view id, std::string_view key) {
  for (std::size_t at = 0; at != std::string_view::npos && at < id.size();) {
    if (text::equals(take_segment(id, at), key)) {
      return at == std::string_view::npos ? std::string_view() : take_segment(id, at);
    }
  }
  return {};
}

}  // namespace

Result<ArmId> ArmId::parse(std::string_view text) {
  if (text.size() < 2 || text[0] != '/' || text.back() == '/' || text.find("//") != std::string_view::npos) {
    return Error{fmt::format("\"{}\" is not a resource id", text::printable(text.substr(0, 120)))};
  }
  ArmId id;
  id.subscription = scope_value(text, "subscriptions");
  id.resource_group = scope_value(text, "resourceGroups");
  id.name = text.substr(text.rfind('/') + 1);
  const std::size_t providers = last_providers(text);
  if (providers == std::string_view::npos) return id;
  std::size_t at = providers + kProviders.size();
  id.provider = take_segment(text, at);
  if (at == std::string_view::npos) return Error{fmt::format("\"{}\" ends after its provider", text::printable(text))};
  const std::size_t type_begin = at;
  std::size_t segments = 0;
  while (at != std::string_view::npos) {
    take_segment(text, at);
    ++segments;
  }
  if (segments % 2 != 0) {
    return Error{fmt::format("\"{}\" has a type without a name", text::printable(text.substr(0, 200)))};
  }
  id.type_path = text.substr(type_begin, text.size() - type_begin - id.name.size() - 1);
  return id;
}

std::string arm_type(std::string_view id) {
  const Result<ArmId> parsed = ArmId::parse(id);
  if (!parsed) return {};
  if (parsed->provider.empty()) {
    if (!parsed->resource_group.empty()) return "microsoft.resources/subscriptions/resourcegroups";
    return parsed->subscription.empty() ? std::string() : "microsoft.resources/subscriptions";
  }
  std::string type = text::lower(parsed->provider);
  // type_path is type/name/type/name/type: every second segment is a name.
  bool is_type = true;
  for (std::size_t at = 0; at != std::string_view::npos; is_type = !is_type) {
    const std::string_view segment = take_segment(parsed->type_path, at);
    if (is_type) (type += '/') += text::lower(segment);
  }
  return type;
}

std::string_view arm_parent(std::string_view id) {
  const std::size_t name = id.rfind('/');
  if (name == std::string_view::npos || name == 0) return {};
  const std::size_t type = id.rfind('/', name - 1);
  if (type == std::string_view::npos) return {};
  const std::string_view parent = id.substr(0, type);
  // "/…/providers/Microsoft.Network" is no resource: the id was top-level.
  const std::size_t providers = last_providers(parent);
  if (providers == std::string_view::npos) return {};
  return parent.find('/', providers + kProviders.size()) == std::string_view::npos ? std::string_view() : parent;
}

std::string_view arm_without_snapshot(std::string_view id) {
  const std::string_view parent = arm_parent(id);
  return !parent.empty() && text::starts_with(id.substr(parent.size()), "/snapshots/") ? parent : id;
}

std::string_view arm_top_level(std::string_view id) {
  std::size_t at = last_providers(id);
  if (at == std::string_view::npos) return id;
  at += kProviders.size();
  for (int segment = 0; segment < 3 && at != std::string_view::npos; ++segment) take_segment(id, at);
  return at == std::string_view::npos ? id : id.substr(0, at - 1);
}

std::string_view arm_name(std::string_view id) { return id.substr(id.rfind('/') + 1); }

std::string_view arm_subscription(std::string_view id) { return scope_value(id, "subscriptions"); }

}  // namespace hubproof
