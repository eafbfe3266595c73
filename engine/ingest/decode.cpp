#include "engine/ingest/decode.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

namespace hubproof::ingest {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: 16 added to the window bits selects gzip
constexpr std::size_t kChunk = 1U << 20U;

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  bool is_ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

Result<Inflated> refuse(PaddedBuffer& out, std::string message) {
  out.resize(0);
  return Error{std::move(message)};
}

/// Some limit is met by `produced` bytes of output out of `compressed` bytes.
std::string bomb(std::uint64_t produced, std::uint64_t compressed) {
  if (produced > kLargestText) return "the decompressed text is larger than 4 GB; export in pages";
  if (produced > kAlwaysAllowed && produced / std::max<std::uint64_t>(compressed, 1) > kLargestRatio) {
    return fmt::format("the file decompresses to more than {} times its size, as a decompression bomb does",
                       kLargestRatio);
  }
  return {};
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto push = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80U) {
    push(code);
  } else if (code < 0x800U) {
    push(0xC0U | (code >> 6U));
    push(0x80U | (code & 0x3FU));
  } else if (code < 0x10000U) {
    push(0xE0U | (code >> 12U));
    push(0x80U | ((code >> 6U) & 0x3FU));
    push(0x80U | (code & 0x3FU));
  } else {
    push(0xF0U | (code >> 18U));
    push(0x80U | ((code >> 12U) & 0x3FU));
    push(0x80U | ((code >> 6U) & 0x3FU));
    push(0x80U | (code & 0x3FU));
  }
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800U && unit < 0xDC00U; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00U && unit < 0xE000U; }

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b'; }

Result<Inflated> inflate_gzip(std::string_view bytes, PaddedBuffer& out) {
  Inflater inflater;
  if (!inflater.is_ready()) return refuse(out, "zlib cannot be started");
  z_stream& stream = inflater.stream();
  std::size_t read = 0;
  std::size_t written = 0;
  out.resize(0);
  while (true) {
    if (stream.avail_in == 0 && read < bytes.size()) {
      const std::size_t part = std::min(kChunk, bytes.size() - read);
      // zlib does not write to its input; its C interface says otherwise.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + read));
      stream.avail_in = static_cast<uInt>(part);
      read += part;
    }
    out.resize(written + kChunk);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(kChunk);
    const int status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = kChunk - stream.avail_out;
    written += made;
    out.resize(written);
    if (std::string why = bomb(written, bytes.size()); !why.empty()) return refuse(out, std::move(why));
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0 && read == bytes.size()) return Inflated{};
      if (inflateReset(&stream) != Z_OK) return Inflated{"zlib cannot go on after the first member"};
      continue;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      return Inflated{fmt::format("the gzip data are damaged ({})", stream.msg == nullptr ? "unknown" : stream.msg)};
    }
    if (made == 0 && stream.avail_in == 0 && read == bytes.size()) return Inflated{"the gzip data end early"};
  }
}

Encoding encoding_of(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() >= 3 && at(0) == 0xEF && at(1) == 0xBB && at(2) == 0xBF) return Encoding::utf8_bom;
  if (bytes.size() < 2) return Encoding::utf8;
  if (at(0) == 0xFF && at(1) == 0xFE) return Encoding::utf16_le;
  if (at(0) == 0xFE && at(1) == 0xFF) return Encoding::utf16_be;
  if (bytes.size() >= 4 && at(0) != 0 && at(1) == 0 && at(2) != 0 && at(3) == 0) return Encoding::utf16_le;
  if (bytes.size() >= 4 && at(0) == 0 && at(1) != 0 && at(2) == 0 && at(3) != 0) return Encoding::utf16_be;
  return Encoding::utf8;
}

std::string utf16_to_utf8(std::string_view bytes, bool big_endian, std::size_t& replaced) {
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    const auto second = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + 1]));
    return big_endian ? (first << 8U) | second : (second << 8U) | first;
  };
  constexpr std::uint32_t kReplacement = 0xFFFDU;
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 8);
  std::size_t i = bytes.size() >= 2 && unit(0) == 0xFEFFU ? 2 : 0;
  while (i + 1 < bytes.size()) {
    std::uint32_t code = unit(i);
    i += 2;
    if (is_high_surrogate(code) && i + 1 < bytes.size() && is_low_surrogate(unit(i))) {
      code = 0x10000U + ((code - 0xD800U) << 10U) + (unit(i) - 0xDC00U);
      i += 2;
    } else if (is_high_surrogate(code) || is_low_surrogate(code)) {
      code = kReplacement;
      ++replaced;
    }
    append_utf8(out, code);
  }
  if (i < bytes.size()) {
    append_utf8(out, kReplacement);
    ++replaced;
  }
  return out;
}

}  // namespace hubproof::ingest
