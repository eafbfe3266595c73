// Loading: files and folders in, a Snapshot out. Shapes are recognised by content, never by file name (inputs.md A3).
#pragma once

#include <functional>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "engine/model/snapshot.h"

namespace hubproof::ingest {

struct LoadOptions {
  /// Called now and then with the bytes read so far and the total; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// What "-" reads; not owned. Null: "-" is an error.
  std::istream* standard_input = nullptr;
};

/// Reads every path (a file, a folder, "-"). Never fails as a whole: what could not be used is a diagnostic of level
/// error, and Snapshot::has_usable_input tells whether anything could. The result does not depend on the order of
/// paths.
model::Snapshot load(const std::vector<std::string>& paths, const LoadOptions& options);

/// Where a resource (and a JSON pointer inside it) stands: file, line, column. Reads the file again when needed; a file
/// that changed or went away gives the file name alone. Remembers line counts, so use one Locator for many questions.
class Locator {
 public:
  explicit Locator(const model::Snapshot& snapshot) : snapshot_(snapshot) {}
  /// `id` may be an embedded child: its parent's row is searched for it.
  Location locate(model::ResourceId id, std::string_view pointer = {}) const;
  /// The start of a row.
  Location locate(const model::Origin& origin) const;
  /// The row of the resource as JSON text; empty when it cannot be read again.
  std::string row(model::ResourceId id) const;

 private:
  const model::Resource* holder_of(model::ResourceId id) const;
  std::string text_of(const model::Origin& origin) const;
  Location place(std::uint32_t source, std::uint64_t offset) const;
  /// Line starts before each block of a source's bytes; empty when it cannot be read.
  const std::vector<std::uint64_t>& blocks_of(std::uint32_t source) const;

  const model::Snapshot& snapshot_;
  mutable std::map<std::uint32_t, std::vector<std::uint64_t>> blocks_;
};

}  // namespace hubproof::ingest
