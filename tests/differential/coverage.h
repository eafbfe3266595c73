// What a run of the differential tests has seen.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "engine/net/flow.h"
#include "engine/net/routes.h"

namespace hubproof::differential {

/// As net::name(), which calls a virtual hub a gateway as Azure does.
std::string hop_word(net::NextHop::Kind kind);

struct Coverage {
  std::uint64_t estates = 0;
  std::uint64_t solved = 0;  ///< estates that the solver was asked about as well
  std::uint64_t flows = 0;
  std::uint64_t replies = 0;
  std::uint64_t packets = 0;           ///< asked of filters and of reach()
  std::uint64_t asked_of_queries = 0;  ///< packets looked for in the boxes of a query
  std::uint64_t addresses = 0;         ///< asked of decide() and of the reference selection
  std::map<std::string, std::uint64_t> dispositions;
  std::map<std::string, std::uint64_t> hops;    ///< next hops that moved a packet
  std::map<std::string, std::uint64_t> routes;  ///< next hops of effective routes
  std::map<std::string, std::uint64_t> verdicts;
  std::uint64_t open_in_one_layer = 0;  ///< transit claims that one of the two layers alone would have settled
  std::map<std::string, std::uint64_t> breaches;  ///< flows that break a promise
  std::map<std::string, std::uint64_t> features;  ///< what single worlds have: admin rules, IPv6, branches, names

  void see(const net::Trace& trace);
  /// Unknown transit claims for each that one layer alone leaves open: each layer is to know of nearly every doubt on
  /// its own, so that an error in one of them does not hide behind the other.
  std::uint64_t open_in_both() const;
  /// What was never seen and should have been; empty when all was.
  std::string missing() const;
  std::string to_string() const;
};

}  // namespace hubproof::differential
