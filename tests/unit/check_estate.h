// A small estate that every rule passes, and ways to change single values of it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/check/run.h"
#include "engine/core/text.h"
#include "engine/model/roles.h"
#include "engine/value/arm_id.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {

inline constexpr std::string_view kHubSubscription = "00000000-0000-0000-0000-00000000000a";
inline constexpr std::string_view kSpokeSubscription = "00000000-0000-0000-0000-0000000000a1";

inline void add_account(Build& b) {
  model::Service& account =
      b.service("oai", model::ServiceKind::cognitive_account, "Microsoft.CognitiveServices/accounts");
  account.public_network_access = model::PublicNetworkAccess::disabled;
  account.custom_subdomain = "oai";
  b.endpoint("pe-oai", "hub/pe", "10.0.3.4", {.target = "oai", .group = "account"});
  for (const char* zone : {"privatelink.openai.azure.com", "privatelink.cognitiveservices.azure.com",
                           "privatelink.services.ai.azure.com"}) {
    const model::ResourceId id = b.zone(zone).id;
    b.link(id, "hub");
    b.record(id, "oai", {"10.0.3.4"});
  }
}

inline void add_hub(Build& b) {
  b.in_subscription(std::string(kHubSubscription));
  b.vnet("hub", "10.0.0.0/16").location = "westeurope";
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("policy").dns_proxy = true;
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "policy"});
  b.route_table("rt-hub");
  b.udr("rt-hub", "10.1.0.0/16", "10.0.0.4");
  b.subnet("hub", "apim", "10.0.2.0/24", {.route_table = "rt-hub"});
  b.subnet("hub", "pe", "10.0.3.0/24", {.policies = "Enabled"});
  b.apim("gw", "hub/apim", "10.0.2.4");
  add_account(b);
  b.service("search", model::ServiceKind::search, "Microsoft.Search/searchServices").public_network_access =
      model::PublicNetworkAccess::disabled;
  b.service("ml", model::ServiceKind::ml_workspace, "Microsoft.MachineLearningServices/workspaces")
      .public_network_access = model::PublicNetworkAccess::disabled;
}

inline void add_spoke(Build& b) {
  const model::ResourceId vault_zone = b.zone("privatelink.vaultcore.azure.net").id;
  b.link(vault_zone, "hub");
  b.record(vault_zone, "kv", {"10.1.1.4"});
  b.in_subscription(std::string(kSpokeSubscription));
  model::VirtualNetwork& vnet = b.vnet("a", "10.1.0.0/16");
  vnet.location = "westeurope";
  vnet.dns_servers = {"10.0.0.4"};
  b.route_table("rt-a");
  for (const char* prefix : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-a", prefix, "10.0.0.4");
  b.subnet("a", "app", "10.1.0.0/24", {.route_table = "rt-a"});
  b.subnet("a", "pe", "10.1.1.0/24", {.route_table = "rt-a", .policies = "Enabled"});
  b.service("kv", model::ServiceKind::key_vault, "Microsoft.KeyVault/vaults").public_network_access =
      model::PublicNetworkAccess::disabled;
  b.endpoint("pe-kv", "a/pe", "10.1.1.4", {.target = "kv", .group = "vault"});
  b.peer("a", "hub");
}

/// Hub with firewall, API Management and an account; one spoke with a key vault; central zones. All rules hold.
inline Build compliant() {
  Build b;
  add_hub(b);
  add_spoke(b);
  return b;
}

/// The first entity whose id ends in `tail` ("a/subnets/app"); aborts when there is none.
template <class T>
T& entity(model::Snapshot& s, std::vector<T>& table, std::string_view tail) {
  for (T& candidate : table) {
    if (text::ends_with(s.ids.spelling(candidate.id), tail)) return candidate;
  }
  std::fprintf(stderr, "no entity ends in %s\n", std::string(tail).c_str());
  std::abort();
}

template <class T>
void remove(model::Snapshot& s, std::vector<T>& table, std::string_view tail) {
  const model::ResourceId id = entity(s, table, tail).id;
  table.erase(std::find_if(table.begin(), table.end(), [&](const T& e) { return e.id == id; }));
  auto& all = s.resources;
  all.erase(std::remove_if(all.begin(), all.end(), [&](const model::Resource& r) { return r.id == id; }), all.end());
}

inline void make_partial(model::Snapshot& s, model::ArgTable table) {
  model::Gap gap;
  gap.code = "INPUT-TRUNCATED";
  gap.table = table;
  gap.message = "1 page of 2 was read";
  s.gaps.push_back(gap);
}

/// An estate with inferred roles, and what a rule says of it.
struct Judged {
  explicit Judged(model::Snapshot snapshot, model::Designations designated = {})
      : estate(std::move(snapshot)),
        designations(std::move(designated)),
        roles(model::infer_roles(estate, designations)) {}
  model::View view() const { return {estate, roles, designations}; }
  check::Result run(std::string rule) const { return check::run_rules(view(), {{std::move(rule)}, {}}); }

  model::Estate estate;
  model::Designations designations;
  model::Roles roles;
};

/// "fail" when any finding fails, else "unknown" when any is, else "pass" when any is, else "not-applicable".
inline std::string verdict(const check::Result& result) {
  using check::Outcome;
  for (const Outcome outcome : {Outcome::fail, Outcome::unknown, Outcome::pass}) {
    for (const check::Finding& finding : result.findings) {
      if (finding.outcome == outcome) return std::string(check::name(outcome));
    }
  }
  return "not-applicable";
}

/// All messages of a result, for CAPTURE.
inline std::string messages(const model::Estate& estate, const check::Result& result) {
  std::string out;
  for (const check::Finding& f : result.findings) {
    out += std::string(check::name(f.outcome)) + " " +
           (f.resource.is_set() ? std::string(estate.name(f.resource)) : std::string("-")) + ": ";
    out += f.message;
    out += "\n";
  }
  return out;
}

struct CheckRow {
  const char* rule;
  const char* why;
  void (*change)(model::Snapshot& s);
  const char* expected;
};

}  // namespace hubproof::test
