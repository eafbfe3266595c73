#include "engine/ingest/service_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/ingest/json_keys.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

/// The tag, or nothing with a problem told: part of a list of addresses is no list.
std::optional<model::ServiceTag> read_tag(const json& entry, std::vector<std::string>& problems) {
  model::ServiceTag out;
  out.name = member_text(entry, "name");
  const json* properties = member(entry, "properties");
  const json* prefixes = properties == nullptr ? nullptr : member(*properties, "addressPrefixes");
  const std::string shown = text::printable(out.name.substr(0, 80));
  if (out.name.empty() || prefixes == nullptr || !prefixes->is_array()) {
    problems.push_back(fmt::format("the tag '{}' has no name or no list of addressPrefixes", shown));
    return std::nullopt;
  }
  for (const json& item : *prefixes) {
    const std::string word = item.is_string() ? item.get<std::string>() : item.dump();
    const Result<AnyPrefix> prefix = parse_any_prefix(word);
    if (!prefix) {
      problems.push_back(
          fmt::format("the tag '{}' holds {}, which is no address prefix", shown, text::printable(word.substr(0, 80))));
      return std::nullopt;
    }
    if (const Prefix* ipv4 = std::get_if<Prefix>(&*prefix)) out.prefixes.push_back(*ipv4);
  }
  std::sort(out.prefixes.begin(), out.prefixes.end());
  out.prefixes.erase(std::unique(out.prefixes.begin(), out.prefixes.end()), out.prefixes.end());
  for (const Prefix& prefix : out.prefixes) out.addresses.add(prefix);
  return out;
}

}  // namespace

bool is_service_tags(const json& document) {
  return document.is_object() && member(document, "changeNumber") != nullptr && has_array(document, "values");
}

ReadServiceTags read_service_tags(const json& document) {
  ReadServiceTags out;
  // The download has a number, the command a text. source:
  // learn.microsoft.com/rest/api/virtualnetwork/service-tags/list
  const json& number = *member(document, "changeNumber");
  if (number.is_number_unsigned()) out.list.change_number = number.get<std::uint64_t>();
  if (number.is_string()) {
    const auto& digits = number.get_ref<const std::string&>();
    std::from_chars(digits.data(), digits.data() + digits.size(), out.list.change_number);
  }
  out.list.cloud = member_text(document, "cloud");
  auto& tags = out.list.tags;
  for (const json& entry : *member(document, "values")) {
    if (std::optional<model::ServiceTag> tag = read_tag(entry, out.problems)) tags.push_back(std::move(*tag));
  }
  const auto before = [](const auto& a, const auto& b) { return text::compare(a.name, b.name) < 0; };
  std::stable_sort(tags.begin(), tags.end(), before);
  const auto same = [](const auto& a, const auto& b) { return text::equals(a.name, b.name); };
  for (auto twin = std::adjacent_find(tags.begin(), tags.end(), same); twin != tags.end();
       twin = std::adjacent_find(tags.begin(), tags.end(), same)) {
    const std::string name = twin->name;
    out.problems.push_back(fmt::format("the tag '{}' stands twice", text::printable(name.substr(0, 80))));
    std::erase_if(tags, [&](const model::ServiceTag& tag) { return text::equals(tag.name, name); });
  }
  return out;
}

}  // namespace hubproof::ingest
