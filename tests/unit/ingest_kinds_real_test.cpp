// Real rows from the reference data: ordinary exports give no unknown properties, and every value of every row may be
// replaced by one of another type without harm.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "ingest_kinds_rows.h"

using namespace hubproof;
using hubproof::test::for_each_entity;
using hubproof::test::OrderedJson;
using hubproof::test::Rows;

namespace {

/// Every object with an id and properties, at any depth.
void collect(const OrderedJson& value, std::vector<OrderedJson>& out) {
  if (value.is_object()) {
    const auto id = value.find("id");
    const auto properties = value.find("properties");
    if (id != value.end() && id->is_string() && properties != value.end() && properties->is_object())
      out.push_back(value);
    for (const auto& [key, inner] : value.items()) collect(inner, out);
  } else if (value.is_array()) {
    for (const OrderedJson& inner : value) collect(inner, out);
  }
}

std::vector<OrderedJson> rows_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<OrderedJson> out;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file);
    const OrderedJson document = OrderedJson::parse(stream, nullptr, false);
    if (!document.is_discarded()) collect(document, out);
  }
  return out;
}

std::vector<OrderedJson> reference_rows() {
  std::vector<OrderedJson> out;
  const std::filesystem::path data = std::filesystem::path(HUBPROOF_SHARED_DIR) / "data";
  for (const char* folder :
       {"jupiterone-graph-azure", "cloud-custodian", "azure-rest-api-specs", "psrule-rules-azure", "batfish"}) {
    if (!std::filesystem::exists(data / folder)) continue;
    for (OrderedJson& row : rows_below(data / folder)) out.push_back(std::move(row));
  }
  if (out.empty()) MESSAGE("skipped: no reference data at " << data.string());
  return out;
}

/// The last property name of a pointer.
std::string last_of(const std::string& pointer) { return pointer.substr(pointer.rfind('/') + 1); }

/// Replaces the n-th value below `value` (in document order); false when there are fewer.
bool replace_nth(OrderedJson& value, std::size_t& n, const OrderedJson& with) {
  if (!value.is_structured()) return false;
  for (OrderedJson& inner : value) {
    if (n == 0) {
      inner = with;
      return true;
    }
    --n;
    if (replace_nth(inner, n, with)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "real rows hold no property of a load-bearing kind that the readers do not know, but for those that do change "
    "forwarding") {
  // Each of these is a switch that changes what packets do (or a placeholder of the documentation) and has no place in
  // the model.
  const std::set<std::string> expected = {
      "sharingScope",                  // a subnet that other subscriptions put machines into
      "disableTcpStateTracking",       // a NIC without connection state
      "privateIPAddressPrefixLength",  // a NIC with a block of addresses
      "applicationSecurityGroups",     // of a private endpoint
      "enableExplicitProxy",           // a proxy on the firewall
      "natRules",                      // address translation on a gateway
      "ruleCollections",
      "appliesToGroups",          // a security configuration with groups, the shape of an early preview
      "virtualHubRouteTableV2s",  // of a virtual hub, before it had route tables of its own
      "priority",                 // a firewall policy with rules inside, the shape of an early preview
      "loadDistributionPolicy",
      "defaultLoadDistributionPolicy",  // several pools behind one rule
      "privateLinkConfigurations",      // an application gateway that is open to private endpoints
      "virtualNetwork"};                // a Bastion host of the Developer sku
  std::map<std::string, std::size_t> met;
  std::size_t count = 0;
  for (const OrderedJson& row : reference_rows()) {
    Rows rows;
    if (!rows.read(row)) continue;
    ++count;
    for_each_entity(rows.tables(), [&](const model::Entity& entity) {
      for (const model::Unread& unread : entity.unread) {
        if (unread.met.find("a property that is not modelled") == std::string::npos) continue;
        ++met[last_of(unread.pointer)];
        CAPTURE(rows.spelling(entity.id));
        CAPTURE(unread.pointer);
        CAPTURE(unread.met);
        CHECK(expected.count(last_of(unread.pointer)) == 1);
      }
    });
  }
  for (const auto& [property, times] : met) MESSAGE("not modelled in real rows: " << property << " x" << times);
  if (count != 0) CHECK(count > 500);
}

TEST_CASE("any value of a real row may be of another type: nothing breaks") {
  const OrderedJson replacements[] = {
      OrderedJson(7),          OrderedJson("x"),      OrderedJson(true), OrderedJson(nullptr),
      OrderedJson::array({1}), OrderedJson{{"x", 1}}, OrderedJson(-1),   OrderedJson("/subscriptions/s")};
  std::map<std::string, std::size_t> seen;
  std::size_t reads = 0;
  for (const OrderedJson& row : reference_rows()) {
    const std::string id = test::text_of(row, "id");
    const std::string type = text::lower(row.contains("type") ? test::text_of(row, "type") : arm_type(id));
    if (ingest::find_kind(type) == nullptr || ingest::find_kind(type)->read == nullptr || ++seen[type] > 2) continue;
    for (std::size_t n = 0; n < 400; ++n) {
      OrderedJson changed = row;
      std::size_t left = n;
      if (!replace_nth(changed["properties"], left, replacements[n % std::size(replacements)])) break;
      Rows rows;
      rows.read(changed);
      ++reads;
    }
  }
  MESSAGE(reads << " changed rows were read");
}
