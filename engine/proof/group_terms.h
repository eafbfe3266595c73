// Security groups and admin rules as formulas over one packet of either family.
#pragma once

#include "engine/model/view.h"
#include "engine/proof/solver.h"

namespace hubproof::proof {

/// The words of a packet: addresses of 32 or of 128 bits.
struct PacketTerms {
  Term destination;
  Term source;
  Term port;
  Term source_port;
  Term protocol;
  bool is_v6 = false;
};

/// What filters may allow. Both arguments must outlive it.
class GroupTerms {
 public:
  GroupTerms(const model::View& view, Solver& solver, const PacketTerms& packet)
      : view_(view), solver_(solver), packet_(packet) {}
  /// May the admin rules of the subnet's network and the group of the subnet let the packet pass? True where there are
  /// none, or ones that are not understood.
  Term may_allow(const model::Subnet& subnet, model::Direction direction);

 private:
  Term group_may_allow(const model::Subnet& subnet, model::Direction direction);
  Term protocol_matches(const model::SecurityRule& rule, bool may);
  Term ports_match(const model::SecurityRule& rule, bool may);
  Term rule_matches(const model::SecurityRule& rule, const model::Subnet& subnet, bool may);
  Term terms_match(const model::AddressTerms& terms, Term address, const model::Subnet& subnet, bool may);
  Term in_own_network(Term address, const model::Subnet& subnet);
  Term may_be_tagged_v6(Term address);

  const model::View& view_;
  Solver& solver_;
  PacketTerms packet_;
};

}  // namespace hubproof::proof
