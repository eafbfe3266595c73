// ReadContext: what the readers of resource kinds share while a row is read: where their results go, and where they
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/snapshot.h"

namespace hubproof::ingest {

/// What readers write into, and the JSON pointer of the value being read. One context serves a whole load.
struct ReadContext {
  model::Snapshot& snapshot;
  model::Entity* entity = nullptr;  ///< receives what could not be read; never null while a reader runs
  struct Step {
    std::string_view key;  ///< object key, or empty for an array element
    std::size_t index = 0;
    const Step* outer = nullptr;
  };
  const Step* path = nullptr;  ///< the innermost step; the row loop starts with "properties" before it calls a reader
  const Step* base = nullptr;  ///< the step of the embedded child being read; pointers begin behind it
  bool met_unread = false;     ///< something was recorded as unread since the row loop last looked
  std::string repeated_key = {};  ///< pointer of the first key that came twice in its object since then
  /// Tables::service_tags beyond the first few, by lower-cased text; intern_tag() keeps it.
  std::unordered_map<std::string, std::uint32_t> more_tags = {};
  /// Indices into Tables::prefixes_v6; intern_prefix() keeps it.
  std::map<Prefix6, std::uint32_t> known_prefixes = {};
  /// Where the rules of a group are read into; kept so that a group allocates once only.
  std::vector<model::SecurityRule> rules = {};
  /// Texts of default security rules that are Azure's own: every group repeats the same six.
  std::vector<std::string> azure_default_rules = {};
  /// "/properties/addressPrefix", relative to the row, or to the embedded child that is read.
  std::string pointer() const;
};

/// The index of a service tag (or of a text that stands in its place) in Tables::service_tags; entered when new. Texts
/// that differ in case are one.
std::uint32_t intern_tag(ReadContext& context, std::string_view tag);

/// The index of a prefix in Tables::prefixes_v6; entered when new.
std::uint32_t intern_prefix(ReadContext& context, const Prefix6& prefix);

/// An ARM id, interned. An id whose leading '/' was lost ("subscriptions/...", "resourceGroups/...") gets it back.
/// Precondition: not empty.
model::ResourceId intern_id(ReadContext& context, std::string_view id);

/// While it lives, what cannot be read is recorded at `entity`.
class EntityScope {
 public:
  enum class Start : std::uint8_t {
    row,  ///< pointers go on from the row's root
    here  ///< the value about to be read is a resource of its own, embedded in its parent
  };
  EntityScope(ReadContext& context, model::Entity& entity, Start start = Start::row)
      : context_(context), outer_(context.entity), base_(context.base) {
    context.entity = &entity;
    if (start == Start::here) context.base = context.path;
  }
  ~EntityScope() {
    context_.entity = outer_;
    context_.base = base_;
  }
  EntityScope(const EntityScope&) = delete;
  EntityScope& operator=(const EntityScope&) = delete;

 private:
  ReadContext& context_;
  model::Entity* outer_;
  const ReadContext::Step* base_;
};

}  // namespace hubproof::ingest
