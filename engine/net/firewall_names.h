// Application rules of an Azure Firewall: whether one is about a request for a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/model/firewall.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

/// Whether the protocols and names of an application rule hold a request for `host` on `port`. A request on 80, 443 and
/// 1433 is taken for one of HTTP, HTTPS and SQL; on another port it may be any. Names by URL, FQDN tag or web category
/// may hold every name. Precondition: `host` is not empty.
/// source: learn.microsoft.com/azure/firewall/rule-processing, .../firewall-faq (wildcards in application rules)
Ternary names_request(const model::FirewallRule& rule, std::uint16_t port, std::string_view host);

/// Whether the firewall may connect elsewhere than to the packet's destination when the rule allows: for HTTP and for
/// TLS that it ends, it asks its own DNS for the name; for SQL that is not documented. source:
/// learn.microsoft.com/azure/firewall/rule-processing; azure-semantics.md 4.2
bool resolves_itself(const model::FirewallRule& rule, std::uint16_t port);

}  // namespace hubproof::net
