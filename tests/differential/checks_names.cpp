// Names: what the resolver answers in each network, against the claim that all private-link names are answered right.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/dns/names.h"
#include "engine/dns/resolve.h"
#include "engine/proof/claims.h"
#include "tests/differential/checks_parts.h"

namespace hubproof::differential {
namespace {

using dns::Resolution;
using model::PrivateEndpoint;
using model::Service;

/// Addresses that are right for a service, and whether the export leaves open which they are.
struct Right {
  std::vector<Ipv4> addresses;
  bool is_open = false;
};

// source: azure-semantics.md 8.1, 9.4 (an endpoint answers for its service once both sides approved it)
Right right_for(const model::Estate& e, const Service& service) {
  Right out;
  out.is_open = !service.endpoint_connections.empty() || service.lists_endpoint_connections;
  for (const PrivateEndpoint& endpoint : e.tables().private_endpoints) {
    for (const PrivateEndpoint::Connection& connection : endpoint.connections) {
      if (connection.target != service.id) continue;
      const bool is_plain = connection.status.is_known() && endpoint.unread.empty() && endpoint.is_settled &&
                            endpoint.custom_dns_configs.empty() && !endpoint.network_interfaces.empty();
      out.is_open = out.is_open || !is_plain;
      if (!connection.status.is(model::ConnectionStatus::approved)) continue;
      for (const model::ResourceId id : endpoint.network_interfaces) {
        const auto* nic = e.find<model::NetworkInterface>(id);
        out.is_open = out.is_open || nic == nullptr || !nic->unread.empty() || !nic->is_settled;
        if (nic == nullptr) continue;
        for (const model::IpConfiguration& config : nic->ip_configurations) {
          if (config.address) out.addresses.push_back(*config.address);
          out.is_open = out.is_open || !config.address;
        }
      }
    }
  }
  return out;
}

/// What a network gets that asks Azure DNS alone, when the export has one zone for the name and nothing beside it that
/// could answer; nothing when it is not as plain as that. source: azure-semantics.md 8.1
std::optional<Resolution::Kind> plain_answer(const model::Estate& e, const model::VirtualNetwork& vnet,
                                             const dns::PrivateName& name, std::vector<Ipv4>& addresses) {
  const model::Tables& t = e.tables();
  const bool is_plain = vnet.dns_servers.empty() && vnet.unread.empty() && vnet.is_settled &&
                        t.forwarding_rulesets.empty() && t.unmodelled_network.empty() &&
                        t.private_dns_zones.size() == 1 && t.private_dns_zones.front().name == name.zone;
  const auto& gaps = e.snapshot().gaps;
  const bool is_whole =
      e.gaps_in(model::ArgTable::resources).empty() && e.gaps_in(model::ArgTable::dns_resources).empty() &&
      std::none_of(gaps.begin(), gaps.end(), [](const model::Gap& gap) { return gap.code == "INPUT-CONFLICT"; });
  if (!is_plain || !is_whole) return {};
  const model::PrivateDnsZone& zone = t.private_dns_zones.front();
  if (zone.links || zone.record_sets || !zone.unread.empty() || !zone.is_settled) return {};
  for (const model::NetworkInterface& nic : t.network_interfaces) {
    if (!nic.dns_servers.empty()) return {};
  }
  bool is_linked = false;
  for (const model::VirtualNetworkLink& link : t.virtual_network_links) {
    if (!link.unread.empty() || !link.is_settled || !link.state.is(model::LinkState::completed) ||
        !link.resolution_policy.is_absent())
      return {};
    is_linked = is_linked || link.vnet == vnet.id;
  }
  if (!is_linked) return Resolution::Kind::public_answer;
  for (const model::DnsRecordSet& record : t.dns_record_sets) {
    if (record.type != "a" || record.name == "*" || !record.unread.empty() || !record.is_settled) return {};
    if (record.name == name.record) addresses = record.addresses;
  }
  return addresses.empty() ? Resolution::Kind::nx_domain : Resolution::Kind::private_addresses;
}

class NameComparison {
 public:
  explicit NameComparison(const Comparing& all) : all_(all), view_(all.world.view()), e_(all.world.estate()) {}
  void run();

 private:
  /// What the answers in one network come to.
  struct Answers {
    std::string wrong;  ///< a name that is certainly answered wrong
    std::string open;   ///< a name whose answer is not known
    bool may_be_right = true;
  };
  Answers ask_all(model::VnetIndex vnet);
  Resolution ask(model::VnetIndex vnet, const dns::PrivateName& name);
  void judge(const proof::ClaimResult& result);

  const Comparing& all_;
  const model::View view_;
  const model::Estate& e_;
};

Resolution NameComparison::ask(model::VnetIndex vnet, const dns::PrivateName& name) {
  Resolution out = dns::resolve(view_, vnet, name);
  ++all_.coverage.features[fmt::format("name: {}", dns::name(out.kind))];
  const model::VirtualNetwork& network = e_.tables().virtual_networks[vnet.index()];
  std::vector<Ipv4> addresses;
  if (const auto expected = plain_answer(e_, network, name, addresses)) {
    ++all_.coverage.features["name that is plain"];
    std::sort(addresses.begin(), addresses.end());
    const bool is_same =
        *expected == out.kind && (out.kind != Resolution::Kind::private_addresses || addresses == out.addresses);
    if (!is_same)
      all_.say(fmt::format("{} from {} is {} and not {}", name.fqdn, e_.name(network.id), dns::name(out.kind),
                           dns::name(*expected)));
  }
  return out;
}

NameComparison::Answers NameComparison::ask_all(model::VnetIndex vnet) {
  Answers out;
  for (const Service& service : e_.tables().services) {
    const dns::ServiceNames names = dns::private_names(view_, service);
    const Right right = right_for(e_, service);
    if (!names.unknown_because.empty() || right.is_open) out.open = e_.name(service.id);
    for (const dns::PrivateName& name : names.names) {
      const Resolution answer = ask(vnet, name);
      const bool is_right = answer.kind == Resolution::Kind::private_addresses && !answer.addresses.empty() &&
                            std::all_of(answer.addresses.begin(), answer.addresses.end(), [&](Ipv4 address) {
                              return std::count(right.addresses.begin(), right.addresses.end(), address) != 0;
                            });
      if (answer.kind == Resolution::Kind::unknown) out.open = name.fqdn;
      if (answer.kind != Resolution::Kind::unknown && !is_right && !right.is_open) out.wrong = name.fqdn;
      if (!is_right && !right.is_open) out.may_be_right = false;
    }
  }
  return out;
}

// law:  proved: every name is answered right; refuted: one is certainly answered wrong, and one that is refutes it
void NameComparison::judge(const proof::ClaimResult& result) {
  const auto* vnet = e_.find<model::VirtualNetwork>(result.resource);
  if (vnet == nullptr) return;
  const std::string met = verdict_word(result.verdict);
  ++all_.coverage.verdicts["names " + met];
  const Answers answers = ask_all(model::VnetIndex(e_.index_of(*vnet)));
  const auto differ = [&](const std::string& name) {
    all_.say(fmt::format("names from {}: {} although {} speaks against it", e_.name(vnet->id), met,
                         name.empty() ? "nothing" : name));
  };
  if (met == "proved" && !answers.may_be_right) differ(answers.wrong + answers.open);
  if (met != "refuted" && !answers.wrong.empty()) differ(answers.wrong);
  if (met == "refuted" && answers.wrong.empty() && answers.open.empty()) differ({});
}

void NameComparison::run() {
  const proof::ProofRun claims = proof::prove_resolution(view_);
  for (const std::string& sentence : claims.disagreements) all_.say("layers: " + sentence);
  for (const proof::ClaimResult& result : claims.results) {
    if (result.resource.is_set()) judge(result);
  }
}

}  // namespace

void compare_names(const Comparing& all) { NameComparison(all).run(); }

}  // namespace hubproof::differential
