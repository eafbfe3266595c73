// Replays the seed files of the fuzz target, and every input that once crashed it.
#include <doctest/doctest.h>

#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {

TEST_CASE("the files of the fuzz target load, and every row that is used can be found again") {
  std::size_t files = 0;
  for (const char* folder : {"/tests/fuzz/corpus", "/tests/fuzz/regressions"}) {
    if (!std::filesystem::is_directory(std::string(HUBPROOF_SOURCE_DIR) + folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(HUBPROOF_SOURCE_DIR) + folder)) {
      CAPTURE(entry.path().string());
      const model::Snapshot s = load({entry.path().string()});
      const ingest::Locator locator(s);
      for (const model::Resource& row : s.resources) CHECK(!locator.row(row.id).empty());
      CHECK(s.has_usable_input != s.resources.empty());
      ++files;
    }
  }
  CHECK(files >= 12);
}

}  // namespace hubproof::test
