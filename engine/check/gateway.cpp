// HP-APM-001: API Management is internal. source: azure-semantics.md 6.3
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"

namespace hubproof::check {
namespace {

using model::ApiManagement;
using model::ApimVnetType;
using model::ConnectionStatus;
using model::Service;
using model::View;

bool is_v2(const ApiManagement& api) { return text::ends_with(api.sku, "V2"); }

/// The state stands on both sides; only Approved on each side that is visible carries traffic.
/// source: learn.microsoft.com/azure/private-link/private-endpoint-overview
bool is_approved(const View& view, const model::EndpointConnection& connection, model::ResourceId service) {
  if (!connection.status.is(ConnectionStatus::approved)) return false;
  const auto* endpoint = view.estate.find<model::PrivateEndpoint>(connection.private_endpoint);
  if (endpoint == nullptr) return true;
  return std::any_of(endpoint->connections.begin(), endpoint->connections.end(), [&](const auto& side) {
    return side.target == service && side.status.is(ConnectionStatus::approved);
  });
}

/// The form without injection: only private endpoints lead to the gateway.
/// source: learn.microsoft.com/azure/api-management/private-endpoint
void judge_endpoint_form(const View& view, const ApiManagement& api, std::string_view type, Judgement& judgement) {
  const Service* service = view.estate.find<Service>(api.id);
  const auto failure = [&](std::string_view why) {
    judgement.fail(fmt::format("virtualNetworkType is {} and {}", type, why),
                   "virtualNetworkType Internal, or publicNetworkAccess Disabled with an approved private endpoint");
  };
  if (service == nullptr) {
    judgement.doubt("its public access settings are not known");
    return;
  }
  if (service->public_network_access.is_unreadable()) {
    judgement.doubt("publicNetworkAccess is not understood");
    return;
  }
  if (!service->public_network_access.is(model::PublicNetworkAccess::disabled)) {
    judgement.fact("/properties/publicNetworkAccess",
                   service->public_network_access.is_absent() ? "absent -> Enabled" : "Enabled");
    return failure("its endpoint is public");
  }
  judgement.fact("/properties/publicNetworkAccess", "Disabled");
  const auto& connections = service->endpoint_connections;
  if (std::none_of(connections.begin(), connections.end(),
                   [&](const auto& c) { return is_approved(view, c, api.id); })) {
    return failure("it has no approved private endpoint");
  }
  judgement.note("it is not injected; private endpoints are the only way to its gateway");
}

/// source: azure-semantics.md 6.3 (only Developer, Premium and PremiumV2 are injected into a network)
bool is_injected_tier(std::string_view sku) {
  return text::equals(sku, "Developer") || text::equals(sku, "Premium") || text::equals(sku, "PremiumV2");
}

void judge_internal(const ApiManagement& api, Judgement& judgement) {
  if (!api.sku.empty() && !is_injected_tier(api.sku)) {
    judgement.doubt(fmt::format("virtualNetworkType is Internal but the tier {} cannot be injected into a network",
                                text::printable(api.sku)));
  }
  if (!api.primary.subnet.is_set()) judgement.doubt("virtualNetworkType is Internal but no subnet is stated");
  for (std::size_t i = 0; i < api.additional.size(); ++i) {
    const std::string pointer = fmt::format("/properties/additionalLocations/{}", i);
    const std::string where = text::printable(api.additional[i].location);
    if (api.additional[i].subnet.is_set()) {
      judgement.fact(pointer, where);
      continue;
    }
    judgement.fact(pointer, where + ", no subnet");
    judgement.fail(fmt::format("the additional location {} is joined to no subnet", where),
                   "a subnet for each additional location");
  }
}

Finding judge(const View& view, const ApiManagement& api) {
  Judgement judgement(api.id);
  const auto type = api.vnet_type.value_or_default(ApimVnetType::none);
  const std::string spelled =
      api.vnet_type.is_known() ? std::string(model::name(api.vnet_type.value())) : "absent -> None";
  if (!type) {
    judgement.doubt(
        fmt::format("virtualNetworkType is {}, which is not understood", text::printable(api.vnet_type.met())));
  } else {
    judgement.fact("/properties/virtualNetworkType", spelled);
    switch (*type) {
      case ApimVnetType::internal: judge_internal(api, judgement); break;
      case ApimVnetType::none: judge_endpoint_form(view, api, "None", judgement); break;
      case ApimVnetType::external:
        // On a v2 tier External is outbound integration and says nothing about the ingress.
        // source: learn.microsoft.com/azure/api-management/inject-vnet-v2
        if (is_v2(api)) {
          judge_endpoint_form(view, api, "External (outbound only)", judgement);
        } else {
          judgement.fail("virtualNetworkType is External: the gateway answers the Internet",
                         "virtualNetworkType Internal");
        }
        break;
    }
  }
  judgement.doubt(doubt_about(view, api));
  if (const Service* service = view.estate.find<Service>(api.id)) judgement.doubt(doubt_about(view, *service));
  return std::move(judgement).finding();
}

}  // namespace

Findings api_management_is_internal(const View& view) {
  Findings out;
  for (const ApiManagement& api : view.estate.tables().api_managements) out.findings.push_back(judge(view, api));
  for_each_missing(
      view, [](std::string_view type) { return type == "microsoft.apimanagement/service"; },
      [&](model::ResourceId id, const model::Gap& gap) {
        if (view.estate.find<ApiManagement>(id) != nullptr) return;
        out.findings.push_back(
            undecided(id, "the export names this service but does not hold its properties: " + gap.message,
                      "an export of its subscription"));
      });
  return out;
}

}  // namespace hubproof::check
