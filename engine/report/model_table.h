// What of Azure is modelled, approximated and not modelled: data from rules/model.json, embedded at build time. One
// entry per behaviour, with the code that implements it, the page that documents it and the tests that show it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof::report {

enum class ModelStatus : std::uint8_t { modelled, approximated, not_modelled };
/// "modelled", "approximated" or "not_modelled", as in the data and on the command line.
std::string_view name(ModelStatus status);

/// A word of the table with its meaning, as "over", or an area with its title, as "entries" and "Entries and exits".
struct ModelWord {
  std::string name;
  std::string meaning;
};

/// A test case, a row of its table, or a broken variant of the compliant estate.
struct ModelTest {
  std::string file;       ///< "tests/unit/net_routes_test.cpp"; empty for a variant
  std::string test_case;  ///< the sentence of TEST_CASE
  std::string row;        ///< the sentence of the row that shows it; empty: the whole case does
  std::string variant;    ///< the name of a file of fixtures/variants, without its ending
};

struct ModelEntry {
  std::string area;  ///< the name of one of the areas
  std::string what;
  ModelStatus status = ModelStatus::modelled;
  std::string how;                   ///< what is done instead; empty for what is modelled
  std::string direction;             ///< one of the words; empty unless approximated
  std::vector<std::string> where;    ///< files of engine/ without their ending, as "net/routes"
  std::vector<std::string> sources;  ///< links
  std::vector<ModelTest> tests;      ///< at least one, unless not modelled
};

struct ModelTable {
  std::vector<ModelWord> words;  ///< the directions in which an approximation errs
  std::vector<ModelWord> areas;
  std::vector<ModelEntry> entries;  ///< area by area, in the order of `areas`
};

/// The embedded table. Its JSON is checked by a test, so this cannot fail in a shipped binary.
const ModelTable& model_table();

/// The entries of one area and of one status; all when `area` is empty, or `status` unset. Areas without any go.
ModelTable selected(const ModelTable& table, std::string_view area, std::optional<ModelStatus> status);

}  // namespace hubproof::report
