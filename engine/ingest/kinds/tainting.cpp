// Kinds that can carry or open traffic and are not modelled: whatever they name is unknown (azure-semantics.md 0).
//
// Children that loosen or tighten their parent come here as well when they are rows of their own and the parent's row
// does not show them: routes and security rules outside their table, SQL and Redis firewall rules. They touch their
// parent. Service::has_firewall_children stays false, so that the exposure of such a service stays open.
#include <algorithm>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

using simdjson::ondemand::json_type;

constexpr std::size_t kMostIds = 20000;
constexpr int kDeepest = 64;

void append_deep(Cursor value, std::vector<model::ResourceId>& out, int depth) {
  switch (value.type()) {
    case json_type::string: {
      const std::string_view text = value.text().value_or("");
      if (!text::starts_with(text, "/subscriptions/")) return;
      if (out.size() >= kMostIds) return value.unread("more ids than are looked at");
      out.push_back(value.context().snapshot.ids.intern(text));
      return;
    }
    case json_type::object:
      if (depth == kDeepest) return value.unread("values nested too deep");
      return value.object([&](std::string_view, Cursor field) { append_deep(field, out, depth + 1); });
    case json_type::array:
      if (depth == kDeepest) return value.unread("values nested too deep");
      return value.array([&](Cursor element) { append_deep(element, out, depth + 1); });
    case json_type::number:
    case json_type::boolean:
    case json_type::null: return;
  }
}

/// The resource that an extension such as <VNet>/providers/Microsoft.Network/effectiveSecurityAdminRules/default sits
/// on; empty when the id is none.
using OwnReader = bool (*)(std::string_view key, Cursor value, model::UnmodelledNetworkResource& resource);

void read_with(const RowHead& head, Cursor properties, ReadContext& context, OwnReader own) {
  model::UnmodelledNetworkResource resource;
  resource.id = head.id;
  resource.type = std::string(head.type);
  const EntityScope scope(context, resource);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "expressRouteGatewayBypass")) {  // FastPath of a connection: azure-semantics.md 7.1
      if (!value.boolean().value_or_default(false).value_or(true)) return;
      return value.unread("true");
    }
    if (own(key, value, resource)) return;
    if (!read_common(key, value, resource)) append_deep(value, resource.touches, 0);
  });
  const model::ResourceId parent = parent_of(context, head.id);
  if (parent.is_set()) resource.touches.push_back(parent);
  const std::string_view extended = extended_resource(context.snapshot.ids.spelling(head.id));
  if (!extended.empty()) resource.touches.push_back(context.snapshot.ids.intern(extended));
  std::sort(resource.touches.begin(), resource.touches.end());
  resource.touches.erase(std::unique(resource.touches.begin(), resource.touches.end()), resource.touches.end());
  context.snapshot.tables.unmodelled_network.push_back(std::move(resource));
}

}  // namespace

void read_tainting(const RowHead& head, Cursor properties, ReadContext& context) {
  read_with(head, properties, context,
            [](std::string_view, Cursor, model::UnmodelledNetworkResource&) { return false; });
}

// source: learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect (destinationIPAddress)
void read_private_link_service(const RowHead& head, Cursor properties, ReadContext& context) {
  read_with(head, properties, context, [](std::string_view key, Cursor value, auto& resource) {
    if (!is(key, "destinationIPAddress")) return false;
    if (const std::optional<Ipv4> address = read_address(value)) resource.leads_to.push_back(*address);
    return true;
  });
}

}  // namespace hubproof::ingest
