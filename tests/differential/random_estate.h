// Small random estates: a hub-and-spoke estate that keeps its promises, drawn from several designs, and then a few
// random defects, oddities and holes. The same seed makes the same estate on every machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "engine/model/designation.h"
#include "tests/differential/rows.h"

namespace hubproof::differential {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::size_t below(std::size_t count) { return random_() % count; }
  std::string word(std::initializer_list<const char*> words) { return *(words.begin() + below(words.size())); }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937 random_;  // its numbers are fixed by the standard, those of the distributions are not
};

struct RandomEstate {
  explicit RandomEstate(std::uint32_t seed) : dice(seed) {}
  Dice dice;
  Rows rows;
  model::Designations designations;
  int spokes = 0;
  std::string story;  ///< names of the defects, in order
};

RandomEstate random_estate(std::uint32_t seed);

/// One way to change an estate.
struct Defect {
  const char* name;
  void (*make)(RandomEstate& estate);
};
const std::vector<Defect>& routing_defects();
const std::vector<Defect>& device_defects();
const std::vector<Defect>& filter_defects();

// Further worlds, each in a share of the estates, with defects of its own.
void add_managers(RandomEstate& estate);
void add_dual_stack(RandomEstate& estate);
void add_virtual_wan(RandomEstate& estate);
void add_names(RandomEstate& estate);
const std::vector<Defect>& manager_defects();
const std::vector<Defect>& dual_stack_defects();
const std::vector<Defect>& virtual_wan_defects();
const std::vector<Defect>& name_defects();

/// Every scalar of a row's properties but the names and ids of the parts themselves.
std::vector<Json*> scalars_of(Json& row);

/// "10.1.0.0/24", a subnet or a part of one, a network, a public block.
std::string some_prefix(Dice& dice);
/// A next hop: the hub firewall, somebody else, a type.
std::string some_hop(Dice& dice);

}  // namespace hubproof::differential
