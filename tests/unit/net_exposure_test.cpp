// Public exposure of services. Rows follow azure-semantics.md 9 (with the pages it names).
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/exposure.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;

namespace {

/// "closed", "open to all", "open to <addresses>", with ", may be open" when a question remains.
std::string word(const net::Exposure& exposure) {
  std::string out = exposure.accepted.empty()                   ? "closed"
                    : exposure.accepted == internet_addresses() ? "open to all"
                                                                : "open to " + to_string(exposure.accepted);
  CHECK(exposure.open.empty() == exposure.possible.empty());
  if (!exposure.open.empty()) out += ", may be open";
  return out;
}

std::string exposed(ServiceKind kind, const std::function<void(Service&, Build&)>& change) {
  Build b;
  Service& service = b.service("svc", kind, "Microsoft.X/things");
  change(service, b);
  World w = b.world();
  return word(net::exposure(w.view(), w.service("svc")));
}

model::IpRule rule(std::string_view first, std::string_view last = {}) {
  return {ip(first), ip(last.empty() ? first : last)};
}

void nothing(Service&, Build&) {}
void disabled(Service& s, Build&) { s.public_network_access = PublicNetworkAccess::disabled; }
void deny(Service& s, Build&) {
  s.has_network_acls = true;
  s.default_action = model::Access::deny;
}
void deny_with_rule(Service& s, Build& b) {
  deny(s, b);
  s.ip_rules = {rule("198.41.0.4")};
}
void unreadable(Service& s, Build&) {
  s.public_network_access = model::Setting<PublicNetworkAccess>::unreadable("Perhaps");
}

}  // namespace

TEST_CASE("exposure: what each kind accepts by default, switched off, and with its own rules") {
  struct Row {
    ServiceKind kind;
    void (*change)(Service&, Build&);
    std::string expected;
  };
  const Row rows[] = {
      {ServiceKind::cognitive_account, nothing, "open to all"},
      {ServiceKind::cognitive_account, disabled, "closed"},
      {ServiceKind::cognitive_account, deny, "closed"},
      {ServiceKind::cognitive_account, deny_with_rule, "open to 198.41.0.4/32"},
      {ServiceKind::cognitive_account, unreadable, "closed, may be open"},
      {ServiceKind::storage, nothing, "open to all"},
      {ServiceKind::storage, [](Service& s, Build&) { s.ip_rules = {rule("198.41.0.4")}; },
       "open to all"},  // no effect without Deny
      {ServiceKind::storage, deny_with_rule, "open to 198.41.0.4/32"},
      {ServiceKind::storage, disabled, "closed"},
      {ServiceKind::key_vault, nothing, "open to all"},
      {ServiceKind::key_vault, deny, "closed"},
      {ServiceKind::container_registry, nothing, "open to all"},
      {ServiceKind::container_registry, deny, "closed"},
      {ServiceKind::search, nothing, "open to all"},
      {ServiceKind::search, [](Service& s, Build&) { s.ip_rules = {rule("198.41.0.4")}; }, "open to 198.41.0.4/32"},
      {ServiceKind::search, disabled, "closed"},
      {ServiceKind::cosmos, nothing, "open to all"},
      {ServiceKind::cosmos, [](Service& s, Build&) { s.vnet_filter = true; }, "closed"},
      {ServiceKind::cosmos, [](Service& s, Build&) { s.ip_rules = {rule("0.0.0.0")}; },
       "closed, may be open"},  // every Azure datacenter
      {ServiceKind::ml_workspace, nothing, "open to all"},
      {ServiceKind::ml_workspace, disabled, "closed"},
      {ServiceKind::ml_online_endpoint, nothing, "open to all"},
      {ServiceKind::sql_server, nothing, "closed, may be open"},  // firewall rules not exported
      {ServiceKind::sql_server, [](Service& s, Build&) { s.has_firewall_children = true; }, "closed"},
      {ServiceKind::sql_server,
       [](Service& s, Build&) {
         s.has_firewall_children = true;
         s.ip_rules = {rule("198.41.0.4", "198.41.0.5")};
       },
       "open to 198.41.0.4/31"},
      {ServiceKind::sql_server, disabled, "closed"},
      {ServiceKind::event_hubs, nothing, "closed, may be open"},
      {ServiceKind::event_hubs, [](Service& s, Build&) { s.has_firewall_children = true; }, "open to all"},
      {ServiceKind::service_bus, disabled, "closed"},
      {ServiceKind::redis, [](Service& s, Build&) { s.has_vnet_injection = true; }, "closed"},
      {ServiceKind::redis_enterprise, nothing, "open to all"},
      {ServiceKind::web_site, nothing, "closed, may be open"},  // restrictions live in another resource
      {ServiceKind::web_site, [](Service& s, Build&) { s.endpoint_connections.push_back({}); }, "closed, may be open"},
      {ServiceKind::web_site,
       [](Service& s, Build&) {
         s.endpoint_connections.push_back({});
         s.public_network_access = PublicNetworkAccess::enabled;
       },
       "closed, may be open"},
      {ServiceKind::web_site, [](Service& s, Build&) { s.has_firewall_children = true; }, "open to all"},
      {ServiceKind::web_site,
       [](Service& s, Build&) {
         s.has_firewall_children = true;
         s.default_action = model::Access::deny;
         s.ip_rules = {rule("198.41.0.4")};
       },
       "open to 198.41.0.4/32"},
      {ServiceKind::container_environment, nothing, "open to all"},
      {ServiceKind::container_environment, [](Service& s, Build&) { s.internal = true; }, "closed"},
      {ServiceKind::kubernetes_cluster, nothing, "open to all"},
      {ServiceKind::kubernetes_cluster, [](Service& s, Build&) { s.internal = true; }, "closed"},
      {ServiceKind::kubernetes_cluster, [](Service& s, Build&) { s.ip_rules = {rule("198.41.0.4")}; },
       "open to 198.41.0.4/32"},
      {ServiceKind::log_analytics, disabled, "open to all"},  // the query switch is its own
      {ServiceKind::log_analytics,
       [](Service& s, Build& b) {
         disabled(s, b);
         s.public_network_access_query = PublicNetworkAccess::disabled;
       },
       "closed"},
      {ServiceKind::bing_account, disabled, "open to all"},
      {ServiceKind::unmodelled, nothing, "closed, may be open"},
      {ServiceKind::key_vault,
       [](Service& s, Build& b) {
         disabled(s, b);
         s.unread = {{"/properties/new", "1"}};
       },
       "closed, may be open"},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.kind));
    CAPTURE(row.expected);
    CHECK(exposed(row.kind, row.change) == row.expected);
  }
}

TEST_CASE("exposure: a project follows its account, an app its environment") {
  Build b;
  b.service("account", ServiceKind::cognitive_account, "Microsoft.X/a").public_network_access =
      PublicNetworkAccess::disabled;
  b.service("project", ServiceKind::foundry_project, "Microsoft.X/p").parent = b.id("Microsoft.X/a", "account");
  b.service("orphan", ServiceKind::foundry_project, "Microsoft.X/p").parent = b.id("Microsoft.X/a", "elsewhere");
  b.service("env", ServiceKind::container_environment, "Microsoft.X/e");
  Service& inside = b.service("inside", ServiceKind::container_app, "Microsoft.X/app");
  inside.parent = b.id("Microsoft.X/e", "env");
  inside.internal = true;
  Service& outside = b.service("outside", ServiceKind::container_app, "Microsoft.X/app");
  outside.parent = b.id("Microsoft.X/e", "env");
  outside.internal = false;
  World w = b.world();
  const auto of = [&](std::string_view name) { return word(net::exposure(w.view(), w.service(name))); };
  CHECK(of("project") == "closed");
  CHECK(of("orphan") == "closed, may be open");
  CHECK(of("inside") == "closed");
  CHECK(of("outside") == "open to all");
}

TEST_CASE("exposure: API Management is private when Internal or when public access is off") {
  for (const auto& row : {std::pair("Internal", "closed"), {"External", "open to all"}, {"None", "open to all"}}) {
    CAPTURE(std::string(row.first));
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.nsg("nsg");
    b.subnet("v", "apim", "10.0.0.0/24", {.nsg = "nsg"});
    b.apim("apim", "v/apim", "10.0.0.4", row.first);
    World w = b.world();
    CHECK(word(net::exposure(w.view(), w.service("apim"))) == row.second);
  }
}

TEST_CASE("exposure: an External API Management on stv2 without a security group is neither public nor closed") {
  // source: learn.microsoft.com/azure/api-management/virtual-network-concepts (its load balancer rejects all inbound)
  struct Row {
    const char* platform;
    const char* sku;
    const char* expected;
  };
  const Row rows[] = {{"stv2", "Premium", "closed, may be open"},
                      {"stv2.1", "Developer", "closed, may be open"},
                      {"stv1", "Premium", "open to all"},
                      {"stv2", "StandardV2", "open to all"}};  // External is outbound integration there
  for (const Row& row : rows) {
    CAPTURE(std::string(row.platform) + " " + row.sku);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.subnet("v", "apim", "10.0.0.0/24");
    model::ApiManagement& service = b.apim("apim", "v/apim", "10.0.0.4", "External");
    service.platform_version = row.platform;
    service.sku = row.sku;
    World w = b.world();
    CHECK(word(net::exposure(w.view(), w.service("apim"))) == row.expected);
  }
}

TEST_CASE("exposure: the perimeter table") {
  // source: learn.microsoft.com/azure/private-link/network-security-perimeter-transition
  struct Row {
    std::string mode;
    PublicNetworkAccess access;
    std::string rules;
    std::string expected;
  };
  const Row rows[] = {
      {"Enforced", PublicNetworkAccess::enabled, "", "closed"},
      {"Enforced", PublicNetworkAccess::enabled, "198.41.0.0/24", "open to 198.41.0.0/24"},
      {"Enforced", PublicNetworkAccess::disabled, "198.41.0.0/24", "open to 198.41.0.0/24"},
      {"Enforced", PublicNetworkAccess::secured_by_perimeter, "", "closed"},
      {"Learning", PublicNetworkAccess::enabled, "", "open to all"},
      {"Learning", PublicNetworkAccess::disabled, "", "closed"},
      {"Learning", PublicNetworkAccess::disabled, "198.41.0.0/24", "closed, may be open"},  // two pages disagree
      {"", PublicNetworkAccess::disabled, "198.41.0.0/24", "closed, may be open"},          // absent = Learning
      {"Odd", PublicNetworkAccess::disabled, "198.41.0.0/24", "closed, may be open"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.mode);
    CAPTURE(row.rules);
    CHECK(exposed(ServiceKind::key_vault, [&](Service& s, Build& b) {
            s.public_network_access = row.access;
            const model::ResourceId id = s.id;
            b.perimeter("assoc", id, row.mode);
            b.perimeter_rule("assoc", "10.0.0.0/8");
            if (!row.rules.empty()) b.perimeter_rule("assoc", row.rules);
          }) == row.expected);
  }
  CHECK(exposed(ServiceKind::key_vault, [](Service& s, Build&) {
          s.public_network_access = PublicNetworkAccess::secured_by_perimeter;
        }) == "closed, may be open");
}

TEST_CASE("exposure: trusted services are listed, unless a perimeter is enforced") {
  // source: learn.microsoft.com/azure/private-link/network-security-perimeter-transition
  for (const auto& row : {std::pair("", 1U), {"Learning", 1U}, {"Enforced", 0U}, {"Odd", 1U}}) {
    const std::string mode = row.first;
    CAPTURE(mode);
    Build b;
    model::Service& service = b.service("svc", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
    service.bypass = "AzureServices";
    const model::ResourceId id = service.id;
    if (!mode.empty()) b.perimeter("assoc", id, mode);
    World w = b.world();
    CHECK(net::exposure(w.view(), w.service("svc")).residual.size() == row.second);
  }
}

TEST_CASE("public surfaces: DNAT, load balancers and gateways without an effective WAF") {
  const auto surfaces = [](const std::function<void(Build&)>& change) {
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
    b.subnet("hub", "agw", "10.0.1.0/24");
    b.public_ip("pip", "203.0.113.4");
    change(b);
    World w = b.world();
    std::string out;
    for (const net::PublicSurface& surface : net::public_surfaces(w.view(), ip("10.0.2.4"))) {
      out += (surface.is_certain ? "certain " : "uncertain ") + std::string(w.estate().name(surface.entry)) + " ";
    }
    return out;
  };
  const auto gateway = [](std::string_view mode, std::string tier = "WAF_v2") {
    return [mode, tier](Build& b) {
      b.waf_policy("waf", mode);
      b.app_gateway("agw", "hub/agw",
                    {.public_ip = "pip", .waf_policy = "waf", .tier = tier, .pool = {ip("10.0.2.4")}});
    };
  };
  CHECK(surfaces([](Build&) {}) == "");
  CHECK(surfaces(gateway("Prevention")) == "");
  CHECK(surfaces(gateway("Detection")) == "certain agw ");
  CHECK(surfaces(gateway("Prevention", "Standard_v2")) == "certain agw ");
  CHECK(surfaces([](Build& b) {
          b.app_gateway("agw", "hub/agw", {.public_ip = "pip", .waf_policy = "gone", .pool = {ip("10.0.2.4")}});
        }) == "uncertain agw ");
  CHECK(surfaces([](Build& b) {
          b.app_gateway("agw", "hub/agw", {.address = "10.0.1.9", .pool = {ip("10.0.2.4")}});
        }) == "");  // private frontend
  // A public address that names the gateway as its owner, and that the gateway does not name: a frontend is not shown.
  const auto owned = [](std::string named) {
    return [named](Build& b) {
      b.app_gateway("agw", "hub/agw",
                    {.public_ip = named, .address = "10.0.1.9", .tier = "Standard_v2", .pool = {ip("10.0.2.9")}});
      b.public_ip("own", "203.0.113.7").owner = b.ids().intern(
          std::string(b.ids().spelling(b.id("applicationGateways", "agw"))) + "/frontendIPConfigurations/f");
    };
  };
  CHECK(surfaces(owned("")) == "uncertain agw ");
  CHECK(surfaces(owned("own")) == "");
  const auto dnat = [](std::string from, std::string to) {
    return [from, to](Build& b) {
      b.policy("p");
      b.rule_group("p", "g", 100);
      b.rules("p", "g", 100, model::Access::allow,
              {{.kind = "nat",
                .from = from,
                .to = "203.0.113.4",
                .ports = "443",
                .protocols = "tcp",
                .translated_address = to,
                .translated_port = 443}});
      b.firewall("fw", "hub", "10.0.0.4", {.policy = "p", .public_ip = "pip"});
    };
  };
  CHECK(surfaces(dnat("*", "10.0.2.4")) == "certain fw ");
  CHECK(surfaces(dnat("*", "10.0.2.5")) == "");
  CHECK(surfaces(dnat("10.0.0.0/8", "10.0.2.4")) == "");  // no Internet address is a source
  CHECK(surfaces(dnat("AzureFrontDoor.Backend", "10.0.2.4")) == "uncertain fw ");
  CHECK(surfaces([](Build& b) { b.firewall("fw", "hub", "10.0.0.4", {.policy = "gone", .public_ip = "pip"}); }) ==
        "uncertain fw ");
  // Classic rules, and a firewall that has no policy and does not show its rules.
  const auto classic = [](bool is_whole, std::string to) {
    return [is_whole, to](Build& b) {
      b.firewall("fw", "hub", "10.0.0.4", {.public_ip = "pip"}).classic.is_whole = is_whole;
      b.classic_rules("fw", 100, model::Access::allow,
                      {{.kind = "nat",
                        .to = "203.0.113.4",
                        .ports = "443",
                        .protocols = "tcp",
                        .translated_address = to,
                        .translated_port = 443}});
    };
  };
  CHECK(surfaces(classic(true, "10.0.2.4")) == "certain fw ");
  CHECK(surfaces(classic(true, "10.0.2.5")) == "");
  CHECK(surfaces(classic(false, "10.0.2.5")) == "uncertain fw ");
  // A rule for a private address is none for the Internet, whoever its sources are; it acts on what leads there.
  const auto inner = [](std::string outside) {
    return [outside](Build& b) {
      b.policy("p");
      b.rule_group("p", "g", 100);
      const auto to = [](std::string address, std::string target) {
        return FirewallRuleRow{.kind = "nat",
                               .to = std::move(address),
                               .ports = "443",
                               .protocols = "tcp",
                               .translated_address = std::move(target),
                               .translated_port = 443};
      };
      b.rules("p", "g", 100, model::Access::allow, {to(std::move(outside), "10.0.0.4"), to("10.0.0.4", "10.0.2.4")});
      b.firewall("fw", "hub", "10.0.0.4", {.policy = "p", .public_ip = "pip"});
    };
  };
  CHECK(surfaces(inner("10.0.0.5")) == "");
  CHECK(surfaces(inner("203.0.113.4")) == "uncertain fw ");
  // Behind the DNAT stands the private frontend of a gateway.
  const auto chained = [&](std::string to, std::string tier) {
    return surfaces([&](Build& b) {
      dnat("*", to)(b);
      b.waf_policy("waf");
      b.app_gateway("agw", "hub/agw",
                    {.address = "10.0.1.9", .waf_policy = "waf", .tier = tier, .pool = {ip("10.0.2.4")}});
    });
  };
  CHECK(chained("10.0.1.9", "Standard_v2") == "uncertain fw ");
  CHECK(chained("10.0.1.9", "WAF_v2") == "");
  CHECK(chained("10.0.1.10", "WAF_v2") == "uncertain fw ");  // a frontend that is not known
  CHECK(chained("10.0.3.9", "Standard_v2") == "");
  CHECK(surfaces([&](Build& b) {  // two gateways that lead to one another
          dnat("*", "10.0.1.9")(b);
          b.app_gateway("agw", "hub/agw", {.address = "10.0.1.9", .tier = "Standard_v2", .pool = {ip("10.0.1.8")}});
          b.app_gateway("agw2", "hub/agw",
                        {.address = "10.0.1.8", .tier = "Standard_v2", .pool = {ip("10.0.1.9"), ip("10.0.2.4")}});
        }) == "uncertain fw ");
  // Behind the DNAT stands an internal load balancer: its members are machines unless one is given by its address
  // alone.
  const auto balanced = [&](bool has_address_member) {
    return surfaces([&](Build& b) {
      dnat("*", "10.0.5.9")(b);
      auto& balancer = b.load_balancer("lb");
      if (has_address_member)
        balancer.unread = {{"/properties/backendAddressPools/0/properties/loadBalancerBackendAddresses/0", "address"}};
      b.lb_frontend("lb", "front", {.subnet = "hub/app", .address = "10.0.5.9"});
      b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
    });
  };
  CHECK(balanced(true) == "uncertain fw ");
  // A public load balancer with a member that is given by its address alone leads there, and nowhere else.
  const auto by_address = [&](std::string_view member) {
    return surfaces([&](Build& b) {
      auto& balancer = b.load_balancer("lb");
      b.lb_frontend("lb", "front", {.public_ip = "pip"});
      b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
      balancer.address_members = {{balancer.rules.front().backend_pool, ip(member), {}}};
    });
  };
  CHECK(by_address("10.0.2.4") == "uncertain lb ");
  CHECK(by_address("10.0.2.5") == "");
  // What the row of a public load balancer does not show may be anything.
  const auto torn = [&](const std::function<void(Build&, model::LoadBalancer&)>& change) {
    return surfaces([&](Build& b) {
      model::LoadBalancer& balancer = b.load_balancer("lb");
      b.lb_frontend("lb", "front", {.public_ip = "pip"});
      b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
      change(b, balancer);
    });
  };
  CHECK(torn([](Build&, model::LoadBalancer&) {}) == "");  // its members are machines
  CHECK(torn([](Build&, model::LoadBalancer& lb) { lb.pools.clear(); }) == "uncertain lb ");
  CHECK(torn([](Build& b, model::LoadBalancer& lb) {
          b.unmodelled("child", "microsoft.network/loadbalancers/backendaddresspools", {lb.id});
        }) == "uncertain lb ");
  const auto without_rules = [](Build&, model::LoadBalancer& lb) {
    lb.unread = {{"/properties/loadBalancingRules", "x"}};
    lb.rules.clear();
  };
  CHECK(torn(without_rules) == "");
  CHECK(torn([&](Build& b, model::LoadBalancer& lb) {
          lb.address_members = {{lb.pools.front(), ip("10.0.2.4"), {}}};
          without_rules(b, lb);
        }) == "uncertain lb ");
  // With direct connect a private link service leads to an address of its own choice.
  const auto direct = [&](std::string_view target) {
    return surfaces([&](Build& b) {
      b.unmodelled("pls", "microsoft.network/privatelinkservices", {b.vnet_id("hub")}).leads_to = {ip(target)};
    });
  };
  CHECK(direct("10.0.2.4") == "uncertain pls ");
  CHECK(direct("10.0.2.5") == "");
  CHECK(surfaces([](Build& b) {
          b.unmodelled("pls", "microsoft.network/privatelinkservices", {b.vnet_id("hub")}).unread = {
              {"/properties/destinationIPAddress", "10.0.2"}};
        }) == "uncertain pls ");
  // What uses a public address is not in the export; an interface leads to a machine, API Management tells itself.
  const auto used_by = [&](std::string_view owner, bool is_of_apim = false) {
    return surfaces([&](Build& b) {
      model::PublicIp& row = b.public_ip("pip2", "203.0.113.9");
      row.owner = b.ids().intern(owner);
      const model::ResourceId address = row.id;
      if (is_of_apim) b.apim("apim", "hub/agw", "10.0.1.7").primary.public_ip = address;
    });
  };
  CHECK(used_by("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/gone/"
                "frontendIPConfigurations/f") == "uncertain pip2 ");
  CHECK(used_by("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/gone/"
                "frontendIPConfigurations/f",
                true) == "");
  CHECK(used_by("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/gone/"
                "ipConfigurations/i") == "");
  CHECK(used_by("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/bastionHosts/gone/"
                "bastionHostIpConfigurations/i") == "");
  CHECK(used_by("/subscriptions/s/resourceGroups/g/providers/Microsoft.New/gates/gone/ipConfigurations/i") ==
        "uncertain pip2 ");
  CHECK(balanced(false) == "");
  // The row of the firewall does not show its public address.
  CHECK(surfaces([&](Build& b) {
          dnat("*", "10.0.2.4")(b);
          b.firewall("fw2", "hub", "10.0.0.5", {.policy = "p"});
        }) == "certain fw uncertain fw2 ");
}

TEST_CASE("public surfaces: a gateway without a WAF whose row is not whole may lead anywhere") {
  struct Row {
    std::string why;
    std::function<void(Build&, model::ApplicationGateway&)> change;
    std::string expected;
  };
  const Row rows[] = {
      {"whole, and leads elsewhere", [](Build&, model::ApplicationGateway&) {}, ""},
      {"no pools", [](Build&, model::ApplicationGateway& g) { g.pools.clear(); }, "uncertain"},
      {"no rules", [](Build&, model::ApplicationGateway& g) { g.rules.clear(); }, "uncertain"},
      {"no listeners", [](Build&, model::ApplicationGateway& g) { g.listeners.clear(); }, "uncertain"},
      {"no frontends", [](Build&, model::ApplicationGateway& g) { g.frontends.clear(); }, "uncertain"},
      {"a rule without its listener", [](Build&, model::ApplicationGateway& g) { g.rules[0].listener = {}; },
       "uncertain"},
      {"a listener without its frontend", [](Build&, model::ApplicationGateway& g) { g.listeners[0].frontend = {}; },
       "uncertain"},
      {"a rule whose pool is not there",
       [](Build& b, model::ApplicationGateway& g) { g.rules[0].pool = b.id("x", "gone"); }, "uncertain"},
      {"a rule whose path map is not there",
       [](Build& b, model::ApplicationGateway& g) { g.rules[0].path_map = b.id("x", "gone"); }, "uncertain"},
      {"a rule that names neither a pool nor a path map",
       [](Build&, model::ApplicationGateway& g) { g.rules[0].pool = {}; }, "uncertain"},
      {"a rule that redirects",
       [](Build&, model::ApplicationGateway& g) {
         g.rules[0].pool = {};
         g.rules[0].redirects = true;
       },
       ""},
      {"a path rule that names nothing",
       [](Build& b, model::ApplicationGateway& g) {
         g.rules[0].path_map = b.id("x", "map");
         g.path_rules.push_back({b.id("x", "map"), {}, {}, false});
       },
       "uncertain"},
      {"a property that is not understood",
       [](Build&, model::ApplicationGateway& g) {
         g.unread = {{"/properties/listeners", "x"}};
       },
       "uncertain"},
      {"a frontend that shows no address",
       [](Build&, model::ApplicationGateway& g) {
         g.frontends[0].public_ip = {};
         g.pools.clear();
       },
       "uncertain"},
      {"a public address that no frontend names",
       [](Build& b, model::ApplicationGateway& g) {
         g.frontends[0].public_ip = {};
         g.frontends[0].address = ip("10.0.1.9");
         b.public_ip("own", "203.0.113.5").owner = g.frontends[0].id;
       },
       "uncertain"},
      {"private only",
       [](Build&, model::ApplicationGateway& g) {
         g.frontends[0].public_ip = {};
         g.frontends[0].address = ip("10.0.1.9");
         g.pools.clear();
       },
       ""},
  };
  for (const bool has_waf : {false, true}) {
    for (const Row& row : rows) {
      CAPTURE(row.why);
      CAPTURE(has_waf);
      Build b;
      b.vnet("hub", "10.0.0.0/16");
      b.subnet("hub", "agw", "10.0.1.0/24");
      b.public_ip("pip", "203.0.113.4");
      b.waf_policy("waf");
      auto& gateway = b.app_gateway("agw", "hub/agw",
                                    {.public_ip = "pip",
                                     .waf_policy = "waf",
                                     .tier = has_waf ? "WAF_v2" : "Standard_v2",
                                     .pool = {ip("10.0.9.9")}});
      row.change(b, gateway);
      const bool is_understood = gateway.unread.empty();
      World w = b.world();
      const auto found = net::public_surfaces(w.view(), ip("10.0.2.4"));
      const bool expects = !row.expected.empty() && (!has_waf || !is_understood);
      CHECK(found.empty() != expects);
      for (const net::PublicSurface& surface : found) CHECK(!surface.is_certain);
    }
  }
}
