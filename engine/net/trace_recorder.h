// What the walks of both address families write down, and the steps that are the same in both.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/filter.h"
#include "engine/net/route_collection.h"
#include "engine/net/trace.h"

namespace hubproof::net {

class TraceRecorder {
 protected:
  TraceRecorder(const model::View& view, const Flow& flow) : v_(view), e_(view.estate) { trace_.flow = flow; }

  Hop& hop(const Place& at, std::string decision, std::string note);
  void end(Disposition disposition, std::string decision, const Place& at, std::string note,
           std::vector<model::Fact> facts = {});
  void give_up(const Place& at, std::string why, std::vector<model::Fact> facts = {});
  bool is_ended() const { return is_ended_; }
  void enter_vnet(model::ResourceId vnet);
  /// Tells what a filter decided; false when the walk ended.
  bool allow(const FilterResult& result, const Place& at, std::string_view direction);
  /// The one route that decides, of those that select_routes() chose, told as a hop; nothing when the walk ended.
  template <class RouteType>
  std::optional<RouteType> settle(const std::vector<const RouteType*>& chosen, const Place& at);

  const model::View& v_;
  const model::Estate& e_;
  Trace trace_;
  bool is_ended_ = false;
};

template <class RouteType>
std::optional<RouteType> TraceRecorder::settle(const std::vector<const RouteType*>& chosen, const Place& at) {
  if (chosen.empty()) return end(Disposition::dropped, "drop", at, "no route matches"), std::nullopt;
  const RouteType& first = *chosen.front();
  for (const RouteType* other : chosen) {
    if (other == &first || (leads_alike(*other, first) && (other->is_certain || first.is_certain))) continue;
    const std::string why =
        other->uncertainty.empty() ? std::string("several next hops are possible") : other->uncertainty;
    give_up(at, fmt::format("{} -> {} may decide: {}", to_string(other->prefix), name(other->next_hop.kind), why),
            {fact_of(v_, *other)});
    return std::nullopt;
  }
  if (!first.is_certain) return give_up(at, first.uncertainty, {fact_of(v_, first)}), std::nullopt;
  Hop& here = hop(at, first.next_hop.kind == NextHop::Kind::none ? "drop" : "forward",
                  fmt::format("{} -> {}", to_string(first.prefix), name(first.next_hop.kind)));
  here.next_hop = first.next_hop.kind;
  here.matched_prefix = to_string(first.prefix);
  here.route_source = first.source;
  here.decided_by = {fact_of(v_, first)};
  return first;
}

}  // namespace hubproof::net
