// What the two halves of the estate builder share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/text.h"
#include "engine/model/id_table.h"
#include "engine/value/port_range.h"

namespace hubproof::test {

[[noreturn]] inline void fail(std::string_view what, std::string_view text) {
  fmt::print(stderr, "estate builder: {} \"{}\"\n", what, text);
  std::abort();
}

/// "a, b" -> {"a", "b"}
inline std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view part = text::trim(list.substr(0, comma));
    if (!part.empty()) out.emplace_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

inline Protocol protocol(std::string_view word) {
  for (const Protocol p : {Protocol::tcp, Protocol::udp, Protocol::icmp, Protocol::esp, Protocol::ah}) {
    if (text::equals(word, name(p))) return p;
  }
  if (word != "*" && !text::equals(word, "any")) fail("no protocol", word);
  return Protocol::any;
}

template <class T>
T& add(std::vector<T>& table, model::ResourceId id) {
  T& entity = table.emplace_back();
  entity.id = id;
  return entity;
}

template <class T>
T* look_up(std::vector<T>& table, model::ResourceId id) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const T& entity) { return entity.id == id; });
  return found == table.end() ? nullptr : &*found;
}

template <class T>
T& get(std::vector<T>& table, model::ResourceId id, std::string_view what) {
  T* found = look_up(table, id);
  if (found == nullptr) fail("not built yet:", what);
  return *found;
}

}  // namespace hubproof::test
