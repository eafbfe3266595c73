// Runs the built program without a shell, and keeps what it printed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/support/folder.h"

namespace hubproof::test {

struct Ended {
  int code = -1;  ///< exit code; 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

struct Run {
  std::vector<std::string> environment;  ///< "NAME=value"; nothing is inherited but PATH
  std::string folder;                    ///< where it runs; empty: a fresh empty folder
  std::string out_file;                  ///< stdout goes there, as "/dev/full"; empty: it is kept
};

/// Waits for the end. Aborts the test program when the program cannot be started.
Ended run(const std::string& program, const std::vector<std::string>& arguments, const Run& how = {});

std::string read_file(const std::string& path);

}  // namespace hubproof::test
