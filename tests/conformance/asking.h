// Questions to the engine in the words of the vectors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/filter.h"
#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "tests/conformance/vectors.h"
#include "tests/support/estate_builder.h"

namespace hubproof::conformance {

/// An address that stands for the Internet where a page names none.
inline constexpr std::string_view kInternet = "8.8.8.8";

const model::Subnet& subnet_of(const test::World& world, std::string_view vnet_slash_subnet);
const model::NetworkInterface& nic_of(const test::World& world, std::string_view name);
net::Place place(const model::Subnet& subnet);
net::Place place(const model::NetworkInterface& nic);
/// The interface and its subnet, as filters see it.
net::FilterPoint point_of(const test::World& world, const model::NetworkInterface& nic);

struct Port {
  std::uint16_t number = 443;
  Protocol protocol = Protocol::tcp;
};
net::Trace traced(const test::World& world, net::Place from, std::string_view source, std::string_view destination,
                  Port port = {});
/// Some filter let the packet pass by no rule, but because it is a reply.
bool is_let_pass_by_state(const net::Trace& trace);
/// The routes that may decide; the preferred one first.
std::vector<net::Route> routes_to(const test::World& world, std::string_view vnet_slash_subnet,
                                  std::string_view destination);

/// "Allow", "Deny" or "unknown".
std::string access_word(net::FilterResult::Decision decision);
/// "Allow" when the packet arrives somewhere, "Deny" when it does not, or "unknown".
std::string access_word(net::Disposition disposition);
/// true when the packet arrives somewhere, false when it does not, or "unknown".
Json flows(net::Disposition disposition);

/// One text of a JSON object; empty when there is none.
std::string text_at(const Json& object, const char* key);
/// "a, b" of a list of texts.
std::string joined(const Json& list);
/// The list at `key`; empty when there is none.
Json list_at(const Json& object, const char* key);

}  // namespace hubproof::conformance
