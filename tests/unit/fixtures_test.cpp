// The estates in fixtures/: reproducible, consistent in themselves, and described as they are.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fixtures/estate.h"
#include "fixtures/naming.h"
#include "fixtures/variants.h"
#include "tests/support/folder.h"

namespace {

namespace fs = std::filesystem;
using hubproof::fixtures::Detail;
using hubproof::fixtures::EstateOptions;
using hubproof::fixtures::Json;
using hubproof::fixtures::lower;
using hubproof::fixtures::Variant;

const fs::path kFixtures = fs::path(HUBPROOF_SOURCE_DIR) / "fixtures";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// File name -> content of the pages of an export.
std::map<std::string, std::string> pages(const fs::path& directory) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::directory_iterator(directory / "arg")) {
    out[entry.path().filename().string()] = read(entry.path());
  }
  return out;
}

struct Export {
  std::vector<Json> rows;
  std::vector<std::string> faults;  ///< what is wrong with its pages
};

/// State of one table while its pages are read in order.
struct TableState {
  std::size_t rows = 0;
  std::size_t total = 0;
  bool ended = false;
  std::string last_id;
};

void read_page(const std::string& name, const Json& page, TableState& state, Export& out) {
  const Json& data = page.at("data");
  if (data.size() != page.at("count").get<std::size_t>()) out.faults.push_back(name + ": count");
  if (state.ended) out.faults.push_back(name + ": follows a page without a token");
  state.ended = page.at("skip_token").is_null();
  state.total = page.at("total_records").get<std::size_t>();
  state.rows += data.size();
  for (const Json& row : data) {
    const std::string id = lower(row.at("id").get<std::string>());
    if (id <= state.last_id) out.faults.push_back(name + ": order of " + id);
    state.last_id = id;
    out.rows.push_back(row);
  }
}

Export load(const fs::path& directory) {
  Export out;
  std::map<std::string, TableState> tables;
  for (const auto& [name, text] : pages(directory)) {
    read_page(name, Json::parse(text), tables[name.substr(0, name.find('.'))], out);
  }
  for (const auto& [name, state] : tables) {
    if (state.rows != state.total) out.faults.push_back(name + ": total_records");
    if (!state.ended) out.faults.push_back(name + ": the last page has a token");
  }
  return out;
}

std::set<std::string> ids(const Export& estate) {
  std::set<std::string> out;
  for (const Json& row : estate.rows) out.insert(lower(row.at("id").get<std::string>()));
  return out;
}

/// True when `id` names a row or a part of one.
bool known(const std::set<std::string>& ids, std::string id) {
  for (id = lower(id); !id.empty(); id.resize(id.rfind('/'))) {
    if (id.find("/providers/") == std::string::npos) return ids.count(id) > 0;
    if (ids.count(id) > 0) return true;
  }
  return false;
}

/// Every string in a row that is the id of a resource.
void collect_references(const Json& value, std::vector<std::string>& out) {
  if (value.is_string() && value.get_ref<const std::string&>().rfind("/subscriptions/", 0) == 0) {
    out.push_back(value.get<std::string>());
  }
  if (value.is_structured()) {
    for (const Json& element : value) collect_references(element, out);
  }
}

std::vector<std::string> dangling(const Export& estate) {
  const std::set<std::string> rows = ids(estate);
  std::vector<std::string> references;
  for (const Json& row : estate.rows) collect_references(row.at("properties"), references);
  references.erase(
      std::remove_if(references.begin(), references.end(), [&](const std::string& id) { return known(rows, id); }),
      references.end());
  return references;
}

std::vector<Json> of_type(const Export& estate, const std::string& type) {
  std::vector<Json> out;
  std::copy_if(estate.rows.begin(), estate.rows.end(), std::back_inserter(out),
               [&](const Json& row) { return row.at("type") == type; });
  return out;
}

std::set<std::string> endpoint_addresses(const Export& estate) {
  std::set<std::string> out;
  for (const Json& nic : of_type(estate, "microsoft.network/networkinterfaces")) {
    if (!nic.at("properties").contains("privateEndpoint")) continue;
    for (const Json& configuration : nic.at("properties").at("ipConfigurations")) {
      out.insert(configuration.at("properties").at("privateIPAddress").get<std::string>());
    }
  }
  return out;
}

std::set<std::string> record_addresses(const Export& estate) {
  std::set<std::string> out;
  for (const Json& record : of_type(estate, "microsoft.network/privatednszones/a")) {
    if (!record.at("properties").contains("metadata")) continue;
    for (const Json& value : record.at("properties").at("records")) out.insert(value.at("ipv4Address"));
  }
  return out;
}

/// Id of the zone that a link or a record set is part of.
std::string zone_of(const Json& row) {
  const std::string id = lower(row.at("id").get<std::string>());
  return id.substr(0, id.find('/', id.find("/privatednszones/") + std::string("/privatednszones/").size()));
}

/// Zones whose counters disagree with the rows; a zone without an SOA record has its record sets outside the export.
std::vector<std::string> miscounted_zones(const Export& estate) {
  std::map<std::string, std::size_t> records;
  std::map<std::string, std::size_t> links;
  std::set<std::string> read;
  for (const Json& row : estate.rows) {
    const std::string type = row.at("type");
    if (type == "microsoft.network/privatednszones/virtualnetworklinks") {
      ++links[zone_of(row)];
    } else if (type.rfind("microsoft.network/privatednszones/", 0) == 0) {
      ++records[zone_of(row)];
      if (type.find("/soa") != std::string::npos) read.insert(zone_of(row));
    }
  }
  std::vector<std::string> out;
  for (const Json& zone : of_type(estate, "microsoft.network/privatednszones")) {
    const std::string id = zone_of(zone);
    if (read.count(id) == 0) continue;
    if (zone.at("properties").at("numberOfRecordSets") != records[id] ||
        zone.at("properties").at("numberOfVirtualNetworkLinks") != links[id]) {
      out.push_back(id);
    }
  }
  return out;
}

const std::set<std::string>& rules() {
  static const std::set<std::string> kRules = {
      "HP-APM-001", "HP-DNS-001", "HP-DNS-002", "HP-DNS-003", "HP-DNS-004", "HP-DNS-005", "HP-DNS-012", "HP-EXP-001",
      "HP-EXP-002", "HP-EXP-003", "HP-EXP-004", "HP-EXP-012", "HP-TRN-001", "HP-TRN-002", "HP-TRN-003", "HP-TRN-004",
      "HP-TRN-005", "HP-TRN-006", "HP-TRN-007", "HP-TRN-008", "HP-TRN-011", "HP-TRN-015", "HP-TRN-016"};
  return kRules;
}

std::vector<Variant> variants() {
  std::vector<Variant> out;
  for (const std::string& slug : hubproof::fixtures::list_variants(kFixtures / "variants")) {
    out.push_back(hubproof::fixtures::load_variant(kFixtures / "variants", slug));
  }
  return out;
}

/// Slug -> the rest of the line, out of the README's table.
std::map<std::string, std::string> readme_table() {
  std::map<std::string, std::string> out;
  std::istringstream lines(read(kFixtures / "README.md"));
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    inside = inside || line == "| variant | promise | what must be found |";
    if (!inside || line.rfind("| `", 0) != 0) continue;
    const auto end = line.find('`', 3);
    out[line.substr(3, end - 3)] = line.substr(end + 1);
  }
  return out;
}

constexpr const char* kTable =
    "/subscriptions/30000000-0000-4000-8000-000000000001/resourceGroups/rg-t01-net/providers/"
    "Microsoft.Network/routeTables/rt-t01";

Variant with_change(const std::string& change) {
  return {"probe", "transit", "", "", {}, {}, Json::array({Json::parse(change)})};
}

}  // namespace

TEST_CASE("the compliant estate is what the generator writes for three spokes") {
  const hubproof::test::Folder folder;
  EstateOptions options;
  options.page_rows = 60;
  hubproof::fixtures::write_estate(options, folder.path("export"));
  const auto expected = pages(kFixtures / "compliant");
  const auto written = pages(folder.path("export"));
  CHECK(expected.count("resources.0001.json") == 1);  // a table of several pages
  REQUIRE(written.size() == expected.size());
  for (const auto& page : expected) {
    const std::string& name = page.first;
    CAPTURE(name);
    REQUIRE(written.count(name) == 1);
    CHECK((written.at(name) == page.second));  // in parentheses: a failure should not print the page
  }
}

TEST_CASE("generated estates are consistent in themselves") {
  struct Row {
    const char* why;
    int spokes;
    int hubs;
    Detail detail;
  };
  const Row rows[] = {{"the smallest", 1, 1, Detail::small},
                      {"as committed", 3, 0, Detail::small},
                      {"two hubs that share the zones", 5, 2, Detail::small},
                      {"more hubs than regions", 10, 10, Detail::small},
                      {"full detail", 2, 1, Detail::full}};
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const hubproof::test::Folder folder;
    EstateOptions options;
    options.spokes = row.spokes;
    options.hubs = row.hubs;
    options.detail = row.detail;
    options.page_rows = 37;
    hubproof::fixtures::write_estate(options, folder.path("export"));
    const Export estate = load(folder.path("export"));
    CHECK(estate.faults == std::vector<std::string>{});
    CHECK(dangling(estate) == std::vector<std::string>{});
    CHECK(miscounted_zones(estate) == std::vector<std::string>{});
    CHECK(endpoint_addresses(estate) == record_addresses(estate));
  }
}

TEST_CASE("a spoke in full detail has 81 resources and nine subnets with twenty security rules each") {
  const hubproof::test::Folder folder;
  EstateOptions options;
  options.spokes = 1;
  options.detail = Detail::full;
  hubproof::fixtures::write_estate(options, folder.path("export"));
  const Export estate = load(folder.path("export"));
  const std::string own = hubproof::fixtures::spoke_subscription(1);
  std::size_t resources = 0;
  std::size_t groups = 0;
  for (const Json& row : estate.rows) {
    if (row.at("subscriptionId") != own || row.at("type").get<std::string>().find("resources/") != std::string::npos) {
      continue;
    }
    ++resources;
    if (row.at("type") != "microsoft.network/networksecuritygroups") continue;
    ++groups;
    CHECK(row.at("properties").at("securityRules").size() == 14);
    CHECK(row.at("properties").at("defaultSecurityRules").size() == 6);
  }
  CHECK(resources == 81);
  CHECK(groups == 9);
}

TEST_CASE("options that do not fit the address plan are refused") {
  const hubproof::test::Folder folder;
  struct Row {
    const char* why;
    int spokes;
    int hubs;
    int defects;
  };
  const Row rows[] = {{"no spoke", 0, 1, 0},
                      {"more /22 blocks than 10.16.0.0 to 10.255.255.255 has", 15361, 0, 0},
                      {"more routes than a table may hold", 396, 1, 0},
                      {"more hubs than public addresses", 64, 64, 0},
                      {"more defects than places for them", 1, 1, 1000}};
  for (const Row& row : rows) {
    CAPTURE(row.why);
    EstateOptions options;
    options.spokes = row.spokes;
    options.hubs = row.hubs;
    options.defects = row.defects;
    CHECK_THROWS_AS(hubproof::fixtures::write_estate(options, folder.path("export")), std::invalid_argument);
  }
}

TEST_CASE("planted defects depend on the seed only, and each one asked for is planted") {
  const auto plant = [](std::uint64_t seed, int defects) {
    const hubproof::test::Folder folder;
    EstateOptions options;
    options.spokes = 4;
    options.defects = defects;
    options.seed = seed;
    std::set<std::string> planted;
    for (const auto& defect : hubproof::fixtures::write_estate(options, folder.path("export"))) {
      planted.insert(defect.slug + " " + defect.resource_id);
    }
    return planted;
  };
  CHECK(plant(1, 5).size() == 5);
  CHECK(plant(1, 5) == plant(1, 5));
  CHECK(plant(1, 5) != plant(2, 5));
  CHECK(plant(1, 44).size() == 44);  // every kind in every spoke
}

TEST_CASE("every variant applies, keeps the paging right and names rules that exist") {
  const hubproof::test::Folder folder;
  for (const Variant& variant : variants()) {
    CAPTURE(variant.slug);
    REQUIRE_NOTHROW(materialise(variant, kFixtures / "compliant", folder.path("export")));
    const Export estate = load(folder.path("export"));
    CHECK(estate.faults == std::vector<std::string>{});
    CHECK(ids(estate).size() == estate.rows.size());
    CHECK(miscounted_zones(estate) == std::vector<std::string>{});
    if (variant.promise != "input") CHECK(dangling(estate) == std::vector<std::string>{});
    CHECK_FALSE(variant.fails.size() + variant.unknown.size() == 0);
    for (const std::string& rule : variant.fails) {
      CHECK(rules().count(rule) == 1);
      CHECK(std::count(variant.unknown.begin(), variant.unknown.end(), rule) == 0);
    }
    for (const std::string& rule : variant.unknown) CHECK(rules().count(rule) == 1);
  }
}

TEST_CASE("a variant that leaves a row out of the export leaves references to it behind") {
  const hubproof::test::Folder folder;
  for (const char* slug : {"firewall-not-exported", "route-table-not-exported"}) {
    CAPTURE(slug);
    materialise(hubproof::fixtures::load_variant(kFixtures / "variants", slug), kFixtures / "compliant",
                folder.path("export"));
    CHECK_FALSE(dangling(load(folder.path("export"))).empty());
  }
}

TEST_CASE("there are variants of each promise, and each rule fails in one of them") {
  std::map<std::string, int> promises;
  std::set<std::string> failing;
  for (const Variant& variant : variants()) {
    ++promises[variant.promise];
    failing.insert(variant.fails.begin(), variant.fails.end());
  }
  std::set<std::string> names;
  for (const auto& entry : promises) names.insert(entry.first);
  CHECK(names == std::set<std::string>{"dns", "exposure", "gateway", "input", "transit"});
  CHECK(failing == rules());
}

TEST_CASE("the README's table lists exactly the variants, with their promise and what must be found") {
  std::map<std::string, std::string> expected;
  for (const Variant& variant : variants()) {
    expected[variant.slug] = " | " + variant.promise + " | " + variant.finds + " |";
  }
  CHECK(readme_table() == expected);
}

TEST_CASE("a change that cannot be meant is refused") {
  struct Row {
    const char* why;
    std::string change;
  };
  const std::string id = std::string("\"") + kTable + "\"";
  const Row rows[] = {
      {"no row has the id", R"({"delete": "/subscriptions/none"})"},
      {"the patch's test fails",
       R"({"id": )" + id + R"(, "patch": [{"op": "test", "path": "/properties/routes/0/name", "value": "other"}]})"},
      {"the path is not there", R"({"id": )" + id + R"(, "patch": [{"op": "remove", "path": "/properties/none"}]})"},
      {"the patch changes nothing",
       R"({"id": )" + id +
           R"(, "patch": [{"op": "replace", "path": "/properties/disableBgpRoutePropagation", "value": true}]})"},
      {"the patch renames the row",
       R"({"id": )" + id + R"(, "patch": [{"op": "replace", "path": "/id", "value": "x"}]})"},
      {"the added id exists", R"({"add": {"type": "microsoft.network/routetables", "id": )" + id + "}}"},
      {"it is none of the three kinds", R"({"move": )" + id + "}"}};
  const hubproof::test::Folder folder;
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK_THROWS_AS(materialise(with_change(row.change), kFixtures / "compliant", folder.path("export")),
                    std::runtime_error);
    CHECK_FALSE(fs::exists(folder.path("export")));
  }
}
