// The documented outcomes of vectors/dns.json, run through the engine.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "engine/core/text.h"
#include "engine/dns/query.h"
#include "engine/dns/resolver.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {
namespace {

using namespace hubproof::model;
using dns::PrivateName;
using dns::Resolution;
using Json = nlohmann::json;

constexpr std::string_view kSymbol = "10.200.0.5";  // stands for "<PE IP>" and records whose address a page leaves out

/// Where a vector cannot be expressed, the reason.
struct Outcome {
  std::string left_out;
  bool has_run = false;
};

std::string text_at(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string();
}

/// Puts a vector's `network` into a Build. VNets that it does not describe get address space of their own.
class Network {
 public:
  explicit Network(const Json& json) : json_(json) {
    for (const Json& vnet : json_.value("virtualNetworks", Json::array())) add_vnet(vnet);
    if (json_.contains("dhcpOptions")) add_servers("v", json_["dhcpOptions"]);
    for (const Json& zone : json_.value("privateDnsZones", Json::array())) add_zone(zone);
    if (json_.contains("zone")) add_zone(json_["zone"]);
    if (json_.contains("inboundEndpoint")) add_inbound(text_at(json_, "inboundEndpoint"));
    if (json_.contains("ruleset")) add_ruleset(json_["ruleset"]);
  }
  void ensure_vnet(const std::string& name) {
    if (!vnets_.insert(name).second) return;
    b.vnet(name, fmt::format("10.{}.0.0/16", 150 + vnets_.size()));
  }
  void client_of(const std::string& server) {
    vnets_.insert("client");
    b.vnet("client", "10.140.0.0/16").dns_servers = {server};
  }
  void zone_with_record(const std::string& zone, const std::string& record, const Json& links) {
    const ResourceId id = b.zone(zone, fmt::format("rg{}", ++zones_)).id;
    b.record(id, record, {kSymbol});
    for (const Json& link : links) {
      const std::string vnet =
          link.is_string() ? link.get<std::string>() : text_at(link, link.contains("vnet") ? "vnet" : "virtualNetwork");
      ensure_vnet(vnet);
      VirtualNetworkLink& out = b.link(id, vnet);
      if (link.is_object() && link.contains("resolutionPolicy"))
        out.resolution_policy = *parse<ResolutionPolicy>(text_at(link, "resolutionPolicy"));
    }
  }
  Build b;

 private:
  void add_servers(const std::string& vnet, const Json& options) {
    vnets_.insert(vnet);
    b.vnet(vnet, "10.130.0.0/16").dns_servers = options.value("dnsServers", Names());
  }
  void add_vnet(const Json& vnet) {
    const std::string name = text_at(vnet, "name");
    vnets_.insert(name);
    const auto prefixes = vnet.value("addressPrefixes", Names{fmt::format("10.{}.0.0/16", 150 + vnets_.size())});
    VirtualNetwork& out = b.vnet(name, prefixes.front());
    out.dns_servers = vnet.value("dhcpOptions", Json::object()).value("dnsServers", Names());
    spaces_[name] = prefix(prefixes.front());
    if (vnet.contains("peer")) b.peer(name, text_at(vnet, "peer"));
  }
  void add_zone(const Json& zone) {
    const ResourceId id = b.zone(text_at(zone, "name"), fmt::format("rg{}", ++zones_)).id;
    const Json records = zone.value("records", Json::object());
    for (const auto& [name, address] : records.items()) {
      const bool is_symbol = address.get<std::string>().front() == '<';
      b.record(id, name, {is_symbol ? kSymbol : std::string_view(address.get_ref<const std::string&>())});
    }
    if (!zone.contains("records") && !json_.contains("vms")) b.record(id, "rec", {kSymbol});
    const Json links = zone.contains("links") ? zone["links"] : zone.value("virtualNetworkLinks", Json::array());
    for (const Json& link : links) {
      const std::string vnet =
          link.is_string() ? link.get<std::string>() : text_at(link, link.contains("vnet") ? "vnet" : "virtualNetwork");
      ensure_vnet(vnet);
      VirtualNetworkLink& out = b.link(id, vnet);
      if (link.is_object() && link.contains("resolutionPolicy"))
        out.resolution_policy = *parse<ResolutionPolicy>(text_at(link, "resolutionPolicy"));
      if (link.is_object() && link.value("registrationEnabled", false)) register_machines(id, vnet);
    }
    // A zone without rows in dnsresources would look like a table that was not exported.
    b.record(id, "@", {}).type = "soa";
  }
  /// Registration writes a record per machine; Resource Graph shows it as any other.
  void register_machines(ResourceId zone, const std::string& vnet) {
    const Json machines = json_.value("vms", Json::object()).value(vnet, Json::array());
    for (const Json& machine : machines) {
      const std::string row = machine.get<std::string>();
      b.record(zone, row.substr(0, row.find('=')), {row.substr(row.find('=') + 1)});
    }
  }
  void add_inbound(const std::string& address) {
    for (const auto& [name, space] : spaces_) {
      if (!space.contains(ip(address))) continue;
      b.resolver("res", name);
      b.resolver_endpoint("res", name + "/in", address);
    }
  }
  void add_ruleset(const Json& ruleset) {
    const auto links = ruleset.value("links", Names());
    ensure_vnet(links.front());
    b.ruleset("rs", {links.front()});
    for (const Json& rule : ruleset.value("rules", Json::array()))
      b.forward("rs", text_at(rule, "domainName"), {text_at(rule, "target")});
  }

  const Json& json_;
  std::set<std::string> vnets_;
  std::map<std::string, Prefix> spaces_;
  int zones_ = 0;
};

/// The name as private-link knows it, or as it stands when it is no public private-link name.
PrivateName private_name(const std::string& spelled) {
  const std::string name = text::lower(spelled);
  for (const dns::PrivateLinkZone& row : dns::private_link_zones()) {
    const std::string suffix = "." + std::string(row.public_suffix);
    if (!text::ends_with(name, suffix) || name.find("privatelink") != std::string::npos) continue;
    return {name, std::string(row.zone), name.substr(0, name.size() - suffix.size()), std::string(row.group_id)};
  }
  const std::size_t dot = name.find('.');
  return {name, name.substr(dot + 1), name.substr(0, dot), ""};
}

/// The pages' path, in the words of the steps.
void check_path(const Json& path, const Resolution& answer) {
  std::string steps;
  for (const dns::Step& step : answer.steps) steps += step.what + "; ";
  CAPTURE(steps);
  for (const Json& element : path) {
    const std::string word = element.get<std::string>();
    CAPTURE(word);
    const std::string expected = word == "168.63.129.16"       ? "Azure-provided DNS"
                                 : word == "ruleset"           ? "forwarding rule"
                                 : word.substr(0, 4) == "zone" ? "answers"
                                                               : word;
    CHECK((steps + answer.unknown_because).find(expected) != std::string::npos);
  }
}

void check_answer(const Json& expected, const Resolution& answer) {
  CAPTURE(answer.unknown_because);
  if (expected.contains("path")) return check_path(expected["path"], answer);
  const std::string wanted = text_at(expected, "answer");
  if (wanted == "NXDOMAIN") {
    CHECK(answer.kind == Resolution::Kind::nx_domain);
  } else if (wanted == "public IP" || text_at(expected, "kind") == "public") {
    CHECK(answer.kind == Resolution::Kind::public_answer);
  } else {
    REQUIRE(answer.kind == Resolution::Kind::private_addresses);
    const bool is_address = Ipv4::parse(wanted).has_value();
    CHECK(answer.addresses == std::vector<Ipv4>{ip(is_address ? std::string_view(wanted) : kSymbol)});
  }
}

Outcome run_resolve(const Json& vector) {
  const Json& question = vector["question"];
  std::string name = text_at(question, "name");
  if (name.substr(0, 3) == "PTR") return {"reverse look-ups are not modelled"};
  if (question.contains("from_")) return {"asked from the Internet, where no private zone is visible"};
  if (vector["network"].contains("privateZone")) return {"the page gives the private zone no record"};
  std::string from = text_at(question, "fromVnet");
  Json description = vector["network"];
  if (question.contains("via")) description = Json::object();
  Network network(description);
  if (question.contains("via")) {
    // "10.10.0.4 in hub": an endpoint in the network that the zone is linked to, asked by a client that names it.
    from = "client";
    const std::string home = vector["network"]["zoneLinkedTo"][0].get<std::string>();
    network.zone_with_record(name.substr(name.find('.') + 1), "rec", vector["network"]["zoneLinkedTo"]);
    network.b.resolver("res", home);
    network.b.resolver_endpoint("res", home + "/in", text_at(question, "via"));
    network.client_of(text_at(question, "via"));
  }
  if (description.contains("zoneLinks")) {
    name = "rec.contoso.com";  // "any"
    network.zone_with_record("contoso.com", "rec", description["zoneLinks"]);
  }
  network.ensure_vnet(from);
  const World w = network.b.world();
  check_answer(vector["answer"], dns::Resolver(w.view()).resolve(w.vnet(from), private_name(name)));
  return {"", true};
}

Outcome run_zones(const Json& vector) {
  const Json& endpoint = vector["network"]["privateEndpoint"];
  std::set<std::string> zones;
  std::set<std::string> suffixes;
  for (const auto& row : dns::private_link_zones(text::lower(text_at(endpoint, "resourceType")))) {
    if (!text::equals(row.group_id, text_at(endpoint, "groupId"))) continue;
    zones.insert(std::string(row.zone));
    suffixes.insert(std::string(row.public_suffix));
  }
  CHECK(zones == vector["answer"]["zones"].get<std::set<std::string>>());
  if (vector["answer"].contains("forwarders")) {
    const auto forwarders = vector["answer"]["forwarders"].get<std::set<std::string>>();
    for (const std::string& suffix : suffixes) CHECK(forwarders.count(suffix) == 1);
  }
  return {"", true};
}

Outcome run_forwarding_rule(const Json& vector) {
  Build b;
  b.vnet("v", "10.130.0.0/16");
  b.ruleset("rs", {"v"});
  std::map<std::string, std::string> domains;
  for (const Json& rule : vector["network"]["rules"]) {
    domains[text_at(rule, "name")] = text_at(rule, "domainName");
    b.forward("rs", text_at(rule, "domainName"), {text_at(rule, "target")}).is_enabled =
        text_at(rule, "state") == "Enabled";
  }
  const World w = b.world();
  const dns::NameIndex index(w.view());
  const dns::RuleMatch match =
      dns::match_rules(index, w.estate().tables().virtual_networks[0].id, text_at(vector["question"], "name"));
  CHECK(match.doubt == "");
  const Json& answer = vector["answer"];
  if (answer["rule"].is_null()) {
    CHECK(match.rules.empty());
    return {"", true};
  }
  REQUIRE(match.rules.size() == 1);
  CHECK(match.rules.front()->domain == domains[text_at(answer, "rule")]);
  if (answer.contains("target")) CHECK(match.rules.front()->targets == Names{text_at(answer, "target")});
  return {"", true};
}

}  // namespace

TEST_CASE("documented outcomes of private DNS") {
  const std::filesystem::path path = std::filesystem::path(HUBPROOF_SHARED_DIR) / "vectors" / "dns.json";
  std::ifstream file(path);
  if (!file) {
    MESSAGE("skipped: ", path.string(), " is not there");
    return;
  }
  const Json vectors = Json::parse(file);
  int ran = 0;
  std::string left_out;
  for (const Json& vector : vectors) {
    const std::string id = text_at(vector, "id");
    CAPTURE(id);
    const std::string kind = text_at(vector["question"], "kind");
    Outcome outcome{fmt::format("kind {} is no question to the resolver", kind)};
    if (kind == "resolve") outcome = run_resolve(vector);
    if (kind == "zones") outcome = run_zones(vector);
    if (kind == "forwardingRule") outcome = run_forwarding_rule(vector);
    if (outcome.has_run)
      ++ran;
    else
      left_out += fmt::format("\n  {}: {}", id, outcome.left_out);
  }
  MESSAGE("ran ", ran, " of ", vectors.size(), "; left out:", left_out);
  CHECK(ran >= 20);
}

}  // namespace hubproof::test
