// Every documented outcome runs through the engine or has a reason why not. The vectors are optional reference material
// beside the repository; the tables of the unit tests hold the same behaviours.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/conformance/topics.h"

using namespace hubproof::conformance;

namespace {

std::filesystem::path folder() {
  const char* from_environment = std::getenv("HUBPROOF_SHARED_DIR");
  return std::filesystem::path(from_environment != nullptr ? from_environment : HUBPROOF_SHARED_DIR) / "vectors";
}

}  // namespace

TEST_CASE("documented outcomes: every vector agrees with the engine or says why it is left out") {
  if (!std::filesystem::exists(folder())) {
    std::cout << "skipped: no vectors at " << folder() << "\n";
    return;
  }
  std::set<std::string> files;
  std::string summary;
  Tally all;
  for (const Topic& topic :
       {routing(), private_endpoint(), nsg(), peering(), avnm(), firewall(), dns(), nat(), paas(), vwan()}) {
    const std::string name(topic.file);
    CAPTURE(name);
    files.insert(name + ".json");
    std::ifstream in(folder() / (name + ".json"));
    REQUIRE(in);
    const Tally tally = check(topic, Json::parse(in));
    summary += to_string(topic, tally);
    all.total += tally.total;
    all.agree += tally.agree;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    if (entry.path().extension() == ".json") CHECK(files.count(name) == 1);
  }
  std::cout << summary << "all: " << all.total << " vectors, " << all.agree << " agree\n";
  CHECK(all.agree > 0);
}
