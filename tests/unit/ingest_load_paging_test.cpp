// What an export says about itself: pages, totals, tables, subscriptions, calls that failed (inputs.md A6).
#include <doctest/doctest.h>

#include "engine/value/arm_id.h"
#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {
namespace {

using model::ArgTable;

/// `path` is a type, with the names of parents in it.
std::string row(const std::string& path, const std::string& name, const std::string& subscription = "s") {
  const std::string id = "/subscriptions/" + subscription + "/resourceGroups/g/providers/" + path + "/" + name;
  return R"({"id":")" + id + R"(","type":")" + arm_type(id) + R"(","name":")" + name +
         R"(","tenantId":"t","resourceGroup":"g","subscriptionId":")" + subscription + R"(","properties":{}})";
}

std::string rows(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i)
    out += (out.empty() ? "" : ",") + row("microsoft.network/routetables", "t" + std::to_string(i));
  return "[" + out + "]";
}

std::string page(const std::string& list, int total, bool has_token) {
  return R"({"count":1,"data":)" + list + R"(,"skip_token":)" + (has_token ? "\"abc\"" : "null") +
         R"(,"total_records":)" + std::to_string(total) + "}";
}

struct Export {
  std::string why;
  std::vector<std::pair<std::string, std::string>> files;
  bool is_truncated;
};

}  // namespace

TEST_CASE("an export is truncated when rows are missing or more were promised") {
  const std::vector<Export> exports = {
      {"one page that holds all", {{"a.json", page(rows(0, 3), 3, false)}}, false},
      {"two pages that hold all",
       {{"a.json", page(rows(0, 2), 3, true)}, {"b.json", page(rows(2, 3), 3, false)}},
       false},
      {"the second page is missing", {{"a.json", page(rows(0, 2), 3, true)}}, true},
      {"the same page twice", {{"a.json", page(rows(0, 2), 4, true)}, {"b.json", page(rows(0, 2), 4, false)}}, true},
      {"the other page is in another folder",
       {{"x/a.json", page(rows(0, 2), 3, true)}, {"y/b.json", page(rows(2, 3), 3, false)}},
       true},
      {"all rows of the total and a token left", {{"a.json", page(rows(0, 3), 3, true)}}, true},
      {"more rows than the total", {{"a.json", page(rows(0, 3), 2, false)}}, true},
      {"two queries with one total, both whole",
       {{"a.json", page(rows(0, 2), 2, false)}, {"b.json", page(rows(2, 4), 2, false)}},
       false},
      {"two queries with one total, one cut",
       {{"a.json", page(rows(0, 2), 2, false)}, {"b.json", page(rows(2, 3), 2, false)}},
       true},
      {"the page lost rows", {{"a.json", R"({"count":3,"data":)" + rows(0, 2) + "}"}}, true},
      {"a token and no total", {{"a.json", R"({"SkipToken":"abc","Data":)" + rows(0, 2) + "}"}}, true},
      {"a token and its last page",
       {{"a.json", R"({"SkipToken":"abc","Data":)" + rows(0, 2) + "}"},
        {"b.json", R"({"SkipToken":null,"Data":)" + rows(2, 3) + "}"}},
       false},
      {"nextLink is left",
       {{"a.json", R"({"value":)" + rows(0, 2) + R"(,"nextLink":"https://management.azure.com/x"})"}},
       true},
      {"nextLink is null", {{"a.json", R"({"value":)" + rows(0, 2) + R"(,"nextLink":null})"}}, false},
      {"resultTruncated as a text",
       {{"a.json", R"({"totalRecords":2,"count":2,"data":)" + rows(0, 2) + R"(,"resultTruncated":"true"})"}},
       true},
      {"resultTruncated as a boolean",
       {{"a.json", R"({"totalRecords":2,"count":2,"data":)" + rows(0, 2) + R"(,"resultTruncated":true})"}},
       true},
      {"resultTruncated is false",
       {{"a.json", R"({"totalRecords":2,"count":2,"data":)" + rows(0, 2) + R"(,"resultTruncated":"false"})"}},
       false},
      {"exactly 100 rows and no total", {{"a.json", rows(0, 100)}}, true},
      {"exactly 1000 rows and no total", {{"a.json", rows(0, 1000)}}, true},
      {"101 rows and no total", {{"a.json", rows(0, 101)}}, false},
      {"1000 rows and a last page", {{"a.json", rows(0, 1000)}, {"b.json", rows(1000, 1003)}}, false},
      {"100 rows and a total", {{"a.json", page(rows(0, 100), 100, false)}}, false},
  };
  for (const Export& one : exports) {
    CAPTURE(one.why);
    const Folder folder;
    for (const auto& [name, text] : one.files) folder.write(name, text);
    const model::Snapshot s = load({folder.path()});
    CHECK((find(s, "INPUT-TRUNCATED") != nullptr) == one.is_truncated);
    CHECK(has_table_gap(s, "INPUT-TRUNCATED", ArgTable::resources) == one.is_truncated);
  }
}

TEST_CASE("pages of different tables with one total are told apart") {
  const Folder folder;
  folder.write("a.json", page("[" + row("microsoft.network/privatednszones/z/a", "r") + "]", 1, false));
  folder.write("b.json", page(rows(0, 1), 1, false));
  CHECK(find(load({folder.path()}), "INPUT-TRUNCATED") == nullptr);
}

TEST_CASE("tables that are evidently missing are gaps") {
  const auto loaded = [](const std::string& list) {
    const Folder folder;
    return load({folder.write("a.json", "[" + list + "]")});
  };
  const model::Snapshot no_groups = loaded(row("microsoft.network/firewallpolicies", "p"));
  CHECK(has_table_gap(no_groups, "INPUT-TABLE", ArgTable::network_resources));
  CHECK(!has_table_gap(no_groups, "INPUT-TABLE", ArgTable::dns_resources));
  CHECK(has_table_gap(no_groups, "INPUT-TABLE", ArgTable::resource_containers));
  const model::Snapshot groups = loaded(row("microsoft.network/firewallpolicies", "p") + "," +
                                        row("microsoft.network/firewallpolicies/p/rulecollectiongroups", "g"));
  CHECK(!has_table_gap(groups, "INPUT-TABLE", ArgTable::network_resources));
  CHECK(has_table_gap(loaded(row("microsoft.network/privatednszones", "z")), "INPUT-TABLE", ArgTable::dns_resources));
}

TEST_CASE("a subscription without resources, and resources without their subscription, are gaps") {
  const auto subscription = [](const std::string& id) {
    return R"({"id":"/subscriptions/)" + id +
           R"(","type":"microsoft.resources/subscriptions","name":"n","properties":{}})";
  };
  const Folder folder;
  folder.write("a.json", "[" + subscription("S1") + "," + subscription("s2") + "," +
                             row("microsoft.network/routetables", "t", "s1") + "]");
  const model::Snapshot s = load({folder.path()});
  const Diagnostic* told = find(s, "INPUT-SUBSCRIPTION");
  REQUIRE(told != nullptr);
  CHECK(told->resource == "/subscriptions/s2");
  CHECK(has_table_gap(s, "INPUT-SUBSCRIPTION", ArgTable::resources));
  CHECK(!has_table_gap(s, "INPUT-SUBSCRIPTION", ArgTable::resource_containers));
  CHECK(!has_table_gap(s, "INPUT-TABLE", ArgTable::resource_containers));
  folder.write("b.json", "[" + row("microsoft.network/routetables", "t", "s2") + "," +
                             row("microsoft.network/routetables", "t", "s3") + "]");
  const model::Snapshot more = load({folder.path()});
  CHECK(!has_table_gap(more, "INPUT-SUBSCRIPTION", ArgTable::resources));
  CHECK(has_table_gap(more, "INPUT-SUBSCRIPTION", ArgTable::resource_containers));
}

TEST_CASE("calls of the export script that failed are gaps of their table or resource") {
  const Folder folder;
  folder.write("rows.json", rows(0, 1));
  const std::string hub = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualHubs/h";
  folder.write("index.tsv",
               "ARG\tresources\targ/resources.0000.json\t0\nARG\tdnsresources\targ/dnsresources.0000.json\t1\nGET\t" +
                   hub + "/routingIntent\trest/00001.json\t1\nGET\t" + hub +
                   "2/providers/microsoft.insights/diagnosticSettings\trest/00002.json\t3\n");
  const model::Snapshot s = load({folder.path()});
  CHECK(gaps(s, "INPUT-ACCESS") == 3);
  CHECK(has_table_gap(s, "INPUT-ACCESS", ArgTable::dns_resources));
  CHECK(has_resource_gap(s, "INPUT-ACCESS", hub));
  CHECK(has_resource_gap(s, "INPUT-ACCESS", hub + "2"));
}

TEST_CASE("rows of several tenants are a warning") {
  const Folder folder;
  std::string other = row("microsoft.network/routetables", "u");
  other.replace(other.find(R"("tenantId":"t")"), 14, R"("tenantId":"T")");
  folder.write("a.json", "[" + row("microsoft.network/routetables", "t") + "," + other + "]");
  CHECK(find(load({folder.path()}), "INPUT-TENANT") == nullptr);
  other.replace(other.find(R"("tenantId":"T")"), 14, R"("tenantId":"u")");
  folder.write("b.json", "[" + other + "]");
  CHECK(find(load({folder.path()}), "INPUT-TENANT") != nullptr);
}

}  // namespace hubproof::test
