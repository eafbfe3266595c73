// FixedText: text that does not change, in 16 bytes. Results of large estates hold hundreds of thousands of texts, most
// of them literals of this program or empty.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace hubproof::text {

/// Refers to a literal, or owns a copy of any other text of less than 4 GiB; throws std::length_error on more.
class FixedText {
 public:
  constexpr FixedText() = default;
  template <std::size_t N>
  consteval FixedText(const char (&literal)[N]) : data_(literal), size_(N - 1) {}
  /// A pointer may be no literal: copied.
  template <std::same_as<const char*> Pointer>
  FixedText(const Pointer& text) : FixedText(std::string_view(text)) {}
  FixedText(std::string_view text);
  FixedText(const std::string& text) : FixedText(std::string_view(text)) {}
  FixedText(const FixedText& other);
  FixedText(FixedText&& other) noexcept;
  FixedText& operator=(FixedText other) noexcept;
  ~FixedText() {
    if (is_owned_) delete[] data_;
  }

  operator std::string_view() const { return {data_, size_}; }
  std::string_view view() const { return {data_, size_}; }
  bool empty() const { return size_ == 0; }
  void clear() { *this = FixedText(); }

  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const FixedText& a, const Text& b) {
    return a.view() == std::string_view(b);
  }
  friend bool operator<(const FixedText& a, const FixedText& b) { return a.view() < b.view(); }
  friend std::ostream& operator<<(std::ostream& out, const FixedText& text) { return out << text.view(); }

 private:
  const char* data_ = "";
  std::uint32_t size_ = 0;
  bool is_owned_ = false;
};

}  // namespace hubproof::text

template <>
struct fmt::formatter<hubproof::text::FixedText> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(const hubproof::text::FixedText& text, Context& context) const {
    return fmt::formatter<fmt::string_view>::format({text.view().data(), text.view().size()}, context);
  }
};
