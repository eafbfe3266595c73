// Diagnostics: what was wrong with the input, told so that the reader can mend it. Collected, never thrown: one run
// reports all problems.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof {

/// How bad a diagnostic or a finding is. The order is from worst to mildest.
enum class Severity { critical, high, medium, low, info };
std::string_view name(Severity severity);

/// A place in an input file. Lines and columns start at 1; 0 means unknown.
struct Location {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  friend bool operator==(const Location&, const Location&) = default;
};

/// One problem of the input.
struct Diagnostic {
  enum class Level {
    error,    ///< something could not be used; what depends on it is unknown
    warning,  ///< used, but worth a look
    note
  };
  Level level = Level::error;
  std::string code;  ///< stable, as in "INPUT-DEPTH"; see docs/input-findings.md
  Location where;
  std::string resource;  ///< ARM id as spelled in the input, or empty
  std::string pointer;   ///< JSON pointer inside the resource, or empty
  std::string message;   ///< what was met and what was wanted
  std::string why;       ///< what follows from it, or empty
  std::string fix;       ///< how to mend it, or empty
};

using Diagnostics = std::vector<Diagnostic>;

/// `file:line:column` with the unknown parts left out.
std::string to_string(const Location& where);

}  // namespace hubproof
