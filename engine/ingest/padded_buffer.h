// A buffer that simdjson may read a little past the end of, reused from file to file so that it stays in cache
// (fresh memory per file costs page faults twice over).
#pragma once

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace hubproof::ingest {

class PaddedBuffer {
 public:
  /// Makes room for `size` bytes and the padding; the first min(old, new) bytes are kept. Contents beyond are
  /// undefined.
  void resize(std::size_t size) {
    if (size + simdjson::SIMDJSON_PADDING > capacity_) grow(size);
    size_ = size;
    std::memset(bytes_.get() + size_, 0, simdjson::SIMDJSON_PADDING);
  }
  void assign(std::string_view text) {
    resize(0);
    resize(text.size());
    std::memcpy(bytes_.get(), text.data(), text.size());
  }
  char* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  /// `part` must lie inside view(); what follows it is its padding.
  simdjson::padded_string_view padded(std::string_view part) const {
    const std::size_t offset = static_cast<std::size_t>(part.data() - bytes_.get());
    return simdjson::padded_string_view(part.data(), part.size(), capacity_ - offset);
  }

 private:
  void grow(std::size_t size) {
    const std::size_t wanted = std::max(size, size_ + size_ / 2) + simdjson::SIMDJSON_PADDING;
    std::unique_ptr<char[]> bigger(new char[wanted]);  // not value-initialised: it is overwritten at once
    if (size_ != 0) std::memcpy(bigger.get(), bytes_.get(), size_);
    bytes_ = std::move(bigger);
    capacity_ = wanted;
  }
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace hubproof::ingest
