// Taking a value away never does a verdict good: what a value decided is undecided without it, unless Azure documents
// what its absence means.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/text.h"
#include "fixtures/variants.h"
#include "tests/estates/verified_estate.h"
#include "tests/support/folder.h"

using namespace hubproof;
using nlohmann::json;
using test::VerifiedEstate;

namespace {

namespace fs = std::filesystem;
const std::string kVariants = HUBPROOF_SOURCE_DIR "/fixtures/variants";
const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";

/// Values that a row may leave out, with what Azure means by that. A pointer ends with `pointer`.
struct DocumentedDefault {
  std::string_view pointer;
  std::string_view rules;  ///< those that may pass; empty: any
  std::string_view why;
};
constexpr DocumentedDefault kDefaults[] = {
    // source: learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts and
    // .../microsoft.cognitiveservices/accounts (networkAcls.ipRules: optional)
    {"/networkAcls/ipRules", "", "no address is let in"},
    // source: azure-semantics.md 9.3: absent is Enabled, and then the default action decides
    {"/publicNetworkAccess", "HP-EXP-012", "the default action Deny still closes the endpoint"},
    // source: learn.microsoft.com/azure/templates/microsoft.network/connections (expressRouteGatewayBypass: optional)
    {"/expressRouteGatewayBypass", "", "FastPath is off"},
    // source: azure-semantics.md 9.3
    {"/allowPublicAccessWhenBehindVnet", "", "false"},
    // source: learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters (default false)
    {"/enableNodePublicIP", "", "false"},
    // source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks/subnets (optional)
    {"/serviceEndpoints", "", "the subnet has none"},
    // source: the same page (read-only, printed where a service is in the subnet)
    {"/serviceAssociationLinks", "", "no service is in the subnet"},
    // source: learn.microsoft.com/azure/web-application-firewall/ag/per-site-policies (else the gateway's own policy)
    {"/httpListeners/0/properties/firewallPolicy", "", "the gateway's policy applies"},
    // source: azure-semantics.md 0 (a value other than Succeeded is doubted; templates have none)
    {"/provisioningState", "", "a row of Resource Graph always has it"},
    // source: learn.microsoft.com/azure/firewall/dns-settings (default: Azure DNS)
    {"/dnsSettings/servers", "", "Azure DNS"},
    // source: learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
    {"/dhcpOptions/dnsServers", "", "Azure DNS"},
    // source: learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource (resourceId)
    {"/name", "", "the id says it too"},
};

const DocumentedDefault* documented(const std::string& pointer, const std::string& rule) {
  const auto found = std::find_if(std::begin(kDefaults), std::end(kDefaults), [&](const DocumentedDefault& row) {
    return text::ends_with(pointer, row.pointer) && (row.rules.empty() || row.rules.find(rule) != row.rules.npos);
  });
  return found == std::end(kDefaults) ? nullptr : &*found;
}

/// The pages of an estate in a folder of their own, where a value can be taken away and put back.
class Pages {
 public:
  explicit Pages(const std::string& slug) {
    if (slug.empty()) {
      fs::copy(kCompliant, folder_.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    } else {
      fixtures::materialise(fixtures::load_variant(kVariants, slug), kCompliant, folder_.path());
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file() || entry.path().extension() != ".json") continue;
      std::ifstream in(entry.path());
      json& page = pages_[entry.path()] = json::parse(in);
      for (std::size_t i = 0; i < page["data"].size(); ++i)
        add(entry.path(), "/data/" + std::to_string(i), page["data"][i]);
    }
  }

  bool has(const std::string& id, const std::string& pointer) const {
    const auto row = rows_.find(text::lower(id));
    if (row == rows_.end() || pointer.empty()) return false;
    return pages_.at(row->second.page).contains(json::json_pointer(row->second.pointer + pointer));
  }

  /// Precondition: has(id, pointer).
  VerifiedEstate without(const std::string& id, const std::string& pointer) const {
    const Row& row = rows_.at(text::lower(id));
    json page = pages_.at(row.page);
    const json::json_pointer at(row.pointer + pointer);
    json& parent = page[at.parent_pointer()];
    if (parent.is_array()) {
      parent.erase(std::stoul(at.back()));
    } else {
      parent.erase(at.back());
    }
    std::ofstream(row.page) << page.dump();
    VerifiedEstate out = test::verify({folder_.path()});
    std::ofstream(row.page) << pages_.at(row.page).dump();
    return out;
  }

  /// With "-" (the end of a list, in a patch) made the last index.
  std::string resolved(const std::string& id, const std::string& pointer) const {
    const auto row = rows_.find(text::lower(id));
    if (row == rows_.end() || !text::ends_with(pointer, "/-")) return pointer;
    const std::string list = pointer.substr(0, pointer.size() - 2);
    if (!has(id, list)) return pointer;
    const json& values = pages_.at(row->second.page)[json::json_pointer(row->second.pointer + list)];
    return list + "/" + std::to_string(values.size() - 1);
  }

 private:
  struct Row {
    fs::path page;
    std::string pointer;
  };

  /// A resource, and the subnets and peerings that stand inside it.
  void add(const fs::path& page, const std::string& pointer, const json& row) {
    rows_[text::lower(row["id"].get<std::string>())] = {page, pointer};
    for (const char* list : {"subnets", "virtualNetworkPeerings"}) {
      const json::json_pointer at("/properties/" + std::string(list));
      if (!row.contains(at)) continue;
      for (std::size_t i = 0; i < row[at].size(); ++i) {
        if (row[at][i].contains("properties"))
          add(page, pointer + at.to_string() + "/" + std::to_string(i), row[at][i]);
      }
    }
  }

  test::Folder folder_;
  std::map<fs::path, json> pages_;
  std::map<std::string, Row> rows_;
};

struct Value {
  std::string id;
  std::string pointer;
  friend auto operator<=>(const Value&, const Value&) = default;
};

bool is_index(const std::string& step) { return !step.empty() && step.find_first_not_of("0123456789") == step.npos; }

/// The values that the variant set, and what they are part of: everything below the row's properties. Members of lists
/// stay: a list with fewer members is another configuration, not an unknown one.
std::set<Value> set_by(const fixtures::Variant& variant, const Pages& pages) {
  std::set<Value> out;
  for (const json& change : variant.changes) {
    if (!change.contains("patch")) continue;
    const std::string id = change["id"];
    for (const json& step : change["patch"]) {
      if (step["op"] != "add" && step["op"] != "replace") continue;
      json::json_pointer at(pages.resolved(id, step["path"]));
      for (; !at.empty() && at.to_string() != "/properties"; at = at.parent_pointer()) {
        if (!is_index(at.back()) && pages.has(id, at.to_string())) out.insert({id, at.to_string()});
      }
    }
  }
  return out;
}

std::string outcome_of(const VerifiedEstate& estate, const std::string& rule) {
  return std::string(check::name(estate.verdict(rule)));
}

}  // namespace

TEST_CASE("a value that breaks a rule: without it the rule does not pass") {
  std::set<const DocumentedDefault*> used;
  std::size_t taken_away = 0;
  for (const std::string& slug : fixtures::list_variants(kVariants)) {
    const fixtures::Variant variant = fixtures::load_variant(kVariants, slug);
    const Pages pages(slug);
    for (const Value& value : set_by(variant, pages)) {
      ++taken_away;
      const VerifiedEstate estate = pages.without(value.id, value.pointer);
      std::vector<std::string> rules = variant.fails;
      rules.insert(rules.end(), variant.unknown.begin(), variant.unknown.end());
      for (const std::string& rule : rules) {
        if (const DocumentedDefault* row = documented(value.pointer, rule)) {
          used.insert(row);
          continue;
        }
        CAPTURE(slug);
        CAPTURE(value.id);
        CAPTURE(value.pointer);
        CAPTURE(rule);
        const std::string outcome = outcome_of(estate, rule);
        CAPTURE(outcome);
        CHECK((outcome == "fail" || outcome == "unknown"));
      }
    }
  }
  CHECK(taken_away > 150);
  CHECK(used.size() >= 8);
}

TEST_CASE("a value that a pass rests on: without it the same finding does not pass") {
  const Pages pages("");
  const VerifiedEstate whole = test::verify({kCompliant});
  std::map<std::pair<std::string, std::string>, std::set<Value>> by_kind;  // (rule, pointer) -> places
  for (const check::Finding& finding : whole.result.findings) {
    if (finding.outcome != check::Outcome::pass) continue;
    for (const model::Fact& fact : finding.facts) {
      const std::string id(whole.estate->spelling(fact.resource));
      const std::string pointer(fact.pointer.view());
      const std::string& rule = check::catalogue().rules[finding.rule].id;
      if (pages.has(id, pointer) && documented(pointer, rule) == nullptr)
        by_kind[{rule, pointer}].insert({id, pointer});
    }
  }
  CHECK(by_kind.size() > 20);
  for (const auto& [kind, values] : by_kind) {
    const std::string& rule = kind.first;
    const Value& value = *values.begin();
    const VerifiedEstate estate = pages.without(value.id, value.pointer);
    CAPTURE(rule);
    CAPTURE(value.id);
    CAPTURE(value.pointer);
    CHECK(estate.verdict(rule) != check::Outcome::pass);
  }
}
