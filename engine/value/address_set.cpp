#include "engine/value/address_set.h"

#include <bit>

namespace hubproof {
namespace {

using Bounds = boost::icl::right_open_interval<std::uint64_t>;

Bounds bounds(Ipv4 first, Ipv4 last) { return {first.bits(), static_cast<std::uint64_t>(last.bits()) + 1}; }
Bounds bounds(Prefix prefix) { return bounds(prefix.first(), prefix.last()); }

std::string to_string(const AddressSet::Interval& interval) {
  const std::uint64_t size = static_cast<std::uint64_t>(interval.last.bits()) - interval.first.bits() + 1;
  if (std::has_single_bit(size) && interval.first.bits() % size == 0) {
    const int length = 32 - std::countr_zero(size);
    return hubproof::to_string(Prefix::around(interval.first, length));
  }
  return to_string(interval.first) + "-" + to_string(interval.last);
}

struct Block {
  std::uint32_t base;
  int length;
};

// Blocks that are never an Internet host. Each line is one row of the IANA registry, or the multicast and reserved
// ranges of RFC 5771 and RFC 1112. A wrong mask here is the classic silent bug: tests/unit/value_test.cpp has a row
// each.
constexpr Block kNotInternet[] = {
    {0x00000000, 8},   // 0.0.0.0/8        this network, RFC 791
    {0x0a000000, 8},   // 10.0.0.0/8       private use, RFC 1918
    {0x64400000, 10},  // 100.64.0.0/10    shared address space, RFC 6598
    {0x7f000000, 8},   // 127.0.0.0/8      loopback, RFC 1122
    {0xa9fe0000, 16},  // 169.254.0.0/16   link local, RFC 3927
    {0xac100000, 12},  // 172.16.0.0/12    private use, RFC 1918
    {0xc0a80000, 16},  // 192.168.0.0/16   private use, RFC 1918
    {0xa83f8110, 32},  // 168.63.129.16    Azure platform,
                       // learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    {0xe0000000, 4},   // 224.0.0.0/4      multicast, RFC 5771
    {0xf0000000, 4},   // 240.0.0.0/4      reserved, RFC 1112
};

}  // namespace

void AddressSet::add(Ipv4 first, Ipv4 last) { set_.add(bounds(first, last)); }
void AddressSet::subtract(Prefix prefix) { set_.subtract(bounds(prefix)); }
bool AddressSet::contains(Ipv4 address) const { return boost::icl::contains(set_, std::uint64_t{address.bits()}); }
bool AddressSet::contains(Prefix prefix) const { return boost::icl::contains(set_, bounds(prefix)); }
bool AddressSet::intersects(Prefix prefix) const { return boost::icl::intersects(set_, bounds(prefix)); }

std::optional<Ipv4> AddressSet::first() const {
  if (set_.empty()) return std::nullopt;
  return Ipv4(static_cast<std::uint32_t>(set_.begin()->lower()));
}

std::vector<AddressSet::Interval> AddressSet::intervals() const {
  std::vector<Interval> out;
  out.reserve(set_.iterative_size());
  for (const Bounds& piece : set_) {
    out.push_back(
        {Ipv4(static_cast<std::uint32_t>(piece.lower())), Ipv4(static_cast<std::uint32_t>(piece.upper() - 1))});
  }
  return out;
}

AddressSet& AddressSet::operator|=(const AddressSet& other) {
  set_ += other.set_;
  return *this;
}
AddressSet& AddressSet::operator&=(const AddressSet& other) {
  set_ &= other.set_;
  return *this;
}
AddressSet& AddressSet::operator-=(const AddressSet& other) {
  set_ -= other.set_;
  return *this;
}

std::string to_string(const AddressSet& set) {
  if (set.empty()) return "none";
  std::string out;
  for (const AddressSet::Interval& interval : set.intervals()) {
    if (!out.empty()) out += ", ";
    out += to_string(interval);
  }
  return out;
}

const AddressSet& internet_addresses() {
  static const AddressSet kInternet = [] {
    AddressSet set = AddressSet::all();
    for (const Block& block : kNotInternet) set.subtract(Prefix::around(Ipv4(block.base), block.length));
    return set;
  }();
  return kInternet;
}

}  // namespace hubproof
