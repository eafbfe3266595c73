#include "engine/check/catalogue.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "engine/core/text.h"
#include "rules/embedded.h"

namespace hubproof::check {
namespace {

using Json = nlohmann::json;

Severity severity_of(const std::string& word) {
  for (const Severity s : {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info}) {
    if (word == name(s)) return s;
  }
  throw Json::other_error::create(501, "no severity: " + word, nullptr);
}

model::ArgTable table_of(const std::string& word) {
  using model::ArgTable;
  for (const ArgTable t :
       {ArgTable::resources, ArgTable::resource_containers, ArgTable::network_resources, ArgTable::dns_resources,
        ArgTable::policy_resources, ArgTable::authorization_resources, ArgTable::app_service_resources}) {
    if (word == model::name(t)) return t;
  }
  throw Json::other_error::create(501, "no table: " + word, nullptr);
}

RuleText read_rule(const Json& row) {
  RuleText out;
  row.at("id").get_to(out.id);
  row.at("family").get_to(out.family);
  row.at("title").get_to(out.title);
  out.severity = severity_of(row.at("severity"));
  row.at("kind").get_to(out.kind);
  row.at("statement").get_to(out.statement);
  row.at("why").get_to(out.why);
  row.at("reference").get_to(out.reference);
  row.at("fix").get_to(out.fix);
  row.at("sources").get_to(out.sources);
  row.at("controls").get_to(out.controls);
  for (const Json& table : row.at("needs")) out.needs.push_back(table_of(table));
  return out;
}

Catalogue read_catalogue() {
  Catalogue out;
  try {
    const Json document = Json::parse(rules::catalogue_json());
    for (const Json& row : document.at("rules")) out.rules.push_back(read_rule(row));
  } catch (const Json::exception& broken) {
    // The text is compiled in and read by a test: a broken one is a bug of the build, and nothing can be said without
    // it.
    std::fprintf(stderr, "hubproof: the embedded rule catalogue cannot be read: %s\n", broken.what());
    std::abort();
  }
  std::sort(out.rules.begin(), out.rules.end(), [](const RuleText& a, const RuleText& b) { return a.id < b.id; });
  return out;
}

}  // namespace

const RuleText* Catalogue::find(std::string_view id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleText& r) { return text::equals(r.id, id); });
  return found == rules.end() ? nullptr : &*found;
}

const Catalogue& catalogue() {
  static const Catalogue kCatalogue = read_catalogue();
  return kCatalogue;
}

}  // namespace hubproof::check
