// Fabric: the forwarding graph of an estate. Vertices are places where packets can be; edges are what joins them.
// Routes and filters decide which packets use an edge; the graph answers what is adjacent, what is reachable at all,
// and how much there is.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"

namespace hubproof::net {

class Fabric {
 public:
  enum class Vertex : std::uint8_t { vnet, subnet, firewall, gateway, internet, on_premises };
  enum class Edge : std::uint8_t {
    contains,        ///< VNet and its subnet
    peering,         ///< two VNets, unless the peering certainly carries nothing
    attachment,      ///< a subnet and the firewall or gateway in it
    public_address,  ///< the Internet and a firewall, or a subnet with a public address
    circuit          ///< a gateway and on-premises
  };

  /// Built once; the view's estate must outlive it.
  explicit Fabric(const model::View& view);
  ~Fabric();
  Fabric(Fabric&&) noexcept;
  Fabric& operator=(Fabric&&) noexcept;

  std::size_t count(Vertex kind) const;
  std::size_t count(Edge kind) const;
  /// VNets with a peering that may carry packets, sorted.
  std::vector<model::VnetIndex> adjacent(model::VnetIndex vnet) const;
  /// VNets that no chain of peerings joins to a hub of the roles, sorted: no claim about hubs and spokes says anything
  /// about them.
  std::vector<model::VnetIndex> unreached() const;
  /// Number of connected parts that hold a VNet.
  std::size_t islands() const;

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

std::string_view name(Fabric::Vertex kind);
std::string_view name(Fabric::Edge kind);

}  // namespace hubproof::net
