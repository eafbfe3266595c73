// The keys of one JSON object so far, to notice one that comes twice. One per object that is read, so nothing here
// allocates unless an object has unusually many keys.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace hubproof::ingest {

class KeysSeen {
 public:
  /// False when `key` came before, in any case. The view must outlive this object.
  bool add(std::string_view key) {
    const std::uint64_t bit = std::uint64_t{1} << slot_of(key);
    if (((slots_ & bit) != 0 && holds(key)) || count_ == few_.size()) return add_slowly(key);
    slots_ |= bit;
    few_[count_++] = key;
    return true;
  }

 private:
  /// The same for keys that differ in case only. Names of one object often begin alike, so their ends tell more.
  static unsigned slot_of(std::string_view key) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
    constexpr std::uint32_t kCase = 0x20202020U;
    std::uint32_t end = 0;
    if (key.size() >= sizeof end) {
      std::memcpy(&end, key.data() + key.size() - sizeof end, sizeof end);
    } else if (!key.empty()) {
      end = static_cast<unsigned char>(key.back());
    }
    return static_cast<unsigned>((((end | kCase) + key.size()) * kOdd) >> 58U);
  }
  bool holds(std::string_view key) const;
  bool add_slowly(std::string_view key);

  std::uint64_t slots_ = 0;
  std::size_t count_ = 0;
  std::array<std::string_view, 16> few_;
  std::vector<std::string_view> more_;
};

}  // namespace hubproof::ingest
