#include "engine/net/fabric.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <set>

#include "engine/net/peerings.h"

namespace hubproof::net {
namespace {

struct Place {
  Fabric::Vertex kind = Fabric::Vertex::vnet;
  std::uint32_t index = 0;  ///< into the table of the kind
};
struct Join {
  Fabric::Edge kind = Fabric::Edge::contains;
};
using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, Place, Join>;
using Node = boost::graph_traits<Adjacency>::vertex_descriptor;

}  // namespace

struct Fabric::Graph {
  explicit Graph(const model::View& view);
  Adjacency all;
  Adjacency peerings;  ///< VNets only, same numbers as Tables::virtual_networks
  std::vector<model::VnetIndex> hubs;
};

Fabric::Graph::Graph(const model::View& view) {
  const model::Estate& e = view.estate;
  const model::Tables& t = e.tables();
  const auto add = [&](Vertex kind, std::size_t size) {
    const Node first = boost::num_vertices(all);
    for (std::uint32_t i = 0; i < size; ++i) boost::add_vertex(Place{kind, i}, all);
    return first;
  };
  const Node vnets = add(Vertex::vnet, t.virtual_networks.size());
  const Node subnets = add(Vertex::subnet, t.subnets.size());
  const Node firewalls = add(Vertex::firewall, t.firewalls.size());
  const Node gateways = add(Vertex::gateway, t.gateways.size());
  const Node internet = add(Vertex::internet, 1);
  const Node on_premises = add(Vertex::on_premises, 1);
  const auto join = [&](Node a, Node b, Edge kind) { boost::add_edge(a, b, Join{kind}, all); };
  for (std::uint32_t i = 0; i < t.subnets.size(); ++i) {
    if (const auto* vnet = e.find<model::VirtualNetwork>(t.subnets[i].vnet))
      join(vnets + e.index_of(*vnet), subnets + i, Edge::contains);
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const model::Peering& peering : t.peerings) {
    const auto* a = e.find<model::VirtualNetwork>(peering.vnet);
    const auto* b = e.find<model::VirtualNetwork>(peering.remote);
    if (a == nullptr || b == nullptr || peering_link(view, peering).carries == Ternary::no) continue;
    pairs.insert(std::minmax(e.index_of(*a), e.index_of(*b)));
  }
  peerings = Adjacency(t.virtual_networks.size());
  for (const auto& [a, b] : pairs) {
    join(vnets + a, vnets + b, Edge::peering);
    boost::add_edge(a, b, Join{Edge::peering}, peerings);
  }
  for (std::uint32_t i = 0; i < t.firewalls.size(); ++i) {
    bool has_public = false;
    for (const auto& config : t.firewalls[i].ip_configurations) {
      const auto* subnet = e.find<model::Subnet>(config.subnet);
      if (subnet != nullptr) join(subnets + e.index_of(*subnet), firewalls + i, Edge::attachment);
      has_public = has_public || config.public_ip.is_set();
    }
    if (has_public) join(firewalls + i, internet, Edge::public_address);
  }
  for (std::uint32_t i = 0; i < t.gateways.size(); ++i) {
    for (const model::ResourceId id : t.gateways[i].subnets) {
      if (const auto* subnet = e.find<model::Subnet>(id))
        join(subnets + e.index_of(*subnet), gateways + i, Edge::attachment);
    }
    if (!t.gateways[i].is_route_server) join(gateways + i, on_premises, Edge::circuit);
  }
  std::set<std::uint32_t> open;
  for (const model::NetworkInterface& nic : t.network_interfaces) {
    for (const auto& config : nic.ip_configurations) {
      const auto* subnet = e.find<model::Subnet>(config.subnet);
      const bool is_public = config.public_ip.is_set() || config.public_ip_v6.is_set();
      if (is_public && subnet != nullptr) open.insert(e.index_of(*subnet));
    }
  }
  for (const std::uint32_t subnet : open) join(subnets + subnet, internet, Edge::public_address);
  for (const model::HubRole& hub : view.roles.hubs) hubs.push_back(hub.vnet);
}

Fabric::Fabric(const model::View& view) : graph_(std::make_unique<Graph>(view)) {}
Fabric::~Fabric() = default;
Fabric::Fabric(Fabric&&) noexcept = default;
Fabric& Fabric::operator=(Fabric&&) noexcept = default;

std::size_t Fabric::count(Vertex kind) const {
  const auto range = boost::make_iterator_range(boost::vertices(graph_->all));
  return static_cast<std::size_t>(
      std::count_if(range.begin(), range.end(), [&](Node node) { return graph_->all[node].kind == kind; }));
}

std::size_t Fabric::count(Edge kind) const {
  std::size_t out = 0;
  for (const auto& edge : boost::make_iterator_range(boost::edges(graph_->all)))
    out += graph_->all[edge].kind == kind ? 1U : 0U;
  return out;
}

std::vector<model::VnetIndex> Fabric::adjacent(model::VnetIndex vnet) const {
  std::vector<model::VnetIndex> out;
  for (const Node node : boost::make_iterator_range(boost::adjacent_vertices(vnet.index(), graph_->peerings))) {
    out.emplace_back(static_cast<std::uint32_t>(node));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<model::VnetIndex> Fabric::unreached() const {
  std::vector<std::size_t> part(boost::num_vertices(graph_->peerings));
  if (part.empty()) return {};
  boost::connected_components(graph_->peerings, part.data());
  std::set<std::size_t> with_hub;
  for (const model::VnetIndex hub : graph_->hubs) with_hub.insert(part[hub.index()]);
  std::vector<model::VnetIndex> out;
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (with_hub.count(part[i]) == 0) out.emplace_back(i);
  }
  return out;
}

std::size_t Fabric::islands() const {
  std::vector<std::size_t> part(boost::num_vertices(graph_->peerings));
  return part.empty() ? 0 : boost::connected_components(graph_->peerings, part.data());
}

std::string_view name(Fabric::Vertex kind) {
  switch (kind) {
    case Fabric::Vertex::vnet: return "virtual network";
    case Fabric::Vertex::subnet: return "subnet";
    case Fabric::Vertex::firewall: return "firewall";
    case Fabric::Vertex::gateway: return "gateway";
    case Fabric::Vertex::internet: return "Internet";
    case Fabric::Vertex::on_premises: return "on-premises";
  }
  return "";
}

std::string_view name(Fabric::Edge kind) {
  switch (kind) {
    case Fabric::Edge::contains: return "contains";
    case Fabric::Edge::peering: return "peering";
    case Fabric::Edge::attachment: return "attachment";
    case Fabric::Edge::public_address: return "public address";
    case Fabric::Edge::circuit: return "circuit";
  }
  return "";
}

}  // namespace hubproof::net
