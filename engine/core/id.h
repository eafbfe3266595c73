// Id<Tag>: an index that cannot be mistaken for another kind's index.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace hubproof {

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t index) : index_(index) {}
  /// False for the default-constructed Id, which names nothing.
  constexpr bool is_set() const { return index_ != kNone; }
  constexpr std::uint32_t index() const { return index_; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  std::uint32_t index_ = kNone;
};

}  // namespace hubproof

template <class Tag>
struct std::hash<hubproof::Id<Tag>> {
  std::size_t operator()(hubproof::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.index()); }
};
