// A folder of small files to be loaded, and a printed form of what came out.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/text.h"
#include "engine/ingest/load.h"
#include "engine/ingest/tables.h"
#include "tests/support/folder.h"

namespace hubproof::test {

inline std::string id_text(const model::Snapshot& s, model::ResourceId id) {
  return id.is_set() ? text::lower(s.ids.spelling(id)) : std::string("-");
}

/// Everything that the rows of these tests can fill; ids in lower case, so that only differences of content show.
inline std::string printed(const model::Snapshot& s) {
  std::string out;
  for (const model::Resource& r : s.resources) {
    // A subnet is a row of its own in some shapes and embedded in its network in others.
    if (s.types[r.type] == "microsoft.network/virtualnetworks/subnets") continue;
    out += fmt::format("{} {}\n", s.types[r.type], id_text(s, r.id));
  }
  for (const model::VirtualNetwork& v : s.tables.virtual_networks) {
    out += fmt::format("vnet {} in {}:", s.ids.name(v.id), v.location);
    for (const Prefix& prefix : v.address_space) out += " " + to_string(prefix);
    out += v.is_settled ? "\n" : " unsettled\n";
  }
  for (const model::Subnet& subnet : s.tables.subnets) {
    out += fmt::format("subnet {}:", id_text(s, subnet.id));
    for (const Prefix& prefix : subnet.prefixes) out += " " + to_string(prefix);
    out += " table " + id_text(s, subnet.route_table) + "\n";
  }
  for (const model::RouteTable& table : s.tables.route_tables) {
    out +=
        fmt::format("table {}{}:", s.ids.name(table.id), table.disable_bgp_propagation.is(true) ? " without bgp" : "");
    for (const model::Route& route : table.routes) {
      out += fmt::format(" {} {} hop {}", route.name, route.is_usable ? "usable" : "unusable",
                         static_cast<int>(route.next_hop));
    }
    out += "\n";
  }
  for (const model::PublicIp& ip : s.tables.public_ips) {
    out += fmt::format("ip {} {}\n", s.ids.name(ip.id), ip.is_standard ? "standard" : "basic");
  }
  ingest::for_each_table(s.tables, [&](const auto& table) {
    for (const auto& entity : table) {
      for (const model::Unread& unread : entity.unread)
        out += fmt::format("unread {} {}\n", unread.pointer, unread.met);
    }
  });
  return out;
}

inline model::Snapshot load(const std::vector<std::string>& paths) { return ingest::load(paths, {}); }

inline std::set<std::string> codes(const model::Snapshot& s, Diagnostic::Level level = Diagnostic::Level::error) {
  std::set<std::string> out;
  for (const Diagnostic& d : s.diagnostics) {
    if (d.level == level) out.insert(d.code);
  }
  return out;
}

inline const Diagnostic* find(const model::Snapshot& s, std::string_view code) {
  for (const Diagnostic& d : s.diagnostics) {
    if (d.code == code) return &d;
  }
  return nullptr;
}

inline std::size_t gaps(const model::Snapshot& s, std::string_view code) {
  std::size_t out = 0;
  for (const model::Gap& gap : s.gaps) out += gap.code == code ? 1U : 0U;
  return out;
}

/// A gap of this code makes the named resource unknown.
inline bool has_resource_gap(const model::Snapshot& s, std::string_view code, std::string_view id) {
  for (const model::Gap& gap : s.gaps) {
    if (gap.code == code && gap.reach == model::Gap::Reach::resource && id_text(s, gap.resource) == text::lower(id))
      return true;
  }
  return false;
}

inline bool has_table_gap(const model::Snapshot& s, std::string_view code, model::ArgTable table) {
  for (const model::Gap& gap : s.gaps) {
    if (gap.code == code && gap.reach == model::Gap::Reach::table && gap.table == table) return true;
  }
  return false;
}

}  // namespace hubproof::test
