// Taking anything away from the compliant export never leaves a rule at pass whose answer depended on it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/model/snapshot.h"
#include "tests/estates/verified_estate.h"
#include "tests/support/folder.h"

using namespace hubproof;
using nlohmann::json;
using test::VerifiedEstate;

namespace {

namespace fs = std::filesystem;
const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";

std::vector<fs::path> pages() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(kCompliant)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The export without the rows that `drop` chooses. `adjust_totals`: the pages claim to be whole without them, as if
/// the rows had never been exported; otherwise the totals still tell that rows are missing.
template <class Drop>
VerifiedEstate without(Drop drop, bool adjust_totals) {
  const test::Folder folder;
  std::map<std::string, std::size_t> kept_of_table;
  std::vector<std::pair<std::string, json>> kept;
  for (const fs::path& page : pages()) {
    std::ifstream in(page);
    json document = json::parse(in);
    json rows = json::array();
    for (const json& row : document["data"]) {
      if (!drop(page, row)) rows.push_back(row);
    }
    const std::string table = page.filename().string().substr(0, page.filename().string().find('.'));
    kept_of_table[table] += rows.size();
    document["data"] = rows;
    if (adjust_totals) document["count"] = rows.size();
    if (!rows.empty()) kept.emplace_back(table, document);
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (adjust_totals) kept[i].second["total_records"] = kept_of_table[kept[i].first];
    std::ofstream(fs::path(folder.path()) / (std::to_string(1000 + i) + ".json")) << kept[i].second.dump(1);
  }
  return test::verify({folder.path()});
}

std::string type_of(const json& row) { return row.value("type", std::string()); }

/// Rules that lose their ground when all rows of a type are gone. By hand, from what each rule reads (docs/rules).
/// A type that no rule reads, or whose absence leaves traces in nothing else and empties the rule's population
/// (not-applicable), is listed with the rules that it leaves alone.
struct Dependants {
  std::string type;
  std::vector<std::string> rules;
};

const std::vector<Dependants>& dependants() {
  static const std::vector<Dependants> rows = {
      {"microsoft.network/virtualnetworks",
       {"HP-TRN-001", "HP-TRN-002", "HP-TRN-005", "HP-TRN-006", "HP-TRN-015", "HP-DNS-004", "HP-DNS-012"}},
      {"microsoft.network/routetables",
       {"HP-TRN-002", "HP-TRN-003", "HP-TRN-004", "HP-TRN-006", "HP-TRN-007", "HP-TRN-015"}},
      {"microsoft.network/azurefirewalls", {"HP-TRN-002", "HP-TRN-006", "HP-TRN-015", "HP-DNS-012"}},
      {"microsoft.network/firewallpolicies", {"HP-DNS-012", "HP-EXP-012"}},
      {"microsoft.network/firewallpolicies/rulecollectiongroups", {"HP-EXP-012"}},
      {"microsoft.network/privateendpoints", {"HP-TRN-007", "HP-DNS-005", "HP-DNS-012"}},
      // Private endpoints state their addresses themselves (customDnsConfigs); what machines there are, only their NICs
      // do.
      {"microsoft.network/networkinterfaces", {"HP-TRN-015"}},
      {"microsoft.network/privatednszones", {"HP-DNS-001", "HP-DNS-003", "HP-DNS-004", "HP-DNS-005", "HP-DNS-012"}},
      {"microsoft.network/privatednszones/virtualnetworklinks", {"HP-DNS-004", "HP-DNS-012"}},
      {"microsoft.network/privatednszones/a", {"HP-DNS-005", "HP-DNS-012"}},
      {"microsoft.cognitiveservices/accounts", {"HP-EXP-001", "HP-EXP-012"}},
      {"microsoft.search/searchservices", {"HP-EXP-002", "HP-EXP-012"}},
      {"microsoft.machinelearningservices/workspaces", {"HP-EXP-003", "HP-EXP-012"}},
      {"microsoft.storage/storageaccounts", {"HP-EXP-004", "HP-EXP-012"}},
      {"microsoft.documentdb/databaseaccounts", {"HP-EXP-004", "HP-EXP-012"}},
      {"microsoft.keyvault/vaults", {"HP-EXP-004", "HP-EXP-012"}},
      {"microsoft.network/virtualnetworkgateways", {}},
      {"microsoft.network/networksecuritygroups", {}},
  };
  return rows;
}

}  // namespace

TEST_CASE("removing any page of the export: no rule that rests on its table passes") {
  for (const fs::path& page : pages()) {
    const VerifiedEstate estate = without([&](const fs::path& at, const json&) { return at == page; }, false);
    std::ifstream in(page);
    const json document = json::parse(in);
    std::vector<model::ArgTable> tables;
    for (const json& row : document["data"]) tables.push_back(model::table_of(type_of(row)));
    CAPTURE(page.filename().string());
    for (const check::RuleText& rule : check::catalogue().rules) {
      const bool rests_on_it = std::any_of(rule.needs.begin(), rule.needs.end(), [&](model::ArgTable table) {
        return std::find(tables.begin(), tables.end(), table) != tables.end();
      });
      CAPTURE(rule.id);
      if (rests_on_it) CHECK(estate.verdict(rule.id) != check::Outcome::pass);
    }
  }
}

TEST_CASE("removing a whole table, as if it had never been exported: no rule that rests on it passes") {
  for (const model::ArgTable table :
       {model::ArgTable::resources, model::ArgTable::network_resources, model::ArgTable::dns_resources}) {
    const VerifiedEstate estate =
        without([&](const fs::path&, const json& row) { return model::table_of(type_of(row)) == table; }, true);
    CAPTURE(std::string(model::name(table)));
    for (const check::RuleText& rule : check::catalogue().rules) {
      CAPTURE(rule.id);
      if (std::find(rule.needs.begin(), rule.needs.end(), table) != rule.needs.end()) {
        CHECK(estate.verdict(rule.id) != check::Outcome::pass);
      }
    }
  }
}

TEST_CASE("removing every row of a type, as if it had never been exported: its dependants do not pass") {
  for (const Dependants& expected : dependants()) {
    const VerifiedEstate estate =
        without([&](const fs::path&, const json& row) { return type_of(row) == expected.type; }, true);
    CAPTURE(expected.type);
    for (const std::string& rule : expected.rules) {
      CAPTURE(rule);
      CHECK(estate.verdict(rule) != check::Outcome::pass);
    }
  }
}

TEST_CASE("removing any single resource never turns a verdict into fail") {
  std::vector<std::string> ids;
  for (const fs::path& page : pages()) {
    std::ifstream in(page);
    const json document = json::parse(in);
    for (const json& row : document["data"]) ids.push_back(row["id"]);
  }
  REQUIRE(ids.size() > 100);
  // Absence is not evidence of a violation, with exceptions that are: a missing association is one.
  for (std::size_t i = 0; i < ids.size(); i += 7) {
    const VerifiedEstate estate = without([&](const fs::path&, const json& row) { return row["id"] == ids[i]; }, false);
    CAPTURE(ids[i]);
    for (const std::string& line : estate.lines(check::Outcome::fail)) {
      CAPTURE(line);
      CHECK(false);
    }
  }
}
