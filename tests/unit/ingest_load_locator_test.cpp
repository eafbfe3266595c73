// Where things stand: line and column of rows, of values inside them, and of embedded children.
#include <doctest/doctest.h>

#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {
namespace {

const std::string kVnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";

const std::string kText = R"({
  "value": [
    {
      "id": ")" + kVnet + R"(",
      "type": "Microsoft.Network/virtualNetworks",
      "properties": {
        "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
        "subnets": [
          {
            "id": ")" + kVnet +
                          R"(/subnets/a",
            "properties": { "addressPrefix": "10.0.0.0/24" }
          },
          {
            "id": ")" + kVnet +
                          R"(/subnets/b",
            "properties": {
              "addressPrefix": "10.0.1.0/24"
            }
          }
        ]
      }
    }
  ]
})";

std::string at(const model::Snapshot& s, const std::string& id, const std::string& pointer = {}) {
  const Location where = ingest::Locator(s).locate(s.ids.find(id), pointer);
  return fmt::format("{}:{}", where.line, where.column);
}

}  // namespace

TEST_CASE("rows, values and embedded children are found in the file that was read") {
  const Folder folder;
  const std::string path = folder.write("a.json", kText);
  const model::Snapshot s = load({path});
  CHECK(at(s, kVnet) == "3:5");
  CHECK(at(s, kVnet, "/properties/addressSpace/addressPrefixes/0") == "7:47");
  CHECK(at(s, kVnet + "/subnets/b") == "13:11");
  CHECK(at(s, kVnet + "/subnets/B", "/properties/addressPrefix") == "16:32");
  CHECK(at(s, kVnet + "/subnets/b", "/properties/subnets/0") == "9:11");
  CHECK(at(s, kVnet, "/properties/nowhere") == "3:5");
  CHECK(ingest::Locator(s).locate(s.ids.find(kVnet)).file == path);
  CHECK(ingest::Locator(s).row(s.ids.find(kVnet)).front() == '{');
}

TEST_CASE("a file that changed or went away gives its name alone") {
  const Folder folder;
  const std::string path = folder.write("a.json", kText);
  const model::Snapshot s = load({path});
  folder.write("a.json", std::string(kText.size(), '{'));
  CHECK(at(s, kVnet) == "0:0");
  CHECK(ingest::Locator(s).locate(s.ids.find(kVnet)).file == path);
  std::filesystem::remove(path);
  CHECK(at(s, kVnet) == "0:0");
  CHECK(ingest::Locator(s).row(s.ids.find(kVnet)).empty());
}

TEST_CASE("rows that were rewritten keep the line of the file") {
  const Folder folder;
  const std::string row =
      R"({"Id":")" + kVnet +
      R"(","Type":"Microsoft.Network/virtualNetworks","Properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}})";
  const model::Snapshot s = load({folder.write("a.json", "[\n\n" + row + "\n]")});
  CHECK(at(s, kVnet) == "3:0");
  const model::Snapshot csv =
      load({folder.write("a.csv", "id,type,properties\n" + kVnet + "2,microsoft.network/virtualnetworks,\"{\n}\"\n" +
                                      kVnet + ",microsoft.network/virtualnetworks,{}\n")});
  CHECK(at(csv, kVnet) == "4:0");
}

}  // namespace hubproof::test
