// Microsoft.Network/networkInterfaces. source: learn.microsoft.com/azure/templates/microsoft.network/networkinterfaces
// (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

// How the address came about, and read-only or performance settings. virtualNetworkTaps and gatewayLoadBalancer send
// packets elsewhere, privateIPAddressPrefixLength gives the NIC a whole block: none of the three is modelled.
bool is_harmless_in_configuration(std::string_view key) {
  return is_one_of(key, {"provisioningState", "primary", "privateIPAllocationMethod", "loadBalancerInboundNatRules",
                         "applicationGatewayBackendAddressPools", "privateLinkConnectionProperties"});
}

void read_configuration(Cursor element, model::NetworkInterface& nic) {
  model::IpConfiguration configuration;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "subnet")) {
      configuration.subnet = value.reference();
    } else if (is(key, "privateIPAddress")) {
      read_address(value, configuration.address, configuration.address_v6);
    } else if (is(key, "privateIPAddressVersion")) {
      configuration.is_v6 = read_is_v6(value);
    } else if (is(key, "publicIPAddress")) {
      configuration.public_ip = value.reference();
    } else if (is(key, "applicationSecurityGroups")) {
      append_references(value, configuration.application_security_groups);
    } else if (is(key, "loadBalancerBackendAddressPools")) {
      append_references(value, configuration.load_balancer_pools);
    } else if (!is_harmless_in_configuration(key)) {
      value.unknown_property();
    }
  });
  configuration.is_v6 = configuration.is_v6 || configuration.address_v6;
  configuration.id = child_id(element.context(), nic.id, "ipConfigurations", child);
  nic.ip_configurations.push_back(std::move(configuration));
}

void read_dns_settings(Cursor settings, model::NetworkInterface& nic) {
  settings.object([&](std::string_view key, Cursor value) {
    if (is(key, "dnsServers")) {
      append_texts(value, nic.dns_servers);
    } else if (!is_one_of(key,
                          {"appliedDnsServers", "internalDnsNameLabel", "internalFqdn", "internalDomainNameSuffix"})) {
      value.unknown_property();
    }
  });
}

// Hardware, billing and read-only facts. disableTcpStateTracking and tapConfigurations are not among them: the first
// changes what a stateful filter remembers, the second copies packets elsewhere.
bool is_harmless(std::string_view key) {
  return is_one_of(
      key, {"macAddress", "primary", "enableAcceleratedNetworking", "vnetEncryptionSupported", "hostedWorkloads",
            "nicType", "dscpConfiguration", "auxiliaryMode", "auxiliarySku", "workloadType", "allowPort25Out",
            "defaultOutboundConnectivityEnabled", "deleteOption", "privateLinkService", "extended"});
}

}  // namespace

void read_network_interface(const RowHead& head, Cursor properties, ReadContext& context) {
  model::NetworkInterface nic;
  nic.id = head.id;
  const EntityScope scope(context, nic);
  DemandedLists lists(properties, {"ipConfigurations"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "ipConfigurations")) {
      value.array([&](Cursor element) { read_configuration(element, nic); });
    } else if (is(key, "networkSecurityGroup")) {
      nic.network_security_group = value.reference();
    } else if (is(key, "privateEndpoint")) {
      nic.private_endpoint = value.reference();
    } else if (is(key, "virtualMachine")) {
      nic.virtual_machine = value.reference();
    } else if (is(key, "enableIPForwarding")) {
      const model::Setting<bool> flag = value.boolean();
      nic.ip_forwarding = flag.is_known() && flag.value();
    } else if (is(key, "dnsSettings")) {
      read_dns_settings(value, nic);
    } else if (!read_common(key, value, nic) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
  lists.tell(nic);
  context.snapshot.tables.network_interfaces.push_back(std::move(nic));
}

}  // namespace hubproof::ingest
