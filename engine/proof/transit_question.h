// The transit claim as questions, stated from the estate: may a packet leave this subnet, or enter that spoke from that
// subnet, by a next hop that is not harmless? Built apart from net::transit, which must give the same verdict.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/net/appliance.h"
#include "engine/net/placement.h"
#include "engine/net/routes.h"
#include "engine/net/transit.h"

namespace hubproof::proof {

/// Whether a next hop takes a packet around the hub firewall.
enum class Harm : std::uint8_t {
  none,   ///< the firewall, the own network, a drop
  maybe,  ///< depends on something that no export holds
  certain
};
/// Of a next hop that hands the packet to a link.
Harm harm_of(Ternary carries);

inline constexpr std::uint32_t kNowhere = 0xffffffffU;

/// One route that may decide, with what its next hop means for the claim.
struct Candidate {
  Prefix prefix;
  net::RouteSource source = net::RouteSource::system;
  bool is_kept = false;  ///< a system route of the network, a peering or a service endpoint: no BGP route displaces it
  bool is_certain = true;    ///< false: the route may or may not exist
  bool is_internet = false;  ///< harm is certain only for addresses of the Internet
  Harm harm = Harm::none;
  std::uint32_t zone = kNowhere;      ///< into Question::zones: harm only for these destinations; kNowhere = for all
  std::uint32_t firewall = kNowhere;  ///< into Roles::firewalls: harmless because the address is this firewall's
  std::uint32_t firewall_route = kNowhere;  ///< the first candidate of the question with that firewall
  const net::Route* route = nullptr;
  std::uint8_t tag_rank = 0;  ///< as net::Route's
};

/// Something unknown that may take packets around the firewall.
struct Doubt {
  /// Which packets it may take from a route that is certain.
  enum class Reach : std::uint8_t {
    all,
    internet,  ///< destinations on the Internet: a service tag's or service endpoint's prefixes
    not_kept   ///< a learned route: all but those of system routes that no learned route displaces
  };
  model::Fact fact;
  std::string reason;
  Reach reach = Reach::all;
  std::vector<Prefix> within = {};  ///< of reach `all`: only destinations of these; empty = any
};
/// What an unknown route may take. source: azure-semantics.md 1.3
Doubt doubt_of(const net::UnknownRoutes& unknown);

/// Destinations behind a peering where somebody may be: the subnets of the remote network but the platform's. Of a
/// subnet that holds only private endpoints just their addresses; of others all but what Azure keeps for itself.
struct Zone {
  std::vector<Prefix> prefixes;
  std::vector<std::uint32_t> subnets;  ///< into Tables::subnets, one per prefix
};

struct Question {
  net::Bypass::Way way = net::Bypass::Way::leaves;
  model::SubnetIndex from;                  ///< the first of `sources`
  std::vector<model::SubnetIndex> sources;  ///< subnets that are alike here
  std::vector<Prefix> within;               ///< destinations asked about; empty = all
  const Zone* inside = nullptr;             ///< of a question with `within`: where in the spoke somebody may be
  std::vector<Candidate> candidates;        ///< most preferred first
  std::vector<const Zone*> zones;
  std::vector<Doubt> doubts;
  std::vector<std::string> assumptions;
  bool may_be_silent = false;  ///< whether anybody sends from the sources is not known: no bypass is certain
};

/// A public address that leads to something in a spoke subnet.
struct InternetEntry {
  std::uint32_t subnet = 0;     ///< into Tables::subnets
  std::vector<Prefix> targets;  ///< private addresses that it leads to
};

/// All questions about one spoke.
struct SpokeQuestions {
  std::vector<Question> questions;
  std::vector<InternetEntry> entries;
  std::vector<Doubt> doubts;  ///< about the spoke as a whole
};

/// A subnet of a peer where nobody is who counts as a destination: the firewall's, the platform's, and a bastion's of
/// public hosts.
bool is_left_out(const model::View& view, const model::Subnet& subnet);

class QuestionBuilder {
 public:
  explicit QuestionBuilder(const model::View& view)
      : view_(view), estate_(view.estate), strays_(net::stray_addresses(view)) {}
  /// Pointers in the answer live until the next call.
  SpokeQuestions ask(const model::SpokeRole& spoke);
  /// A subnet that brings nothing into a spoke around the firewall.
  bool is_exempt_source(const model::Subnet& subnet) const;

 private:
  /// The spoke's subnets as wholes, and where in them somebody may be.
  struct Inside {
    std::vector<Prefix> within;
    const Zone* places = nullptr;
  };
  /// The routes of a subnet that many spokes ask about, sorted by prefix.
  struct SharedRoutes {
    net::RouteSet set;
    std::vector<const net::Route*> by_prefix;
    std::uint64_t lengths = 0;  ///< bit n: some prefix has length n
    model::VnetIndex vnet;
    /// Those that overlap one of `window`, in the set's order.
    std::vector<const net::Route*> overlapping(const std::vector<Prefix>& window) const;
  };
  void ask_leaving(const model::SpokeRole& spoke, SpokeQuestions& out);
  void ask_entering(const model::VirtualNetwork& spoke, const Inside& inside, const model::Peering& peering,
                    SpokeQuestions& out);
  /// Virtual hubs (transit_virtual_hub.cpp).
  void ask_hubs(const model::VirtualNetwork& spoke, const Inside& inside, SpokeQuestions& out);
  void ask_connections(const model::VirtualNetwork& spoke, const Inside& inside, const model::VirtualHub& hub,
                       SpokeQuestions& out);
  void doubts_of_policy(const model::VirtualNetwork& spoke, const model::HubConnection& own,
                        const std::vector<Prefix>& private_prefixes, SpokeQuestions& out) const;
  bool wan_has_branches(const model::VirtualHub& hub) const;
  bool is_whole(const model::VirtualHub& hub) const;
  Harm harm_of_hub_route(const net::Route& route, Candidate& candidate, Question& question);
  Harm harm_of_hub_route_into(const net::Route& route, model::ResourceId spoke, Candidate& candidate) const;
  bool is_inspected(const net::Route& route, Candidate& candidate) const;
  bool is_behind_public_balancer(const model::IpConfiguration& config) const;
  bool is_behind_public_balancer(const model::MachinePool::Interface& interface) const;
  void find_pool_entries(const model::VirtualNetwork& spoke, SpokeQuestions& out) const;
  void doubt_strays(const model::VirtualNetwork& spoke, SpokeQuestions& out) const;
  void find_entries(const model::VirtualNetwork& spoke, SpokeQuestions& out) const;
  Question leaving(const model::SpokeRole& spoke, std::vector<model::SubnetIndex> sources);
  /// What a packet amounts to that comes over the routes of a peering, and over the /32 of an endpoint behind it.
  struct Link {
    Harm networks = Harm::certain;
    Harm endpoints = Harm::certain;
  };
  Question entering(const model::VirtualNetwork& spoke, const Inside& inside, model::SubnetIndex from, Link link);
  Candidate judge_leaving(const net::Route& route, const model::SpokeRole& spoke, Question& question);
  Candidate judge_entering(const net::Route& route, model::ResourceId spoke, model::VnetIndex from_vnet, Link link);
  const net::Appliance& appliance_at(model::VnetIndex vnet, Ipv4 address);
  Doubt doubt_about(const net::UnknownRoutes& unknown) const;
  Harm harm_of_link(model::ResourceId from, model::ResourceId to, const model::Subnet* sender = nullptr) const;
  Harm harm_of_appliance(const net::Route& route, model::VnetIndex vnet, Candidate& candidate);
  Harm harm_of_gateway(model::ResourceId vnet) const;
  bool is_destination(const model::Subnet& subnet) const;
  bool is_let_out(const model::IpConfiguration& member) const;
  bool has_egress(const model::Subnet& subnet) const;
  bool may_hide_bastion(const model::Subnet& subnet) const;
  bool hides_gateway(const model::Subnet& subnet) const;
  bool hides_firewall(const model::Subnet& subnet) const;
  void doubt_overlaps(const model::VirtualNetwork& vnet, SpokeQuestions& out) const;
  void doubt_overlap(model::ResourceId a, model::ResourceId b, SpokeQuestions& out) const;
  void doubt_strangers(const model::Subnet& subnet, SpokeQuestions& out) const;
  void doubt_lost_endpoints(model::ResourceId vnet, SpokeQuestions& out) const;
  bool endpoints_are_overridden(const model::VirtualNetwork& spoke, const std::vector<const net::Route*>& slice) const;
  bool is_plain(const model::Subnet& subnet) const;
  void tell_control_plane(const model::Subnet& subnet, Question& question) const;
  bool is_control_plane_route(const model::Fact& fact, const net::NextHop& next_hop, const model::Subnet& subnet) const;
  void doubts_of_spoke(const model::SpokeRole& spoke, SpokeQuestions& out) const;
  std::uint32_t zone_of(model::ResourceId vnet, Question& question);
  void add_places(const model::Subnet& subnet, std::uint32_t index, Zone& zone) const;
  const SharedRoutes& shared(model::SubnetIndex subnet);

  const model::View& view_;
  const model::Estate& estate_;
  std::vector<net::StrayAddress> strays_;
  std::deque<net::RouteSet> held_;  ///< of the spoke at hand
  Zone inside_;
  std::unordered_map<model::ResourceId, std::unique_ptr<Zone>> zones_;
  std::unordered_map<model::SubnetIndex, std::unique_ptr<SharedRoutes>> shared_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, net::Appliance> appliances_;
};

/// `no` for a subnet that never sends: all that stands in it are private endpoints. `unknown`: what stands there beside
/// endpoints is not understood or not in the export.
/// source: learn.microsoft.com/azure/private-link/private-endpoint-overview
Ternary sends(const model::Estate& estate, const model::Subnet& subnet);

/// The two sides' order of preference as this layer states it: longest prefix, then user, BGP, system, then by the rank
/// of service tags.
/// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
bool comes_first(const Candidate& a, const Candidate& b);

}  // namespace hubproof::proof
