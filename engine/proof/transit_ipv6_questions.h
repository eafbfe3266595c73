// The transit claim of IPv6 as questions: may a packet leave this subnet, or enter the spoke from that one, by a next
// hop that does not drop it? Built apart from net::transit_ipv6, which must give the same verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/proof/transit_question.h"

namespace hubproof::proof {

/// One IPv6 route that may decide, with what its next hop means for the claim.
struct Candidate6 {
  net::Route6 route;
  Harm harm = Harm::none;
  bool is_internet = false;            ///< harm is certain only for addresses of the Internet
  bool is_bounded = false;             ///< harm only for the prefixes of `targets`
  std::vector<std::uint32_t> targets;  ///< into Tables::subnets
};

struct Question6 {
  net::Bypass::Way way = net::Bypass::Way::leaves;
  std::uint32_t from = 0;              ///< into Tables::subnets
  std::vector<Candidate6> candidates;  ///< most preferred first
  std::vector<std::uint32_t> inside;   ///< of `enters`: subnets of the spoke where somebody may be
  std::vector<Doubt> doubts;
  bool may_be_silent = false;  ///< whether anybody sends from the subnet is not known: no bypass is certain
};

/// A public IPv6 address, or one that may be IPv6, that leads to something in a spoke subnet.
struct InternetEntry6 {
  std::uint32_t subnet = 0;    ///< into Tables::subnets
  std::optional<Ipv6> target;  ///< private address; nothing: any of the subnet
};

struct SpokeQuestions6 {
  std::vector<Question6> questions;
  std::vector<InternetEntry6> entries;
  std::vector<Doubt> doubts;  ///< about the spoke as a whole
};

SpokeQuestions6 ask_ipv6(const model::View& view, const QuestionBuilder& builder, const model::SpokeRole& spoke);

}  // namespace hubproof::proof
