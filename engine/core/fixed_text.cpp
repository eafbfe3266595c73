#include "engine/core/fixed_text.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace hubproof::text {

FixedText::FixedText(std::string_view text) {
  if (text.empty()) return;
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("a text of 4 GiB or more");
  char* copy = new char[text.size()];
  std::copy(text.begin(), text.end(), copy);
  data_ = copy;
  size_ = static_cast<std::uint32_t>(text.size());
  is_owned_ = true;
}

FixedText::FixedText(const FixedText& other) : data_(other.data_), size_(other.size_) {
  if (other.is_owned_) *this = FixedText(other.view());
}

FixedText::FixedText(FixedText&& other) noexcept
    : data_(std::exchange(other.data_, "")),
      size_(std::exchange(other.size_, 0)),
      is_owned_(std::exchange(other.is_owned_, false)) {}

FixedText& FixedText::operator=(FixedText other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(is_owned_, other.is_owned_);
  return *this;
}

}  // namespace hubproof::text
