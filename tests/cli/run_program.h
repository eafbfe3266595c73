// Runs the built program without a shell, and keeps what it printed.
#pragma once

#include <string>
#include <utility>
#include <vector>

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

/// A fresh folder, removed with the object.
class Scratch {
 public:
  explicit Scratch(const std::string& name);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  /// Writes a file and gives its path.
  std::string write(const std::string& name, const std::string& text) const;
  std::string at(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_file(const std::string& path);

}  // namespace hubproof::test
