// dns.json: private zones, forwarding rules, zone names.
#include <fmt/format.h>

#include <map>
#include <set>

#include "engine/core/text.h"
#include "engine/dns/query.h"
#include "engine/dns/resolver.h"
#include "engine/dns/reverse.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::model;
using namespace hubproof::test;
using dns::PrivateName;
using dns::Resolution;

constexpr std::string_view kSymbol = "10.200.0.5";  // stands for "<PE IP>" and records whose address a page leaves out

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

std::string steps_of(const Resolution& answer) {
  std::string out;
  for (const dns::Step& step : answer.steps) out += step.what + "; ";
  return out + answer.unknown_because;
}

/// The elements of a page's path that the steps tell of, in their words.
Json path_in(const Json& path, const Resolution& answer) {
  Json out = Json::array();
  const std::string steps = steps_of(answer);
  for (const Json& element : path) {
    const std::string word = element.get<std::string>();
    const std::string expected = word == "168.63.129.16"       ? "Azure-provided DNS"
                                 : word == "ruleset"           ? "forwarding rule"
                                 : word.substr(0, 4) == "zone" ? "answers"
                                                               : word;
    out.push_back(steps.find(expected) != std::string::npos ? word : "not in: " + steps);
  }
  return out;
}

/// The answer in the page's words; kSymbol stands for an address that the page does not give.
std::string word_of(const Resolution& answer, const std::string& wanted) {
  switch (answer.kind) {
    case Resolution::Kind::nx_domain: return "NXDOMAIN";
    case Resolution::Kind::public_answer: return "public IP";
    case Resolution::Kind::private_addresses: break;
    case Resolution::Kind::no_server: return "no server";
    case Resolution::Kind::unknown: return "unknown";
  }
  const bool is_address = Ipv4::parse(wanted).has_value();
  const std::vector<Ipv4> expected{ip(is_address ? std::string_view(wanted) : kSymbol)};
  if (answer.addresses == expected) return wanted;
  return answer.addresses.empty() ? "none" : to_string(answer.addresses.front());
}

void compare(Vector& vector, const World& w, const std::string& from, const std::string& name) {
  const Resolution answer = dns::Resolver(w.view()).resolve(w.vnet(from), private_name(name));
  const std::string wanted = text_at(Json{{"a", vector.answer("answer")}}, "a");
  const bool is_public = vector.answer("kind") == "public";
  vector.same("answer", is_public ? Json("public IP") : Json(wanted), word_of(answer, wanted));
  vector.same("kind", answer.kind == Resolution::Kind::public_answer ? "public" : "private");
  vector.same("path", path_in(vector.answer("path").is_null() ? Json::array() : vector.answer("path"), answer));
}

void resolve(Vector& vector) {
  Network network(vector.network());
  std::string name = vector.asked("name");
  if (vector.network().contains("zoneLinks")) {
    name = "rec.contoso.com";  // "any"
    network.zone_with_record("contoso.com", "rec", vector.network()["zoneLinks"]);
  }
  network.ensure_vnet(vector.asked("fromVnet"));
  const World w = network.b.world();
  compare(vector, w, vector.asked("fromVnet"), name);
}

/// "10.10.0.4 in hub": an endpoint in the network that the zone is linked to, asked by a client that names it.
void resolve_via_endpoint(Vector& vector) {
  const Json empty = Json::object();
  Network network(empty);
  const std::string name = vector.asked("name");
  const Json& links = vector.network().at("zoneLinkedTo");
  const std::string home = links.at(0);
  network.zone_with_record(name.substr(name.find('.') + 1), "rec", links);
  network.b.resolver("res", home);
  network.b.resolver_endpoint("res", home + "/in", vector.asked("via"));
  network.client_of(vector.asked("via"));
  const World w = network.b.world();
  compare(vector, w, "client", name);
}

/// The machine is registered in the private zone; its address is a symbol of the page.
void resolve_split_horizon(Vector& vector) {
  const Json empty = Json::object();
  Network network(empty);
  const std::string name = vector.asked("name");
  const Json& zone = vector.network().at("privateZone");
  network.zone_with_record(text_at(zone, "name"), name.substr(0, name.find('.')), zone.at("links"));
  network.ensure_vnet(vector.asked("fromVnet"));
  const World w = network.b.world();
  compare(vector, w, vector.asked("fromVnet"), name);
}

void zones(Vector& vector) {
  const Json& endpoint = vector.network().at("privateEndpoint");
  std::set<std::string> zones;
  std::set<std::string> suffixes;
  for (const auto& row : dns::private_link_zones(text::lower(text_at(endpoint, "resourceType")))) {
    if (!text::equals(row.group_id, text_at(endpoint, "groupId"))) continue;
    zones.insert(std::string(row.zone));
    suffixes.insert(std::string(row.public_suffix));
  }
  vector.same("zones", zones);
  // The table holds the names that clients use; a page may list further ones.
  Json forwarders = vector.answer("forwarders");
  for (const std::string& suffix : suffixes) {
    if (std::find(forwarders.begin(), forwarders.end(), suffix) == forwarders.end()) forwarders.push_back(suffix);
  }
  vector.same("forwarders", forwarders);
}

void forwarding_rule(Vector& vector) {
  Build b;
  b.vnet("v", "10.130.0.0/16");
  b.ruleset("rs", {"v"});
  std::map<std::string, std::string> names;
  for (const Json& rule : vector.network().at("rules")) {
    names[text_at(rule, "domainName")] = text_at(rule, "name");
    b.forward("rs", text_at(rule, "domainName"), {text_at(rule, "target")}).is_enabled =
        text_at(rule, "state") == "Enabled";
  }
  const World w = b.world();
  const dns::NameIndex index(w.view());
  const dns::RuleMatch match =
      dns::match_rules(index, w.estate().tables().virtual_networks[0].id, vector.asked("name"));
  const bool is_one = match.doubt.empty() && match.rules.size() == 1;
  const Json doubt = match.doubt.empty() && match.rules.empty() ? Json() : Json("unknown");
  vector.same("rule", is_one ? Json(names.at(match.rules.front()->domain)) : doubt);
  vector.same("target", is_one ? Json(match.rules.front()->targets.front()) : doubt);
}

/// The ruleset's own network is not peered to the one that it is linked to.
void ruleset_without_peering(Vector& vector) {
  Build b;
  b.vnet("hub", "10.130.0.0/16");
  b.vnet("spoke", "10.131.0.0/16");
  b.resolver("res", "hub");
  b.resolver_endpoint("res", "hub/out", "");
  b.ruleset("rs", {text_at(vector.network(), "rulesetLinkedTo")});
  b.forward("rs", "contoso.com.", {"10.100.0.2"});
  const World w = b.world();
  const dns::NameIndex index(w.view());
  const model::ResourceId asked = w.estate().tables().virtual_networks[w.vnet(vector.asked("vnet")).index()].id;
  vector.same("applies", dns::match_rules(index, asked, "www.contoso.com").rules.size() == 1);
}

/// Two machines, one in each network; the zone has a record of either, of the first network's by registration.
void resolve_reverse(Vector& vector) {
  Build b;
  const ResourceId zone = b.zone(text_at(vector.network().at("zone"), "name")).id;
  b.record(zone, "@", {}).type = "soa";
  for (const auto& [name, machines] : vector.network().at("vms").items()) {
    const std::string row = machines.at(0).get<std::string>();
    const std::string machine = row.substr(0, row.find('='));
    const std::string address = row.substr(row.find('=') + 1);
    const std::string space = address.substr(0, address.rfind('.')) + ".0/24";
    b.vnet(name, space);
    b.subnet(name, "s", space);
    b.nic("nic-" + machine, name + "/s", address, {.vm = machine});
    b.record(zone, text::lower(machine), {address});
  }
  for (const Json& link : vector.network().at("zone").at("links"))
    b.link(zone, text_at(link, "vnet")).registration_enabled = link.at("registrationEnabled").get<bool>();
  const World w = b.world();
  const std::string asked = vector.asked("name");
  const dns::ReverseAnswer answer =
      dns::resolve_address(w.view(), w.vnet(vector.asked("fromVnet")), ip(asked.substr(asked.rfind(' ') + 1)));
  const bool is_missing = answer.kind == dns::ReverseAnswer::Kind::nx_domain;
  vector.same("answer", is_missing ? "NXDOMAIN" : answer.names.empty() ? "unknown" : answer.names.front());
}

void resolution_policies(Vector& vector) {
  Json out = Json::array();
  for (const ResolutionPolicy policy : {ResolutionPolicy::default_policy, ResolutionPolicy::nx_domain_redirect})
    out.push_back(std::string(model::name(policy)));
  vector.same("values", out);
}

constexpr Run kRuns[] = {
    {"resolve", resolve},
    {"dns-inbound", resolve_via_endpoint},
    {"dns-sc-split-vnet", resolve_split_horizon},
    {"zones", zones},
    {"forwardingRule", forwarding_rule},
    {"rulesetApplies", ruleset_without_peering},
    {"enum", resolution_policies},
    {"dns-sc-ptr-same", resolve_reverse},
    {"dns-sc-ptr-cross", resolve_reverse},
};

using enum LeftOut::How;
constexpr LeftOut kLeftOut[] = {
    {"dns-sc-ptr-same", left_open,
     "the page of name resolution gives the zone's name to networks that register in it only: documented in two ways"},
    {"dns-sc-split-internet", not_run, "asked from the Internet, where no private zone is visible"},
    {"records", not_run, "what Azure deletes with an endpoint is in the next export"},
    {"dns-onprem-forward-target", not_run, "DNS servers outside Azure are in no export"},
    {"dns-vhub-link", not_run, "whether Azure accepts a link is no question to the engine"},
};

}  // namespace

Topic dns() { return {"dns", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
