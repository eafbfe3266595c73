#include "engine/ingest/row_id.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/core/text.h"
#include "engine/ingest/kinds.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

constexpr std::size_t kLongestId = 4096;

/// The top bit of each byte that is a '/', of the eight at `text`.
std::uint64_t slashes_in(const char* text) {
  static_assert(std::endian::native == std::endian::little, "is_arm_id() looks at neighbours by shifting");
  constexpr std::uint64_t kEachByte = 0x0101010101010101ULL;
  constexpr std::uint64_t kLowBits = 0x7FULL * kEachByte;
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  word ^= kEachByte * '/';
  return ~(((word & kLowBits) + kLowBits) | word | kLowBits);
}

}  // namespace

bool is_arm_id(std::string_view id) {
  if (id.size() < 2 || id.size() > kLongestId || id.front() != '/') return false;
  // Eight characters at a time: every id of an export passes here.
  unsigned slashes = 0;
  std::size_t at = 0;
  std::uint64_t last_was_slash = 0;
  for (; at + sizeof(std::uint64_t) <= id.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t found = slashes_in(id.data() + at);
    if ((found & ((found << 8U) | last_was_slash)) != 0) return false;
    last_was_slash = found >> 56U;
    slashes += static_cast<unsigned>(std::popcount(found));
  }
  for (at = std::max<std::size_t>(at, 1); at < id.size(); ++at) {
    if (id[at] != '/') continue;
    if (id[at - 1] == '/') return false;
    ++slashes;
  }
  if (id.size() < sizeof(std::uint64_t)) ++slashes;  // the first one, which the second loop leaves out
  return slashes % 2 == 0;
}

bool is_of_type(std::string_view id, std::string_view type) {
  constexpr std::string_view kProviders = "/providers/";
  if (type.empty() || std::count(type.begin(), type.end(), '/') != 1) return false;
  const std::size_t name = id.rfind('/');
  if (name == std::string_view::npos || name < type.size() + kProviders.size()) return false;
  const std::size_t begin = name - type.size();
  return text::equals(id.substr(begin, type.size()), type) &&
         id.substr(begin - kProviders.size(), kProviders.size()) == kProviders;
}

void write_type(std::string_view id, std::string& out) {
  constexpr std::string_view kProviders = "/providers/";
  out.clear();
  const std::size_t providers = id.rfind(kProviders);
  if (providers == std::string_view::npos) return;
  std::size_t segment = 0;
  for (std::size_t at = providers + kProviders.size(); at < id.size(); ++segment) {
    const std::size_t end = std::min(id.find('/', at), id.size());
    const bool is_name = segment != 0 && segment % 2 == 0;  // namespace, type, name, type, name
    if (!is_name) {
      if (segment != 0) out += '/';
      for (; at < end; ++at) out += text::to_lower(id[at]);
    }
    at = end + 1;
  }
}

bool contradicts(std::string_view id, std::string_view type) {
  const std::string_view last = type.substr(type.rfind('/') + 1);
  const std::string_view before_name = id.substr(0, id.rfind('/'));
  if (text::ends_with(before_name, last) && before_name.size() > last.size() &&
      before_name[before_name.size() - last.size() - 1] == '/') {
    return false;
  }
  const std::string stated = arm_type(id);
  const ResourceKind* kind = stated == type ? nullptr : find_kind(stated);
  return kind != nullptr && kind->read != nullptr;
}

}  // namespace hubproof::ingest
