// The same four rows in every shape of inputs.md A3 give the same Snapshot.
#include <doctest/doctest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/core/text.h"
#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kVnet =
    R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","name":"v",
 "type":"microsoft.network/virtualnetworks","tenantId":"t","kind":"","location":"westeurope","resourceGroup":"g","subscriptionId":"s",
 "managedBy":"","sku":null,"plan":null,"properties":{"provisioningState":"Succeeded","addressSpace":{"addressPrefixes":["10.1.0.0/16"]},
 "subnets":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a","name":"a","etag":"W/\"1\"",
  "type":"Microsoft.Network/virtualNetworks/subnets","properties":{"addressPrefix":"10.1.2.0/24","provisioningState":"Succeeded",
  "routeTable":{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t"}}}]},"tags":null,"zones":null})";
constexpr std::string_view kTable =
    R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t","name":"t",
 "type":"microsoft.network/routetables","tenantId":"t","kind":"","location":"westeurope","resourceGroup":"g","subscriptionId":"s",
 "sku":null,"properties":{"provisioningState":"Succeeded","disableBgpRoutePropagation":true,"routes":[{"name":"out",
  "id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t/routes/out","etag":"x",
  "properties":{"addressPrefix":"0.0.0.0/0","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.0.0.4"}}]}})";
constexpr std::string_view kAddress =
    R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/p","name":"p",
 "type":"microsoft.network/publicipaddresses","tenantId":"t","kind":"","location":"westeurope","resourceGroup":"g","subscriptionId":"s",
 "sku":{"name":"Standard","tier":"Regional"},"properties":{"provisioningState":"Succeeded","ipAddress":"203.0.113.4"}})";
constexpr std::string_view kUnknown =
    R"({"id":"/subscriptions/s/resourceGroups/g/providers/Contoso.Thing/things/x","name":"x",
 "type":"contoso.thing/things","tenantId":"t","kind":"","location":"westeurope","resourceGroup":"g","subscriptionId":"s",
 "sku":null,"properties":{"big":123456789012345678901234567890}})";

constexpr std::string_view kExpected =
    "contoso.thing/things /subscriptions/s/resourcegroups/g/providers/contoso.thing/things/x\n"
    "microsoft.network/publicipaddresses "
    "/subscriptions/s/resourcegroups/g/providers/microsoft.network/publicipaddresses/p\n"
    "microsoft.network/routetables /subscriptions/s/resourcegroups/g/providers/microsoft.network/routetables/t\n"
    "microsoft.network/virtualnetworks "
    "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v\n"
    "vnet v in westeurope: 10.1.0.0/16\n"
    "subnet /subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v/subnets/a: 10.1.2.0/24 "
    "table "
    "/subscriptions/s/resourcegroups/g/providers/microsoft.network/routetables/t\n"
    "table t without bgp: out usable hop 3\n"
    "ip p standard\n";

std::vector<ordered_json> rows() {
  std::vector<ordered_json> out;
  for (const std::string_view row : {kVnet, kTable, kAddress, kUnknown}) out.push_back(ordered_json::parse(row));
  return out;
}

std::string join(const std::vector<ordered_json>& list, const char* separator, int indent = -1) {
  std::string out;
  for (const ordered_json& row : list) out += (out.empty() ? "" : separator) + row.dump(indent);
  return out;
}

/// Every row without the fields that only Resource Graph has, properties before sku and type as some providers print
/// them.
std::vector<ordered_json> arm_rows() {
  std::vector<ordered_json> out;
  for (const ordered_json& row : rows()) {
    ordered_json arm = {
        {"name", row["name"]}, {"id", row["id"]}, {"location", row["location"]}, {"properties", row["properties"]}};
    if (!row["sku"].is_null()) arm["sku"] = row["sku"];
    arm["type"] = row["type"];
    out.push_back(arm);
  }
  return out;
}

/// What the typed CLI makes of it: properties beside the id, for sub-resources too, and a resourceGroup wherever there
/// is an id.
ordered_json flattened(const ordered_json& value) {
  if (value.is_array()) {
    ordered_json out = ordered_json::array();
    for (const ordered_json& element : value) out.push_back(flattened(element));
    return out;
  }
  if (!value.is_object()) return value;
  ordered_json out = ordered_json::object();
  for (const auto& [key, inner] : value.items()) {
    if (key == "tenantId" || key == "subscriptionId") continue;
    if (key != "properties") {
      out[key] = flattened(inner);
      continue;
    }
    for (const auto& [name, property] : inner.items()) out[name] = flattened(property);
  }
  if (out.contains("id")) out["resourceGroup"] = "g";
  return out;
}

std::string typed_cli() {
  ordered_json out = ordered_json::array();
  for (ordered_json row : rows()) {
    row["etag"] = "W/1";
    out.push_back(flattened(row));
  }
  return out.dump(2);
}

/// Get-AzResource | ConvertTo-Json: PascalCase outside, ARM's own spelling under Properties.
std::string powershell_objects() {
  ordered_json out = ordered_json::array();
  for (const ordered_json& row : rows()) {
    ordered_json object = {{"ResourceId", row["id"]},     {"Id", row["id"]},
                           {"Location", row["location"]}, {"ResourceName", row["name"]},
                           {"Name", row["name"]},         {"Properties", row["properties"]},
                           {"Type", row["type"]},         {"ResourceType", row["type"]}};
    if (!row["sku"].is_null()) object["Sku"] = {{"Name", row["sku"]["name"]}, {"Tier", row["sku"]["tier"]}};
    out.push_back(object);
  }
  return out.dump(1);
}

std::string table_format() {
  ordered_json table = {{"columns", ordered_json::array()}, {"rows", ordered_json::array()}};
  const std::vector<std::string> names = {"type", "properties", "id", "sku", "name", "location", "kind", "tenantId"};
  for (const std::string& name : names) table["columns"].push_back({{"name", name}, {"type", "string"}});
  for (const ordered_json& row : rows()) {
    ordered_json cells = ordered_json::array();
    for (const std::string& name : names) cells.push_back(row.value(name, ordered_json()));
    table["rows"].push_back(cells);
  }
  return ordered_json{{"totalRecords", 4},
                      {"count", 4},
                      {"data", table},
                      {"facets", ordered_json::array()},
                      {"resultTruncated", "false"}}
      .dump();
}

std::string csv() {
  std::string out = "ID,NAME,TYPE,LOCATION,SKU,PROPERTIES,TAGS\r\n";
  for (const ordered_json& row : rows()) {
    const auto quoted = [](const ordered_json& value) {
      std::string cell = "\"";
      for (const char c : value.is_null()     ? std::string()
                          : value.is_string() ? value.get<std::string>()
                                              : value.dump()) {
        cell += c;
        if (c == '"') cell += '"';
      }
      return cell + "\"";
    };
    out += quoted(row["id"]) + "," + quoted(row["name"]) + "," + quoted(row["type"]) + "," + quoted(row["location"]) +
           "," + quoted(row["sku"]) + "," + quoted(row["properties"]) + ",\r\n";
  }
  return out;
}

/// Export-AzRuleData: children nested under resources, with partial types and names.
std::string rule_data() {
  ordered_json out = ordered_json::array();
  for (ordered_json row : rows()) {
    ordered_json& properties = row["properties"];
    if (properties.contains("subnets")) {
      ordered_json child = {
          {"type", "subnets"}, {"name", "v/a"}, {"properties", properties["subnets"][0]["properties"]}};
      properties.erase("subnets");
      row["resources"] = ordered_json::array({child});
    }
    out.push_back(row);
  }
  return out.dump(2);
}

std::string api_examples() {
  std::string out;
  for (const ordered_json& row : arm_rows()) {
    out +=
        ordered_json{{"parameters", {{"api-version", "2024-05-01"}}}, {"responses", {{"200", {{"body", row}}}}}}.dump(
            2) +
        "\n";
  }
  return out;
}

std::string without_slash() {
  std::string out = "[" + join(rows(), ",") + "]";
  for (std::size_t at = out.find("\"/subscriptions"); at != std::string::npos; at = out.find("\"/subscriptions", at))
    out.erase(at + 1, 1);
  return out;
}

struct Shape {
  std::string why;
  std::string text;
};

std::vector<Shape> shapes() {
  const std::string list = "[" + join(rows(), ",") + "]";
  const std::string arm = "[" + join(arm_rows(), ",\n", 2) + "]";
  return {
      {"az graph query, extension 2", R"({"count":4,"data":)" + list + R"(,"skip_token":null,"total_records":4})"},
      {"az graph query, extension 1", list},
      {"REST page", R"({"totalRecords":4,"count":4,"data":)" + list + R"(,"facets":[],"resultTruncated":"false"})"},
      {"REST table", table_format()},
      {"Search-AzGraph page", R"({"SkipToken":null,"Data":)" + list + "}"},
      {"Windows PowerShell 5.1 wrapper", R"({"value":)" + list + R"(,"Count":4})"},
      {"PowerShell objects", powershell_objects()},
      {"CSV of the portal", csv()},
      {"ARM list, sku and type behind properties", R"({"value":)" + arm + R"(,"nextLink":null})"},
      {"typed CLI", typed_cli()},
      {"Export-AzRuleData", rule_data()},
      {"NDJSON", join(rows(), "\n") + "\n"},
      {"pretty-printed documents behind each other", join(rows(), "\n", 2)},
      {"pages behind each other", R"({"count":4,"data":)" + list + "}\n{\"count\":0,\"data\":[]}"},
      {"examples of API specifications", api_examples()},
      {"ids without their first slash", without_slash()},
  };
}

std::string utf16(std::string_view ascii, bool big_endian, bool with_mark) {
  std::string out = with_mark ? (big_endian ? "\xFE\xFF" : "\xFF\xFE") : "";
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("every shape of an export gives the same resources") {
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.why);
    const Folder folder;
    const model::Snapshot s = load({folder.write("export", shape.text)});
    CHECK(printed(s) == kExpected);
    CHECK(s.has_usable_input);
    CHECK(codes(s).empty());
    REQUIRE(s.sources.size() == 1);
    CHECK(s.sources[0].rows >= 4);
  }
}

TEST_CASE("every encoding and packing of every shape gives the same resources") {
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.why);
    const Folder folder;
    for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
             {"bom", "\xEF\xBB\xBF" + shape.text},
             {"utf16le", utf16(shape.text, false, true)},
             {"utf16be", utf16(shape.text, true, true)},
             {"utf16le-unmarked", utf16(shape.text, false, false)},
             {"utf16be-unmarked", utf16(shape.text, true, false)},
             {"gzip", gzip(shape.text)},
             {"gzip-utf16", gzip(utf16(shape.text, false, true))},
             {"gzip-members", gzip(shape.text.substr(0, 100)) + gzip(shape.text.substr(100))}}) {
      CAPTURE(name);
      CHECK(printed(load({folder.write(name, text)})) == kExpected);
    }
    std::istringstream input(shape.text);
    ingest::LoadOptions options;
    options.standard_input = &input;
    CHECK(printed(ingest::load({"-"}, options)) == kExpected);
    const Folder nested;
    nested.write("deep/er/export.json", shape.text);
    nested.write("deep/.hidden.json", "not JSON");
    nested.write("deep/README.md", "# notes");
    const model::Snapshot s = load({nested.path()});
    CHECK(printed(s) == kExpected);
    CHECK(codes(s, Diagnostic::Level::note).count("INPUT-SKIPPED") == 1);
  }
}

TEST_CASE("a row that Search-AzGraph piped alone is a bare object") {
  const Folder folder;
  const model::Snapshot s = load({folder.write("one.json", std::string(kTable))});
  CHECK(s.tables.route_tables.size() == 1);
  CHECK(s.sources[0].format == "resource");
}

TEST_CASE("a row of an unheard-of type that says of itself that it is public is a service without a model") {
  const auto services = [](std::string_view properties) {
    const Folder folder;
    ordered_json row = ordered_json::parse(kUnknown);
    if (properties.empty())
      row.erase("properties");
    else
      row["properties"] = ordered_json::parse(properties);
    const model::Snapshot s = load({folder.write("one.json", row.dump())});
    CHECK(codes(s, Diagnostic::Level::warning).count("INPUT-PROPERTIES") == 0);
    std::string out;
    for (const model::Service& service : s.tables.services)
      out += service.type + (service.kind == model::ServiceKind::unmodelled ? " unmodelled" : " modelled");
    return out;
  };
  CHECK(services(R"({"publicNetworkAccess": "Enabled"})") == "contoso.thing/things unmodelled");
  CHECK(services(R"({"publicNetworkAccess": "OnSundays"})") == "contoso.thing/things unmodelled");
  CHECK(services(R"({"publicNetworkAccess": "Disabled"})") == "");
  CHECK(services(R"({"size": 3, "publicNetworkAccess": null})") == "");
  CHECK(services("null") == "");
  CHECK(services("") == "");
}

TEST_CASE("the order of paths and of files changes nothing") {
  const Folder folder;
  const std::string a = folder.write("a.json", "[" + join({rows()[0], rows()[1]}, ",") + "]");
  const std::string b = folder.write("b.json", "[" + join({rows()[3], rows()[2]}, ",") + "]");
  CHECK(printed(load({a, b})) == kExpected);
  CHECK(printed(load({b, a})) == kExpected);
  CHECK(printed(load({b, folder.path(), a})) == kExpected);
  CHECK(load({b, folder.path(), a}).sources.size() == 2);
}

TEST_CASE("a link that leads back to its own folder ends the walk") {
  const Folder folder;
  folder.write("x/rows.json", "[" + join(rows(), ",") + "]");
  std::filesystem::create_directory_symlink(folder.path(), folder.path("x/loop"));
  CHECK(printed(load({folder.path()})) == kExpected);
}

}  // namespace hubproof::test
