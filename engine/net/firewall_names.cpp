#include "engine/net/firewall_names.h"

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::net {
namespace {

using Kind = model::ApplicationProtocol::Kind;

std::optional<Kind> usual_protocol(std::uint16_t port) {
  switch (port) {
    case 80: return Kind::http;
    case 443: return Kind::https;
    case 1433: return Kind::mssql;
    default: return std::nullopt;
  }
}

Ternary speaks(const model::FirewallRule& rule, std::uint16_t port) {
  Ternary out = Ternary::no;
  for (const model::ApplicationProtocol& protocol : rule.application_protocols) {
    if (protocol.port != port) continue;
    out = std::max(out, usual_protocol(port) == protocol.kind ? Ternary::yes : Ternary::unknown);
  }
  return rule.application_protocols.empty() ? Ternary::unknown : out;
}

// law:  an asterisk on the left stands for anything, in no other place is one supported; *.x does not hold x
// source: learn.microsoft.com/azure/firewall/firewall-faq (wildcards in target FQDNs)
Ternary holds_name(std::string_view pattern, std::string_view host) {
  const bool is_open = !pattern.empty() && pattern.front() == '*';
  if (is_open) pattern.remove_prefix(1);
  if (pattern.find('*') != std::string_view::npos) return Ternary::unknown;
  if (!is_open) return text::equals(pattern, host) ? Ternary::yes : Ternary::no;
  if (pattern.size() > host.size()) return Ternary::no;
  return text::equals(pattern, host.substr(host.size() - pattern.size())) ? Ternary::yes : Ternary::no;
}

}  // namespace

Ternary names_request(const model::FirewallRule& rule, std::uint16_t port, std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  Ternary is_named = rule.has_other_names || rule.fqdns.empty() ? Ternary::unknown : Ternary::no;
  for (const std::string& pattern : rule.fqdns) is_named = std::max(is_named, holds_name(pattern, host));
  return std::min(speaks(rule, port), is_named);
}

bool resolves_itself(const model::FirewallRule& rule, std::uint16_t port) {
  return rule.terminates_tls || usual_protocol(port) != Kind::https;
}

}  // namespace hubproof::net
