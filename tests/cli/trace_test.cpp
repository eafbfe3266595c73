// hubproof trace over the bundled estate.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"

using namespace hubproof;
using nlohmann::json;

namespace {

const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";

test::Ended trace(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"trace", kCompliant};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::run(HUBPROOF_PROGRAM, arguments);
}

/// The address of the first spoke subnet that is not for private endpoints, from the inventory of the export.
json inventory() { return json::parse(test::run(HUBPROOF_PROGRAM, {"inventory", kCompliant, "-o", "json"}).out); }

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a name that nothing has is an error that ends with 2") {
  const test::Ended ended = trace({"--from", "no-such-thing", "--to", "Internet"});
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "--from"));
  CHECK(has(ended.err, "no-such-thing"));
}

TEST_CASE("a subnet name that several spokes share is an error that lists them") {
  const test::Ended ended = trace({"--from", "snet-aks", "--to", "Internet"});
  CAPTURE(ended.err);
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "names 3 resources"));
}

TEST_CASE("from a spoke's subnet to the Internet: the packet crosses the firewall or ends there, and JSON says how") {
  const std::string spoke = inventory()["roles"]["spokes"][0]["resource"];
  const test::Ended ended = trace({"--from", spoke + "/subnets/snet-aks", "--to", "internet", "-o", "json"});
  CAPTURE(ended.err);
  REQUIRE_FALSE(ended.out.empty());
  const json document = json::parse(ended.out);
  CHECK(document["from"]["kind"] == "subnet");
  CHECK(document["flow"]["destination_port"] == 443);
  CHECK(document["crossed_firewall"] == true);
  REQUIRE_FALSE(document["hops"].empty());
  bool is_routed = false;
  for (const json& hop : document["hops"]) is_routed = is_routed || hop["next_hop"] == "VirtualAppliance";
  CHECK(is_routed);
}

TEST_CASE("an address of either family is a place, but both ends are of one") {
  const test::Ended mixed = trace({"--from", "10.16.1.4", "--to", "fd00::4"});
  CAPTURE(mixed.err);
  CHECK(mixed.code == 2);
  CHECK(has(mixed.err, "no packet goes from one family to the other"));
  const test::Ended unknown = trace({"--from", "Internet", "--to", "2001:db8:1::9", "-o", "json"});
  CAPTURE(unknown.err);
  CHECK(unknown.code == 3);
  CHECK(json::parse(unknown.out)["flow"]["destination"] == "2001:db8:1::9");
  const test::Ended without = trace({"--from", "vnet-t01/snet-app", "--to", "fd00::4"});
  CHECK(without.code == 2);
  CHECK(has(without.err, "has no IPv6 address"));
}

TEST_CASE("text and the port that was asked for") {
  const std::string spoke = inventory()["roles"]["spokes"][0]["resource"];
  const test::Ended ended =
      trace({"--from", spoke + "/subnets/snet-aks", "--to", "192.0.2.7", "--port", "8443", "--protocol", "udp"});
  CAPTURE(ended.err);
  CHECK(has(ended.out, "192.0.2.7:8443/udp"));
}

TEST_CASE("a request to a host name is decided by application rules for that name") {
  const auto at_firewall = [](const std::string& from) {
    const test::Ended ended = trace({"--from", from, "--to", "oai-contoso0.openai.azure.com", "-o", "json"});
    CAPTURE(ended.err);
    const json document = json::parse(ended.out);
    for (const json& hop : document["hops"]) {
      if (hop["kind"] == "firewall") return hop["decision"].get<std::string>();
    }
    return std::string("no firewall");
  };
  CHECK(at_firewall("vnet-hub-swedencentral/snet-apim") == "allow");
  CHECK(at_firewall("vnet-t01/snet-app") == "deny");
}
