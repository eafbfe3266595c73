// paas-exposure.json: who reaches the public endpoint of a service.
#include "engine/core/text.h"
#include "engine/net/exposure.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using model::ServiceKind;

constexpr std::string_view kOwnRange = "198.41.0.0/24";        // that the service's own rules admit
constexpr std::string_view kPerimeterRange = "198.42.0.0/24";  // that the perimeter's rules admit

Json allowed(const net::Exposure& exposure) {
  if (!exposure.accepted.empty()) return true;
  return exposure.open.empty() ? Json(false) : Json("unknown");
}

ServiceKind kind_of(const std::string& id) {
  if (text::starts_with(id, "kv-")) return ServiceKind::key_vault;
  if (text::starts_with(id, "ai-")) return ServiceKind::cognitive_account;
  return text::starts_with(id, "st-") ? ServiceKind::storage : ServiceKind::web_site;
}

void set_rules(model::Service& service, const Json& properties) {
  const std::string access = text_at(properties, "publicNetworkAccess");
  if (!access.empty()) service.public_network_access = *model::parse<model::PublicNetworkAccess>(access);
  const Json acls = properties.value("networkAcls", Json::object());
  if (acls.contains("defaultAction"))
    service.default_action = *model::parse<model::Access>(text_at(acls, "defaultAction"));
  for (const Json& rule : list_at(acls, "ipRules")) {
    const Prefix range = prefix(text_at(rule, "value"));
    service.ip_rules.push_back({range.first(), range.last()});
  }
}

void public_access(Vector& vector) {
  Build b;
  model::Service& service = b.service("svc", kind_of(vector.id()), "Microsoft.X/things");
  set_rules(service, vector.network().at("properties"));
  for (std::size_t i = 0; i < list_at(vector.network(), "privateEndpointConnections").size(); ++i)
    service.endpoint_connections.push_back({{}, model::ConnectionStatus::approved});
  // The page speaks of a site without access restrictions: its configuration is there and lists none.
  service.has_firewall_children = service.kind == ServiceKind::web_site;
  const World w = b.world();
  const net::Exposure exposure = net::exposure(w.view(), w.service("svc"));
  const Json is_allowed = allowed(exposure);
  const bool is_for_any = exposure.accepted == internet_addresses() || is_allowed != true;
  vector.same("allowed", is_for_any ? is_allowed : Json("some addresses"));
}

/// Whose rules admit, seen by the range that each admits.
void governed_by(Vector& vector) {
  Build b;
  model::Service& service = b.service("svc", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  service.public_network_access =
      *model::parse<model::PublicNetworkAccess>(text_at(vector.network(), "publicNetworkAccess"));
  service.default_action = model::Access::deny;
  service.ip_rules.push_back({prefix(kOwnRange).first(), prefix(kOwnRange).last()});
  const model::ResourceId id = service.id;
  const std::string mode = text_at(vector.network(), "nspAssociation");
  if (mode != "None") {
    b.perimeter("assoc", id, mode);
    b.perimeter_rule("assoc", kPerimeterRange);
  }
  const World w = b.world();
  const net::Exposure exposure = net::exposure(w.view(), w.service("svc"));
  const auto is_only = [&](std::string_view range) { return exposure.accepted == AddressSet(prefix(range)); };
  vector.same("inbound", !exposure.open.empty()      ? "unknown"
                         : is_only(kOwnRange)        ? "resource rules"
                         : is_only(kPerimeterRange)  ? "NSP rules"
                         : exposure.accepted.empty() ? "denied"
                                                     : "both");
  vector.aside("outbound");  // what a service itself connects to is not modelled
}

/// A key vault in a perimeter that admits nobody, with an endpoint.
Build in_perimeter(const Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "s", "10.0.0.0/24");
  b.subnet("v", "pe", "10.0.1.0/24");
  model::Service& service = b.service("svc", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  service.default_action = model::Access::deny;
  service.bypass = text_at(vector.network().value("networkAcls", Json::object()), "bypass");
  const model::ResourceId id = service.id;
  b.perimeter("assoc", id, text_at(vector.network(), "nspAssociation"));
  b.perimeter_rule("assoc", "10.0.0.0/8");
  b.endpoint("pe", "v/pe", "10.0.1.5", {.target = "svc", .group = "vault"});
  return b;
}

void through_endpoint(Vector& vector) {
  const World w = in_perimeter(vector).world();
  vector.same("allowed", flows(traced(w, place(subnet_of(w, "v/s")), "10.0.0.4", "10.0.1.5").disposition));
}

void trusted_services(Vector& vector) {
  const World w = in_perimeter(vector).world();
  const net::Exposure exposure = net::exposure(w.view(), w.service("svc"));
  bool is_admitted = false;
  for (const std::string& text : exposure.residual)
    is_admitted = is_admitted || text.find("trusted Azure services") != std::string::npos;
  vector.same("allowed", is_admitted);
}

/// An API Management 10.0.0.10 in a subnet with or without a group, and a client beside it.
Build one_apim(const std::string& type, const std::string& group, const std::string& platform = "stv2") {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  if (!group.empty()) b.nsg(group);
  b.subnet("v", "apim", "10.0.0.0/24", {.nsg = group});
  b.subnet("v", "s", "10.0.1.0/24");
  b.apim("apim", "v/apim", "10.0.0.10", type).platform_version = platform;
  return b;
}

void reachable_from(Vector& vector) {
  const World w = one_apim(text_at(vector.network(), "virtualNetworkType"), "nsg").world();
  vector.same("internet", allowed(net::exposure(w.view(), w.service("apim"))));
  vector.same("vnet", flows(traced(w, place(subnet_of(w, "v/s")), "10.0.1.4", "10.0.0.10").disposition));
}

void inbound_without_group(Vector& vector) {
  const World w =
      one_apim(text_at(vector.network(), "virtualNetworkType"), "", text_at(vector.network(), "platform")).world();
  vector.same("allowed", allowed(net::exposure(w.view(), w.service("apim"))));
}

/// The value that the facts spell out for an absent one.
void default_access(Vector& vector) {
  const World w = one_apim("None", "").world();
  const net::Exposure exposure = net::exposure(w.view(), w.service("apim"));
  std::string value;
  for (const model::Fact& fact : exposure.facts) {
    const std::string text(fact.value);
    if (fact.pointer == "/properties/publicNetworkAccess") value = text.substr(text.rfind(' ') + 1);
  }
  vector.same("value", value);
}

constexpr Run kRuns[] = {
    {"publicAccess", public_access},
    {"publicAccessGovernedBy", governed_by},
    {"privateEndpointTraffic", through_endpoint},
    {"trustedServiceAccess", trusted_services},
    {"reachableFrom", reachable_from},
    {"inboundAllowed", inbound_without_group},
    {"default", default_access},
};

using enum LeftOut::How;
constexpr LeftOut kLeftOut[] = {
    {"policyCompliance", not_run, "built-in policies are not evaluated"},
    {"inboundAllowed", left_open,
     "the page calls its load balancer closed until a group allows; pages on Standard addresses without a group "
     "disagree, so the engine says neither closed nor public"},
};

}  // namespace

Topic paas() { return {"paas-exposure", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
