// Whatever is wrong with one file is told, makes what it touches unknown, and does not keep the other files from being
// used.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "engine/ingest/findings.h"
#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {
namespace {

const std::string kPath = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/";
constexpr std::string_view kGood =
    R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/good","type":"microsoft.network/routetables",)"
    R"("name":"good","properties":{"routes":[]}}])";

/// A row of a route table.
std::string table(const std::string& name, const std::string& rest = R"("properties":{"routes":[]})") {
  return R"({"id":")" + kPath + name + R"(","name":")" + name + R"(","type":"microsoft.network/routetables",)" + rest +
         "}";
}

struct Bad {
  std::string why;
  std::string text;
  std::string code;
  Diagnostic::Level level = Diagnostic::Level::error;
  std::size_t line = 0;                ///< 0: not looked at
  std::vector<std::string> used = {};  ///< route tables of this file that are used all the same
  bool has_gap = true;
};

std::vector<Bad> bad_files() {
  const auto error = Diagnostic::Level::error;
  std::string deep_array(100000, '[');
  std::string deep_list =
      R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualHubs/h/routeMaps/m","type":"microsoft.network/virtualhubs/routemaps","name":"m","properties":{"a":)" +
      deep_array + std::string(100000, ']') + "}}," + table("a") + "]";
  return {
      {"not JSON at all", "hello, world", "INPUT-SHAPE"},
      {"binary garbage",
       std::string("\x7f"
                   "ELF\x02\x01\x00\x00garbage",
                   16),
       "INPUT-SHAPE"},
      {"nothing but zero bytes", std::string(100, '\0'), "INPUT-SHAPE"},
      {"a zero byte between rows",
       "[" + table("a") + ",\n" + std::string(1, '\0') + table("b") + "]",
       "INPUT-SYNTAX",
       error,
       2,
       {"a"}},
      {"invalid UTF-8 in the second row",
       "[" + table("a") + ",\n" + table("b\xff") + "]",
       "INPUT-SYNTAX",
       error,
       2,
       {"a"}},
      {"cut off inside the third row",
       "[" + table("a") + ",\n" + table("b") + ",\n{\"id\":\"/subscr",
       "INPUT-SYNTAX",
       error,
       3,
       {"a", "b"}},
      {"a page that is cut off",
       R"({"count":2,"data":[)" + table("a") + ",\n" + table("b").substr(0, 150),
       "INPUT-SYNTAX",
       error,
       0,
       {"a"}},
      {"cut off behind the rows", "[" + table("a") + ",\n" + table("b"), "INPUT-SYNTAX", error, 0, {"a", "b"}},
      {"one row that is cut off", table("a").substr(0, 160), "INPUT-SYNTAX"},
      {"a comma is missing", "[" + table("a") + "\n" + table("b") + "]", "INPUT-SYNTAX", error, 2, {"a"}},
      {"text behind the document", "[" + table("a") + "]\nERROR: gone", "INPUT-SYNTAX", error, 2, {"a"}},
      {"one line of NDJSON is damaged",
       table("a") + "\n{\"id\": nope}\n" + table("b"),
       "INPUT-SYNTAX",
       error,
       2,
       {"a"}},
      {"nested 100,000 deep", deep_array, "INPUT-NESTING"},
      {"nested 100,000 deep inside one row", deep_list, "INPUT-NESTING", error, 1, {"a"}},
      {"a number in place of a row", "[5,\n" + table("a") + "]", "INPUT-ROW", error, 1, {"a"}},
      {"a number in place of an id",
       R"([{"id":7,"name":"x","type":"microsoft.network/routetables","properties":{}},)" + table("a") + "]",
       "INPUT-ROW",
       error,
       1,
       {"a"}},
      {"a row without an id",
       R"([{"name":"x","type":"microsoft.network/routetables","properties":{}},)" + table("a") + "]",
       "INPUT-ROW",
       error,
       1,
       {"a"}},
      {"a number in place of properties",
       "[" + table("x", R"("properties":7)") + "," + table("a") + "]",
       "INPUT-ROW",
       error,
       1,
       {"a"}},
      {"a text in place of sku",
       "[" + table("x", R"("sku":"s","properties":{})") + "," + table("a") + "]",
       "INPUT-ROW",
       error,
       1,
       {"a"}},
      {"an id that is none",
       R"([{"id":"testId","name":"x","type":"microsoft.network/routetables","properties":{}},)" + table("a") + "]",
       "INPUT-ID",
       error,
       1,
       {"a"}},
      {"an id of another kind",
       R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/x","type":"microsoft.network/routetables","properties":{"routes":[]}},)" +
           table("a") + "]",
       "INPUT-ID",
       error,
       1,
       {"a"}},
      {"properties stand twice",
       "[" + table("x", R"("properties":{"routes":[]},"properties":{"routes":[]})") + "," + table("a") + "]",
       "INPUT-DUPLICATE-KEY",
       error,
       1,
       {"a", "x"}},
      {"properties are null",
       "[" + table("x", R"("properties":null)") + "," + table("a") + "]",
       "INPUT-PROPERTIES",
       error,
       1,
       {"a"}},
      {"no properties",
       "[" + table("x", R"("tags":null)") + "," + table("a") + "]",
       "INPUT-PROPERTIES",
       error,
       1,
       {"a"}},
      {"columns that a query chose are no properties",
       "[" + table("x", R"("routes":[])") + "," + table("a") + "]",
       "INPUT-PROPERTIES",
       error,
       1,
       {"a"}},
      {"PowerShell cut off an object",
       "[" + table("x", R"("properties":{"routes":["@{name=r; id=}"]})") + ",\n" + table("a") + "]",
       "INPUT-DEPTH",
       error,
       1,
       {"a", "x"}},
      {"PowerShell cut off an array",
       "[" + table("a") + ",\n" + table("x", R"("properties":{"routes":"System.Object[]"})") + "]",
       "INPUT-DEPTH",
       error,
       2,
       {"a", "x"}},
      {"PowerShell cut off all properties",
       "[" + table("a") + ",\n" + table("x", R"("properties":"@{routes=System.Object[]}")") + "]",
       "INPUT-DEPTH",
       error,
       2,
       {"a"}},
      {"PowerShell objects that were cut off",
       R"([{"Id":")" + kPath +
           R"(x","Type":"microsoft.network/routetables","Properties":{"routes":"System.Object[]"}}])",
       "INPUT-DEPTH",
       error,
       1,
       {"x"}},
      {"CSV with display names", "id,name,type,properties\nvnet a,a,Virtual network,\n", "INPUT-CSV"},
      {"CSV that is cut off",
       "id,name,type,properties\n" + kPath + "a,a,microsoft.network/routetables,\"{\"\"routes\"\":[]}\"\n" + kPath +
           "b,b,microsoft.network/routetables,\"{\"\"rou",
       "INPUT-SYNTAX",
       error,
       0,
       {"a"}},
      {"an error of Azure", R"({"error":{"code":"AuthorizationFailed","message":"no"}})", "INPUT-ACCESS"},
      {"gzip that ends early", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10), "INPUT-FILE"},
      {"an ARM template",
       R"({"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[]})",
       "INPUT-SHAPE",
       error,
       0,
       {},
       false},
      {"a what-if answer",
       R"({"status":"Succeeded","changes":[{"resourceId":"/subscriptions/s","changeType":"Create"}]})",
       "INPUT-SHAPE",
       error,
       0,
       {},
       false},
      {"a Terraform plan",
       R"({"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[]})",
       "INPUT-SHAPE",
       error,
       0,
       {},
       false},
      {"effective routes",
       R"({"value":[{"source":"Default","state":"Active","addressPrefix":["10.0.0.0/16"],"nextHopType":"VnetLocal"}]})",
       "INPUT-SHAPE",
       error,
       0,
       {},
       false},
      {"rows that a query summarised",
       R"({"count":1,"data":[{"type":"x","count_":3}],"total_records":1})",
       "INPUT-SHAPE",
       error,
       0,
       {},
       false},
      {"no bytes", "", "INPUT-EMPTY", Diagnostic::Level::warning, 0, {}, false},
      {"blanks only", "  \r\n\t ", "INPUT-EMPTY", Diagnostic::Level::warning, 0, {}, false},
  };
}

}  // namespace

TEST_CASE("a bad file is told, its whole rows and the other files are used, and what it may hide is a gap") {
  for (const Bad& bad : bad_files()) {
    CAPTURE(bad.why);
    const Folder folder;
    const model::Snapshot s = load({folder.write("bad", bad.text), folder.write("good.json", kGood)});
    const Diagnostic* told = find(s, bad.code);
    REQUIRE(told != nullptr);
    CHECK(told->level == bad.level);
    CHECK(told->where.file == folder.path("bad"));
    if (bad.line != 0) CHECK(told->where.line == bad.line);
    CHECK(!told->message.empty());
    CHECK((gaps(s, bad.code) > 0) == bad.has_gap);
    std::vector<std::string> names;
    for (const model::RouteTable& t : s.tables.route_tables) names.emplace_back(s.ids.name(t.id));
    std::vector<std::string> wanted = bad.used;
    wanted.push_back("good");
    std::sort(wanted.begin(), wanted.end());
    CHECK(names == wanted);
    CHECK(s.has_usable_input);
  }
}

TEST_CASE("what a row says twice counts as unread, whichever reader had it first") {
  const Folder folder;
  const model::Snapshot s = load(
      {folder.write("a.json", "[" + table("x", R"("properties":{"routes":[]},"properties":{"routes":null})") + "]")});
  REQUIRE(s.tables.route_tables.size() == 1);
  CHECK(s.tables.route_tables[0].unread.size() == 1);
  CHECK(has_resource_gap(s, "INPUT-DUPLICATE-KEY", kPath + "x"));
}

TEST_CASE("a key that stands twice in any object of the properties makes the resource unread") {
  for (
      const char* routes :
      {R"("routes":[],"routes":[])", R"("routes":[],"Routes":[])", R"("routes":[],"rout\u0065s":[])",
       R"("routes":[{"name":"a","name":"b","properties":{"addressPrefix":"10.0.0.0/8","nextHopType":"None"}}])",
       R"("routes":[{"name":"a","properties":{"addressPrefix":"10.0.0.0/8","addressPrefix":"10.0.0.0/9","nextHopType":"None"}}])",
       // 17 other keys before: more than are kept in place
       R"("k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k9":0,"k10":0,"k11":0,"k12":0,"k13":0,"k14":0,)"
       R"("k15":0,"k16":0,"k17":0,"routes":[],"routes":[])"}) {
    CAPTURE(routes);
    const Folder folder;
    const model::Snapshot s =
        load({folder.write("a.json", "[" + table("x", R"("properties":{)" + std::string(routes) + "}") + "]")});
    REQUIRE(s.tables.route_tables.size() == 1);
    CHECK(!s.tables.route_tables[0].unread.empty());
    CHECK(has_resource_gap(s, "INPUT-DUPLICATE-KEY", kPath + "x"));
    const Diagnostic* told = find(s, "INPUT-DUPLICATE-KEY");
    REQUIRE(told != nullptr);
    CHECK(text::starts_with(told->pointer, "/properties/routes"));
  }
}

TEST_CASE("PowerShell damage names its place and how many rows it hit") {
  const Folder folder;
  const std::string cut = R"("properties":{"a":{"b":[1,{"c":"x,y"},"@{name=r; id=}"]},"routes":[]})";
  const model::Snapshot s =
      load({folder.write("a.json", "[" + table("x", cut) + "," + table("y", cut) + "," + table("z") + "]")});
  const Diagnostic* told = find(s, "INPUT-DEPTH");
  REQUIRE(told != nullptr);
  CHECK(told->pointer == "/properties/a/b/2");
  CHECK(told->why.find("2 of 3 rows") != std::string::npos);
  CHECK(has_resource_gap(s, "INPUT-DEPTH", kPath + "x"));
  CHECK(has_resource_gap(s, "INPUT-DEPTH", kPath + "y"));
  REQUIRE(s.tables.route_tables.size() == 3);
  CHECK(!s.tables.route_tables[0].unread.empty());
  CHECK(!s.tables.route_tables[1].unread.empty());
  CHECK(s.tables.route_tables[2].unread.empty());
}

TEST_CASE("a type behind the properties is used when the id agrees, and makes the row unknown when it does not") {
  const Folder folder;
  const std::string late = R"([{"id":")" + kPath +
                           R"(a","properties":{"routes":[]},"type":"microsoft.network/routetables"},)" + R"({"id":")" +
                           kPath + R"(b","properties":{"routes":[]},"type":"contoso.thing/routetables"}])";
  const model::Snapshot s = load({folder.write("a.json", late)});
  REQUIRE(s.tables.route_tables.size() == 2);
  CHECK(s.tables.route_tables[0].unread.empty());
  CHECK(!s.tables.route_tables[1].unread.empty());
  CHECK(!has_resource_gap(s, "INPUT-ID", kPath + "a"));
  CHECK(has_resource_gap(s, "INPUT-ID", kPath + "b"));
}

TEST_CASE("a pipe is kept, so that its rows can be found again") {
  const Folder folder;
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  std::thread writer([&folder] { std::ofstream(folder.path("pipe")) << kGood; });
  // Opened here without waiting for the writer, as the shell's <(command) is open already.
  const int keep = open(folder.path("pipe").c_str(), O_RDONLY);
  writer.join();
  const model::Snapshot s = load({"/dev/fd/" + std::to_string(keep)});
  close(keep);
  REQUIRE(s.resources.size() == 1);
  CHECK(!ingest::Locator(s).row(s.resources[0].id).empty());
}

TEST_CASE("PowerShell damage is found wherever it lies in a large file") {
  for (std::size_t padding = 1000; padding < 1060; ++padding) {
    for (const char* cut : {"@{a=1}", "System.Object[]"}) {
      const Folder folder;
      const std::string row =
          table("x", R"("tags":{"t":")" + std::string(padding, 'x') + R"("},"properties":{"routes":")" + cut + "\"}");
      CAPTURE(padding);
      CHECK(find(load({folder.write(
                     "a.json", "[" + row + "," +
                                   table("y", R"("tags":{"t":")" + std::string(3000, 'y') + R"("},"properties":{})") +
                                   "]")}),
                 "INPUT-DEPTH") != nullptr);
    }
  }
}

TEST_CASE("expressions of other products are no PowerShell damage") {
  const Folder folder;
  const model::Snapshot s = load({folder.write(
      "a.json", "[" + table("a", R"("properties":{"routes":[],"resourceGuid":"@{variables('x')}"})") + "]")});
  CHECK(find(s, "INPUT-DEPTH") == nullptr);
  CHECK(s.tables.route_tables.size() == 1);
}

TEST_CASE("a row without properties is no gap when a whole copy is elsewhere") {
  const Folder folder;
  folder.write("a.json", "[" + table("x", R"("properties":null)") + "]");
  folder.write("b.json", "[" + table("X") + "]");
  const model::Snapshot s = load({folder.path()});
  CHECK(find(s, "INPUT-PROPERTIES") == nullptr);
  CHECK(s.tables.route_tables.size() == 1);
  CHECK(s.resources.size() == 1);
}

TEST_CASE("equal copies are one; copies that disagree are unknown, and both places are named") {
  const Folder folder;
  folder.write("a.json", "[\n" + table("same") + ",\n" + table("other") + "]");
  folder.write("b.json", "[\n" + table("SAME") + ",\n\n" +
                             table("Other", R"("properties":{"routes":[],"disableBgpRoutePropagation":true})") + "]");
  const model::Snapshot s = load({folder.path()});
  REQUIRE(s.tables.route_tables.size() == 2);
  CHECK(s.resources.size() == 2);
  CHECK(s.ids.name(s.tables.route_tables[0].id) == "other");
  REQUIRE(s.tables.route_tables[0].unread.size() == 1);
  CHECK(s.tables.route_tables[0].unread[0].met.find(folder.path("a.json") + ":3") != std::string::npos);
  CHECK(s.tables.route_tables[0].unread[0].met.find(folder.path("b.json") + ":4") != std::string::npos);
  CHECK(s.tables.route_tables[1].unread.empty());
  CHECK(has_resource_gap(s, "INPUT-CONFLICT", kPath + "other"));
  CHECK(gaps(s, "INPUT-CONFLICT") == 1);
}

TEST_CASE("paths that cannot be read are errors and gaps") {
  const Folder folder;
  const std::string good = folder.write("good.json", kGood);
  SUBCASE("a missing file") {
    const model::Snapshot s = load({folder.path("missing.json"), good});
    CHECK(find(s, "INPUT-FILE") != nullptr);
    CHECK(gaps(s, "INPUT-FILE") > 0);
    CHECK(s.tables.route_tables.size() == 1);
  }
  SUBCASE("a folder without files") {
    std::filesystem::create_directory(folder.path("empty"));
    CHECK(codes(load({folder.path("empty"), good})).count("INPUT-EMPTY") == 1);
  }
  SUBCASE("a link inside a folder that leads nowhere") {
    std::filesystem::create_symlink(folder.path("page-2.json"), folder.path("link.json"));
    const model::Snapshot s = load({folder.path()});
    CHECK(find(s, "INPUT-FILE") != nullptr);
    CHECK(gaps(s, "INPUT-FILE") > 0);
    CHECK(s.tables.route_tables.size() == 1);
  }
  SUBCASE("standard input that is not there") { CHECK(codes(load({"-", good})).count("INPUT-FILE") == 1); }
  SUBCASE("a file without read permission") {
    if (geteuid() == 0) {
      MESSAGE("skipped: root may read every file");
      return;
    }
    std::filesystem::permissions(folder.write("secret.json", kGood), std::filesystem::perms::none);
    CHECK(codes(load({folder.path("secret.json"), good})).count("INPUT-FILE") == 1);
  }
  SUBCASE("nothing usable at all") { CHECK(!load({folder.path("missing.json")}).has_usable_input); }
}

TEST_CASE(
    "a text file is skipped inside a folder and an error when it is named; a damaged export is an error in both") {
  const Folder folder;
  folder.write("good.json", kGood);
  const std::string notes = folder.write("notes.md", "# notes");
  CHECK(codes(load({folder.path()})).empty());
  CHECK(codes(load({folder.path(), notes})).count("INPUT-SHAPE") == 1);
  folder.write("broken.json", "not JSON");
  CHECK(codes(load({folder.path()})).count("INPUT-SHAPE") == 1);
}

TEST_CASE("a text of 100 MB inside a row is read past, and one in place of an id is refused") {
  const Folder folder;
  const std::string huge(100U << 20U, 'x');
  const model::Snapshot s =
      load({folder.write("a.json", "[" + table("a", R"("tags":{"t":")" + huge + R"("},"properties":{"routes":[]})") +
                                       R"(,{"id":"/subscriptions/)" + huge + R"(","type":"x/y"}])")});
  CHECK(s.tables.route_tables.size() == 1);
  const Diagnostic* told = find(s, "INPUT-ID");
  REQUIRE(told != nullptr);
  CHECK(told->message.size() < 500);
}

TEST_CASE("every code has its section in docs/input-findings.md, and every section its code") {
  std::ifstream page(std::string(HUBPROOF_SOURCE_DIR) + "/docs/input-findings.md");
  REQUIRE(page);
  std::vector<std::string> sections;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("## INPUT-", 0) == 0) sections.push_back(line.substr(3));
  }
  const std::vector<std::string> wanted(ingest::input_codes().begin(), ingest::input_codes().end());
  CHECK(std::is_sorted(wanted.begin(), wanted.end()));
  CHECK(sections == wanted);
}

}  // namespace hubproof::test
