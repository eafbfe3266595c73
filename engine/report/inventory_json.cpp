#include "engine/report/inventory.h"
#include "engine/report/json_parts.h"

namespace hubproof::report {
namespace {

Json vnet_json(const model::Estate& estate, model::VnetIndex vnet) {
  return resource_json(estate, estate.tables().virtual_networks[vnet.index()].id);
}

Json roles_json(const model::View& view) {
  const model::Estate& estate = view.estate;
  Json out = {{"hubs", Json::array()},    {"firewalls", Json::array()},
              {"spokes", Json::array()},  {"others", Json::array()},
              {"missing", Json::array()}, {"ambiguities", strings_json(view.roles.ambiguities)}};
  for (const model::HubRole& hub : view.roles.hubs) {
    out["hubs"].push_back({{"resource", vnet_json(estate, hub.vnet)}, {"reason", hub.reason}});
  }
  for (const model::VirtualHubRole& hub : view.roles.virtual_hubs) {
    out["hubs"].push_back({{"resource", resource_json(estate, hub.hub)}, {"reason", hub.reason}});
  }
  for (const model::FirewallRole& firewall : view.roles.firewalls) {
    out["firewalls"].push_back({{"resource", resource_json(estate, firewall.firewall)},
                                {"virtual_network", resource_json(estate, firewall.vnet)},
                                {"address", to_string(firewall.address)},
                                {"reason", firewall.reason}});
  }
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    Json hubs = Json::array();
    for (const model::VnetIndex hub : spoke.hubs) hubs.push_back(vnet_json(estate, hub));
    if (spoke.virtual_hub.is_set()) hubs.push_back(resource_json(estate, spoke.virtual_hub));
    out["spokes"].push_back({{"resource", vnet_json(estate, spoke.vnet)},
                             {"tenant", spoke.tenant},
                             {"hubs", hubs},
                             {"reason", spoke.reason}});
  }
  for (const model::OtherVnet& other : view.roles.others) {
    out["others"].push_back({{"resource", vnet_json(estate, other.vnet)}, {"reason", other.reason}});
  }
  for (const model::ResourceId missing : view.roles.spoke_candidates_missing) {
    out["missing"].push_back(resource_json(estate, missing));
  }
  return out;
}

Json services_json(const model::View& view) {
  Json out = Json::array();
  for (const ServiceExposure& service : expose_services(view)) {
    out.push_back({{"resource", resource_json(view.estate, service.service->id)},
                   {"kind", model::name(service.service->kind)},
                   {"type", service.service->type},
                   {"exposure", name(service.openness)},
                   {"summary", service.summary},
                   {"approved_private_endpoints", service.approved_endpoints}});
  }
  return out;
}

std::string_view word(model::Support support) {
  switch (support) {
    case model::Support::full: return "full";
    case model::Support::counted: return "counted";
    case model::Support::tainting: return "tainting";
    case model::Support::unknown: return "unknown";
  }
  return "unknown";
}

}  // namespace

std::string inventory_json(const Subject& subject) {
  const model::Snapshot& snapshot = subject.view.estate.snapshot();
  Json out;
  out["format_version"] = 1;
  out["tool"] = tool_json();
  out["inputs"] = inputs_json(snapshot);
  out["completeness"] = completeness_json(subject);
  out["types"] = Json::array();
  for (const TypeCount& count : count_types(snapshot)) {
    out["types"].push_back({{"type", count.type}, {"count", count.count}, {"support", word(count.support)}});
  }
  out["roles"] = roles_json(subject.view);
  out["services"] = services_json(subject.view);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hubproof::report
