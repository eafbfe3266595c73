#include "engine/dns/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/core/text.h"
#include "engine/dns/query.h"
#include "engine/dns/resolver.h"

namespace hubproof::dns {

using namespace model;

std::string_view name(Resolution::Kind kind) {
  switch (kind) {
    case Resolution::Kind::private_addresses: return "private addresses";
    case Resolution::Kind::public_answer: return "public answer";
    case Resolution::Kind::nx_domain: return "no such name";
    case Resolution::Kind::no_server: return "no answer";
    case Resolution::Kind::unknown: return "unknown";
  }
  return "unknown";
}

namespace {

/// Writes down all that decides how a VNet's clients resolve any name: VNets with equal keys are one class.
class ClassKey {
 public:
  ClassKey(const NameIndex& index, VnetIndex vnet)
      : index_(index), vnet_(index.estate().tables().virtual_networks[vnet.index()]) {
    // What is in doubt about the VNet itself is nobody else's.
    if (!vnet_.is_settled || !vnet_.unread.empty() || index_.is_contradictory(vnet_.id)) own();
    list(vnet_.dns_servers);
    for (const auto& servers : index_.interface_servers(vnet)) {
      text_ += "|nic";
      list(servers);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void own() { text_ += fmt::format("|vnet {}", vnet_.id.index()); }
  void list(const std::vector<std::string>& servers) {
    if (servers.empty()) azure_dns();
    for (const std::string& one : servers) server(one);
  }
  void server(const std::string& spelled) {
    if (spelled == "168.63.129.16" || text::equals(spelled, "AzureProvidedDNS")) return azure_dns();
    const Result<Ipv4> address = Ipv4::parse(spelled);
    std::string why;
    if (address) {
      for (const Server& met : index_.servers_at(*address, vnet_.id, why))
        text_ += fmt::format("|server {}", met.id.index());
    }
    if (!address || !why.empty()) text_ += fmt::format("|opaque {} {}", spelled, why);
  }
  void azure_dns() {
    text_ += "|azure";
    text_ += index_.doubt_of_links(vnet_.id);
    std::vector<std::string> zones;
    for (const LinkedZone& zone : index_.zones_of(vnet_.id)) {
      const auto& policy = zone.link->resolution_policy;
      const std::string_view spelled = policy.is_known()    ? model::name(policy.value())
                                       : policy.is_absent() ? "absent"
                                                            : "unread";
      zones.push_back(fmt::format("|zone {} {} {}", zone.zone.index(), spelled, zone.doubt));
    }
    std::sort(zones.begin(), zones.end());
    for (const std::string& zone : zones) text_ += zone;
    rulesets();
  }
  void rulesets() {
    const Estate& e = index_.estate();
    const auto links = e.ruleset_links_by_vnet.of(vnet_.id);
    // A target may lead back into the network of a server: loops are its own.
    if (!links.empty() && index_.is_server_vnet(vnet_.id)) own();
    for (const auto& [key, position] : links) {
      const ForwardingRulesetLink& link = e.tables().forwarding_ruleset_links[position];
      if (!link.unread.empty() || !link.is_settled || index_.is_contradictory(link.id)) own();
      text_ += fmt::format("|ruleset {}", link.ruleset.index());
      for (const auto& [ruleset, rule] : e.rules_by_ruleset.of(link.ruleset)) {
        for (const std::string& target : e.tables().forwarding_rules[rule].targets)
          server(target.substr(0, target.find(':')));
      }
    }
  }

  const NameIndex& index_;
  const VirtualNetwork& vnet_;
  std::string text_;
};

}  // namespace

std::vector<std::vector<VnetIndex>> Resolver::classes() const {
  std::map<std::string, std::size_t> class_of;
  std::vector<std::vector<VnetIndex>> out;  // in the order of their first members
  const std::size_t count = index_->estate().tables().virtual_networks.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto [found, is_new] = class_of.try_emplace(ClassKey(*index_, VnetIndex(i)).take(), out.size());
    if (is_new) out.emplace_back();
    out[found->second].push_back(VnetIndex(i));
  }
  return out;
}

Resolution resolve(const View& view, VnetIndex vnet, const PrivateName& name) {
  return Resolver(view).resolve(vnet, name);
}

std::vector<std::vector<VnetIndex>> resolution_classes(const View& view) { return Resolver(view).classes(); }

}  // namespace hubproof::dns
