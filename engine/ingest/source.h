// Finding the files that the command line names, and reading one of them as UTF-8 text.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "engine/core/diagnostic.h"
#include "engine/ingest/padded_buffer.h"

namespace hubproof::ingest {

/// A file to be read.
struct FoundFile {
  std::string path;         ///< as shown to the user; "-" for stdin
  std::string folder;       ///< the folder it stands in: pages of one query are looked for side by side
  bool is_explicit = true;  ///< named on the command line itself; else found inside a folder that was named
};

struct FoundFiles {
  std::vector<FoundFile> files;  ///< sorted by path, each once
  Diagnostics diagnostics;       ///< paths that do not exist, folders that cannot be listed or hold no file
};

/// Folders are walked recursively; hidden entries are left out, and a folder is entered once however many links lead
/// there. Independent of the order of `paths`.
FoundFiles find_files(const std::vector<std::string>& paths);

/// What reading a file gave beside the text itself.
struct SourceText {
  bool is_usable = false;
  std::string problem;  ///< why it is not usable, or what was damaged; empty when all is well
  std::string fix;
  std::string code = "INPUT-FILE";
  std::uint64_t bytes = 0;  ///< as on disk
  bool differs_from_disk = false;
  bool is_cut_off = false;  ///< compressed data ended early: rows after it are lost
  std::string encoding;     ///< ", gzip, UTF-16" and the like, or empty
};

/// Reads whole files into buffers that are reused.
class SourceReader {
 public:
  explicit SourceReader(std::istream* standard_input) : standard_input_(standard_input) {}
  SourceText read(const std::string& path);
  /// The text of the last file that was read. Mutable so that damage can be cut away in place.
  PaddedBuffer& text() { return text_; }

 private:
  SourceText read_bytes(const std::string& path);
  SourceText read_descriptor(int descriptor, std::uint64_t size_hint);
  SourceText read_standard_input();
  void decompress(SourceText& source);
  void transcode(SourceText& source);
  std::istream* standard_input_;
  PaddedBuffer text_;
  PaddedBuffer other_;
};

}  // namespace hubproof::ingest
