// The walk of many packets: state and steps of query(). Packets leave a subnet through its filters, part where routes
// part, meet once at each firewall, and end where the tracer says.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/net/firewall_policies.h"
#include "engine/net/query.h"
#include "engine/net/reach.h"
#include "engine/net/transit.h"

namespace hubproof::net {

/// Who sends with which addresses.
struct QuerySender {
  Place from;
  AddressSet addresses;
};

/// Packets on their way, treated alike so far.
struct QueryLoad {
  Box box;  ///< as they were sent
  std::vector<QuerySender> senders;
  std::optional<Ipv4> source_now;  ///< after a firewall translated it
  bool crossed = false;
  std::vector<std::string> doubts;         ///< why it is not certain that they come so far
  std::string caution;                     ///< why it is not certain that anybody sends them
  std::vector<model::ResourceId> visited;  ///< firewalls
  AddressSet left_out;                     ///< sources in the network where they arrive, which is not asked for
};

class QueryWalk {
 public:
  QueryWalk(const model::View& view, const Question& question);
  Answer run();

 private:
  /// Destinations that the routes of a subnet treat alike.
  struct Share {
    AddressSet destinations;
    NextHop next_hop;
    std::string doubt;
  };
  /// An address (or the rest) of a subnet with what its filters tell apart.
  struct Spot {
    AddressSet addresses;
    BoxCuts cuts;
    bool passes_on = false;  ///< a firewall or a load balancer
  };

  // query.cpp: routing and arrival
  void leave(const model::Subnet& subnet, const QueryLoad& load);
  const std::vector<Share>& shares_of(const model::Subnet& subnet);
  void share_segment(const RouteSet& set, const Segment& segment, std::vector<Share>& out) const;
  void forward(const model::Subnet& subnet, const Share& share, QueryLoad load);
  void to_appliance(const model::Subnet& subnet, const Share& share, const QueryLoad& load);
  void arrive(model::ResourceId firewall, QueryLoad load);
  std::vector<QueryLoad> cross(model::ResourceId from, model::ResourceId to, const QueryLoad& load) const;
  void deliver(model::ResourceId vnet, const QueryLoad& load);
  const std::vector<Spot>& spots_of(const model::Subnet& subnet);
  void through_firewalls();
  void through_firewall(const model::AzureFirewall& firewall, const QueryLoad& load);
  void leave_firewall(const model::AzureFirewall& firewall, const model::Subnet* subnet, const KeptSources& kept,
                      const QueryLoad& load);

  // query_boxes.cpp: what comes out
  void finish(const QueryLoad& load, const BoxCuts& cuts);
  void add_box(const QueryLoad& load, const Box& box, const BoxOutcome& outcome);
  BoxOutcome judged(const Trace& trace) const;
  bool is_wanted(const Trace& trace) const;
  Trace trace_of(const QueryLoad& load, const Packet& packet) const;
  void replay();

  // query_start.cpp: who sends
  void start_in(const model::Subnet& subnet);
  bool is_in_vain(const model::Subnet& subnet, const Share& share) const;
  void send(const model::Subnet& subnet, const model::NetworkInterface* nic, const AddressSet& addresses,
            const std::string& caution);
  void start_on_premises();
  bool leaves_out(const model::Subnet& subnet, std::string_view part);
  bool is_target(model::ResourceId subnet) const { return targets_.count(subnet) != 0; }
  Box box_of(AddressSet sources) const;
  void what_is_missing();
  void what_is_not_asked();

  // query_entries.cpp: what comes in from the Internet
  void start_on_internet();
  void enter(const model::PublicIp& address);
  bool may_lead_there(const model::PublicIp& address) const;
  BoxCuts cuts_of(const model::PublicIp& address) const;
  bool is_followed(const Bypass& bypass) const;
  void hidden_entries();
  void may_enter(const AddressSet& destinations, const std::string& reason);

  const model::View& v_;
  const model::Estate& e_;
  const Question& question_;
  Answer answer_;
  std::set<model::ResourceId> targets_;  ///< subnets
  AddressSet destinations_;              ///< of the packets that the question is about
  AddressSet outside_;                   ///< addresses that hosts can have, of no network of the export
  std::size_t budget_;
  std::set<std::string> notes_;
  std::map<std::pair<model::ResourceId, model::ResourceId>, std::vector<Share>> shares_;
  std::map<model::ResourceId, std::vector<Spot>> spots_;
  std::map<model::ResourceId, std::vector<QueryLoad>> arrivals_;  ///< by firewall
};

/// Makes one box of those that differ in one set alone; certain ones first, in a fixed order.
void merge_boxes(std::vector<QueryBox>& boxes);

}  // namespace hubproof::net
