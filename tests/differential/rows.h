// Rows of a small estate as Resource Graph prints them (the columns that are read), written from C++. Unlike
// tests/support/estate_builder these go through the reader, so that any of them can be dropped, damaged and printed.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof::differential {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

/// ARM id of a resource of the one subscription; `type` as "virtualNetworks" (Microsoft.Network) or "Microsoft.X/y".
std::string id_of(std::string_view type, std::string_view name);
/// Of a row that Rows::at() makes.
std::string id_at(std::string_view path);
/// "vnet/subnet" as ARM id.
std::string subnet_id(std::string_view vnet_slash_subnet);
/// {"id": id}
Json reference(const std::string& id);

struct RuleWords {
  int priority = 100;
  std::string direction = "Inbound";
  std::string access = "Allow";
  std::string protocol = "*";
  std::string from = "*";
  std::string to = "*";
  std::string ports = "*";
  std::string source_ports = "*";
  std::string from_asg = {};
  std::string to_asg = {};
};

/// Every function that makes or finds something returns its `properties`; they live until a sibling is added. A row
/// that is there is written anew.
class Rows {
 public:
  Json& row(std::string_view type, std::string_view name, Json properties);
  /// A row at any depth below a resource of Microsoft.Network: "virtualHubs/hub/hubRouteTables/table".
  Json& at(const std::string& path, Json properties);
  /// An extension of a resource: <id>/providers/Microsoft.Network/<kind>/default.
  Json& on(const std::string& id, const std::string& kind, Json properties);
  Json& vnet(const std::string& name, const Names& prefixes);
  Json& subnet(const std::string& vnet, const std::string& name, const std::string& prefix);
  /// One side, Connected and in sync, with the address space that the remote network has now.
  Json& peering(const std::string& vnet, const std::string& remote);
  void peer(const std::string& a, const std::string& b);
  Json& route_table(const std::string& name, bool disables_propagation);
  /// `hop`: an address, or a nextHopType.
  Json& route(const std::string& table, const std::string& prefix, const std::string& hop);
  Json& nsg(const std::string& name);
  Json& rule(const std::string& nsg, const RuleWords& words);
  /// The subnet ("vnet/subnet") lists it, as Azure does.
  Json& nic(const std::string& name, const std::string& subnet, const std::string& address);
  Json& public_ip(const std::string& name, const std::string& address, bool is_standard, const std::string& owner);
  /// Gives the first ipConfiguration of the NIC a public address.
  void publish(const std::string& nic, const std::string& address, bool is_standard);
  Json& firewall(const std::string& name, const std::string& vnet, const std::string& address,
                 const std::string& public_address, const std::string& policy);
  Json& gateway(const std::string& name, const std::string& vnet, const std::string& type);
  Json& bastion(const std::string& name, const std::string& vnet, bool is_public);
  Json& endpoint(const std::string& name, const std::string& subnet, const std::string& address,
                 const std::string& target);
  /// One rule for `port` (0: HA ports) to one pool of NICs. `subnet` empty: `address` is public.
  Json& load_balancer(const std::string& name, const std::string& subnet, const std::string& address, int port,
                      const Names& members);
  Json& app_gateway(const std::string& name, const std::string& subnet, const std::string& public_address);

  Json* find(std::string_view type, std::string_view name);
  Json& subnet_of(const std::string& vnet_slash_subnet);
  /// Of all rows of the estate, in their order.
  std::vector<Json*> all(std::string_view type);
  std::vector<Json*> children(std::string_view type, std::string_view list);
  std::vector<Json*> subnets() { return children("virtualNetworks", "subnets"); }
  std::vector<Json*> peerings() { return children("virtualNetworks", "virtualNetworkPeerings"); }
  std::vector<Json*> routes() { return children("routeTables", "routes"); }

  std::deque<Json>& list() { return rows_; }
  /// One page of `az graph query`.
  Json page() const;

 private:
  Json& add(std::string id, std::string_view name, const std::string& type, Json properties);
  void attach(const std::string& vnet_slash_subnet, const std::string& configuration);
  std::deque<Json> rows_;
};

}  // namespace hubproof::differential
