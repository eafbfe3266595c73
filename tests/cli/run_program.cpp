#include "tests/cli/run_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hubproof::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void stop(const char* what) {
  std::perror(what);
  std::abort();
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

void redirect(const std::string& file, int descriptor) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(127);
}

}  // namespace

// Files take the output: a pipe that is read after the end could fill up and stop the program.
Ended run(const std::string& program, const std::vector<std::string>& arguments, const Run& how) {
  const Folder scratch;
  const std::string out = how.out_file.empty() ? scratch.path("out") : how.out_file;
  const std::string folder = how.folder.empty() ? scratch.path() : how.folder;
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = how.environment;
  environment.emplace_back("PATH=/usr/bin:/bin");
  std::vector<char*> argv = pointers(words);
  std::vector<char*> envp = pointers(environment);
  const pid_t child = fork();
  if (child < 0) stop("fork");
  if (child == 0) {
    redirect(out, STDOUT_FILENO);
    redirect(scratch.path("err"), STDERR_FILENO);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || chdir(folder.c_str()) != 0) _exit(127);
    execve(program.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) stop("waitpid");
  Ended ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (how.out_file.empty()) ended.out = read_file(out);
  ended.err = read_file(scratch.path("err"));
  return ended;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace hubproof::test
