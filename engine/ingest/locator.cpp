#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/ingest/load.h"
#include "engine/ingest/merge.h"
#include "engine/ingest/structure.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {

using model::Origin;
using model::Resource;
using model::ResourceId;
using model::Source;
using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

namespace {

constexpr std::size_t kBlock = 1U << 16U;

/// `length` bytes of a file from `offset` on; fewer at its end, none when it cannot be read.
std::string read_part(const std::string& path, std::uint64_t offset, std::size_t length) {
  std::string out(length, '\0');
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::size_t held = 0;
  while (held < length) {
    const ssize_t got = pread(descriptor, out.data() + held, length - held, static_cast<off_t>(offset + held));
    if (got <= 0) break;
    held += static_cast<std::size_t>(got);
  }
  close(descriptor);
  out.resize(held);
  return out;
}

std::string part_of(const Source& source, std::uint64_t offset, std::size_t length) {
  if (source.text.empty()) return read_part(source.path, offset, length);
  return offset > source.text.size() ? std::string() : source.text.substr(offset, length);
}

/// Looks through a row for the object whose "id" is `wanted`; its start, or npos.
class ChildSearch {
 public:
  ChildSearch(const simdjson::padded_string& row, std::string_view wanted) : row_(row), wanted_(wanted) {}
  std::size_t run() {
    try {
      simdjson::ondemand::parser parser;
      simdjson::ondemand::document document = parser.iterate(row_);
      look(document.get_value());
    } catch (const simdjson::simdjson_error&) {
      return std::string::npos;
    }
    return found_;
  }

 private:
  void look(value at) {
    const json_type type = at.type();
    if (type == json_type::array) {
      for (value element : at.get_array()) {
        if (found_ == std::string::npos) look(element);
      }
    } else if (type == json_type::object) {
      const char* begin = at.current_location();
      for (simdjson::ondemand::field field : at.get_object()) {
        if (found_ != std::string::npos) return;
        const bool is_id = text::equals(std::string_view(field.unescaped_key()), "id");
        value inner = field.value();
        if (!is_id) {
          look(inner);
        } else if (inner.type() == json_type::string && text::equals(std::string_view(inner.get_string()), wanted_)) {
          found_ = static_cast<std::size_t>(begin - row_.data());
        }
      }
    }
  }
  const simdjson::padded_string& row_;
  std::string_view wanted_;
  std::size_t found_ = std::string::npos;
};

/// The offset of what `pointer` names inside the object that starts at `begin` of `row`; npos when there is no such
/// value.
std::size_t offset_at_pointer(const simdjson::padded_string& row, std::size_t begin, std::string_view pointer) {
  try {
    simdjson::ondemand::parser parser;
    const std::vector<std::string_view> documents = split_documents(std::string_view(row).substr(begin));
    if (documents.empty()) return std::string::npos;
    const std::string_view object = documents.front();
    simdjson::ondemand::document document = parser.iterate(
        simdjson::padded_string_view(object.data(), object.size(), row.size() - begin + simdjson::SIMDJSON_PADDING));
    value at = document.at_pointer(pointer);
    const char* place = at.current_location();
    return static_cast<std::size_t>(place - row.data());
  } catch (const simdjson::simdjson_error&) {
    return std::string::npos;
  }
}

}  // namespace

const Resource* Locator::holder_of(ResourceId id) const {
  const auto& rows = snapshot_.resources;
  for (std::string_view at = snapshot_.ids.spelling(id); !at.empty(); at = arm_parent(at)) {
    const auto row = std::lower_bound(rows.begin(), rows.end(), at, [this](const Resource& r, std::string_view wanted) {
      return compare_ids(snapshot_.ids.spelling(r.id), wanted) < 0;
    });
    if (row != rows.end() && compare_ids(snapshot_.ids.spelling(row->id), at) == 0) return &*row;
  }
  return nullptr;
}

std::string Locator::text_of(const Origin& origin) const {
  std::string text = part_of(snapshot_.sources[origin.source], origin.offset, origin.length);
  const bool is_object = text.size() == origin.length && !text.empty() && text.front() == '{' && text.back() == '}';
  return is_object ? text : std::string();
}

const std::vector<std::uint64_t>& Locator::blocks_of(std::uint32_t index) const {
  const auto [at, is_new] = blocks_.try_emplace(index);
  if (!is_new) return at->second;
  const Source& source = snapshot_.sources[index];
  std::uint64_t lines = 0;
  for (std::uint64_t offset = 0;; offset += kBlock) {
    const std::string block = part_of(source, offset, kBlock);
    if (block.empty()) break;
    at->second.push_back(lines);
    lines += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), '\n'));
  }
  return at->second;
}

Location Locator::place(std::uint32_t index, std::uint64_t offset) const {
  const Source& source = snapshot_.sources[index];
  Location out;
  out.file = source.path;
  if (!source.lines.empty()) {
    const auto after = std::upper_bound(source.lines.begin(), source.lines.end(), offset,
                                        [](std::uint64_t o, const auto& line) { return o < line.first; });
    if (after != source.lines.begin()) out.line = std::prev(after)->second;
    return out;
  }
  const std::vector<std::uint64_t>& blocks = blocks_of(index);
  const std::size_t block = static_cast<std::size_t>(offset / kBlock);
  if (block >= blocks.size()) return out;
  const std::string part = part_of(source, block * kBlock, static_cast<std::size_t>(offset % kBlock));
  out.line = static_cast<std::size_t>(blocks[block]) + 1 +
             static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
  // The line may have begun in an earlier block: then its column is told only when that is the block before.
  const std::size_t newline = part.rfind('\n');
  if (newline != std::string::npos || block == 0) {
    out.column = column_of(part, part.size());
  } else {
    const std::string before = part_of(source, (block - 1) * kBlock, kBlock);
    if (before.rfind('\n') != std::string::npos || block == 1)
      out.column = column_of(before + part, before.size() + part.size());
  }
  return out;
}

Location Locator::locate(const Origin& origin) const { return place(origin.source, origin.offset); }

Location Locator::locate(ResourceId id, std::string_view pointer) const {
  if (!id.is_set()) return {};
  const Resource* holder = holder_of(id);
  if (holder == nullptr) return {};
  const std::string text = text_of(holder->origin);
  if (text.empty()) return {snapshot_.sources[holder->origin.source].path, 0, 0};
  std::size_t begin = 0;
  const simdjson::padded_string row(text);
  const bool is_child = holder->id != id;
  if (depth_of(text) > kDeepest) return locate(holder->origin);
  if (ChildSearch(row, snapshot_.ids.spelling(holder->id)).run() != 0) {  // another row stands there now
    return {snapshot_.sources[holder->origin.source].path, 0, 0};
  }
  if (is_child) {
    begin = ChildSearch(row, snapshot_.ids.spelling(id)).run();
    if (begin == std::string::npos) begin = 0;
  }
  if (!pointer.empty()) {
    std::size_t at = offset_at_pointer(row, begin, pointer);
    if (at == std::string::npos && is_child) at = offset_at_pointer(row, 0, pointer);
    if (at != std::string::npos) begin = at;
  }
  return place(holder->origin.source, holder->origin.offset + begin);
}

std::string Locator::row(ResourceId id) const {
  const Resource* holder = id.is_set() ? holder_of(id) : nullptr;
  return holder == nullptr || holder->id != id ? std::string() : text_of(holder->origin);
}

}  // namespace hubproof::ingest
