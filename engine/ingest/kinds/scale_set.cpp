// Microsoft.Compute/virtualMachineScaleSets: the network profile that every instance gets. Instances of a uniform scale
// set, their interfaces and their public addresses are no rows of an export.
// source: learn.microsoft.com/azure/templates/microsoft.compute/virtualmachinescalesets;
// learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-networking#public-ipv4-per-virtual-machine
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

using model::MachinePool;

void read_configuration(Cursor element, MachinePool::Interface& interface) {
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "subnet")) {
      interface.subnet = value.reference();
    } else if (is(key, "publicIPAddressConfiguration")) {
      interface.has_public_address = value.type() != simdjson::ondemand::json_type::null;
    } else if (is_one_of(key, {"loadBalancerBackendAddressPools", "loadBalancerInboundNatPools"})) {
      append_references(value, interface.load_balancer_pools);
    }
  });
}

void read_interface(Cursor element, MachinePool& pool) {
  const std::size_t first = pool.interfaces.size();
  model::ResourceId group;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "networkSecurityGroup")) {
      group = value.reference();
    } else if (is(key, "ipConfigurations")) {
      value.array([&](Cursor configuration) {
        MachinePool::Interface interface;
        read_configuration(configuration, interface);
        pool.interfaces.push_back(std::move(interface));
      });
    }
  });
  if (pool.interfaces.size() == first) element.unread("an interface without an ipConfiguration");
  for (std::size_t i = first; i < pool.interfaces.size(); ++i) pool.interfaces[i].network_security_group = group;
}

void read_network_profile(Cursor profile, MachinePool& pool) {
  profile.object([&](std::string_view key, Cursor value) {
    if (!is(key, "networkInterfaceConfigurations")) return;
    value.array([&](Cursor element) { read_interface(element, pool); });
  });
}

}  // namespace

void read_scale_set(const RowHead& head, Cursor properties, ReadContext& context) {
  MachinePool pool;
  pool.id = head.id;
  const EntityScope scope(context, pool);
  bool is_flexible = false;
  bool has_profile = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "orchestrationMode")) is_flexible = text::equals(value.text().value_or(""), "Flexible");
    if (!is(key, "virtualMachineProfile") || value.type() == simdjson::ondemand::json_type::null) return;
    has_profile = true;
    value.object([&](std::string_view inner, Cursor field) {
      if (is(inner, "networkProfile")) read_network_profile(field, pool);
    });
  });
  // Only a flexible set may have no profile: its machines are rows of their own then. source:
  // learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-orchestration-modes
  const bool needs_interfaces = has_profile || !is_flexible;
  if (needs_interfaces && pool.interfaces.empty() && pool.unread.empty())
    pool.unread.push_back({"/properties/virtualMachineProfile/networkProfile", "no interface"});
  context.snapshot.tables.machine_pools.push_back(std::move(pool));
}

}  // namespace hubproof::ingest
