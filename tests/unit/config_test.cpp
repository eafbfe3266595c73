// hubproof.yaml: what is read, and how mistakes are told.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "cli/config.h"
#include "cli/output.h"
#include "tests/support/folder.h"

using namespace hubproof;
using namespace hubproof::cli;

namespace {

Config parse(const std::string& text) { return parse_config(text, "hubproof.yaml"); }

/// "line: message" of every problem.
std::string problems(const std::string& text) {
  std::string out;
  for (const Diagnostic& problem : parse(text).problems) {
    out += std::to_string(problem.where.line) + ": " + problem.message +
           (problem.fix.empty() ? "" : " | " + problem.fix) + "\n";
  }
  return out;
}

constexpr const char* kEmpty = "version: 1\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::optional<std::string> no_environment(const char*) { return std::nullopt; }

}  // namespace

TEST_CASE("a whole configuration is read") {
  const Config config = parse(R"(version: 1
designate:
  hubs: [{name: vnet-hub-*}]
  spokes:
    - {management_group: mg-ai-spokes}
    - {subscription: sub-a, resource_group: rg-a, type: virtualNetworks}
  firewalls:
    - {id: /subscriptions/s/resourceGroups/r/providers/Microsoft.Network/azureFirewalls/fw}
    - {nva_ip: 10.0.1.4, vnet: vnet-hub-2}
  dns: {zones_in: [{subscription: sub-c}], resolvers: [10.0.2.4]}
  ingress: [{type: applicationGateways, name: agw-*}]
  direct: [192.0.2.0/24]
assumptions: {learned_prefixes: [10.200.0.0/16]}
)");
  CHECK(config.problems.empty());
  const model::Designations& d = config.designations;
  REQUIRE(d.hubs.size() == 1);
  CHECK(d.hubs.front().name == "vnet-hub-*");
  REQUIRE(d.spokes.size() == 2);
  CHECK(d.spokes[1].resource_group == "rg-a");
  REQUIRE(d.firewalls.size() == 1);
  REQUIRE(d.appliances.size() == 1);
  CHECK(to_string(d.appliances.front().address) == "10.0.1.4");
  CHECK(d.appliances.front().vnet == "vnet-hub-2");
  CHECK(d.dns_zones.size() == 1);
  CHECK(d.dns_servers.size() == 1);
  CHECK(d.ingress.size() == 1);
  REQUIRE(d.direct.size() == 1);
  CHECK(to_string(d.direct.front()) == "192.0.2.0/24");
  CHECK(d.has_learned_prefixes);
  CHECK(d.learned_prefixes.size() == 1);
}

TEST_CASE("learned prefixes that are declared to be none differ from ones that are not declared") {
  CHECK_FALSE(parse("version: 1\n").designations.has_learned_prefixes);
  const Config none = parse("version: 1\nassumptions: {learned_prefixes: []}\n");
  CHECK(none.problems.empty());
  CHECK(none.designations.has_learned_prefixes);
  CHECK(none.designations.learned_prefixes.empty());
}

TEST_CASE("JSON is read as well") {
  CHECK(parse(R"({"version": 1, "designate": {"hubs": [{"name": "hub"}]}})").designations.hubs.size() == 1);
}

TEST_CASE("mistakes are told with their line, and what was meant") {
  struct Row {
    std::string why, text, expected;
  };
  const Row rows[] = {
      {"an unknown key near a known one", "version: 1\ndesignate:\n  hub: []\n",
       "3: designate: unknown key \"hub\" | did you mean \"hubs\"?\n"},
      {"an unknown key near none", "version: 1\nxyzzy: 1\n",
       "2: configuration: unknown key \"xyzzy\" | known keys: $schema, version, designate, assumptions\n"},
      {"a doubled key", "version: 1\ndesignate: {}\ndesignate: {}\n",
       "3: configuration: key \"designate\" stands here twice\n"},
      {"a list where a mapping belongs", "version: 1\ndesignate: []\n", "2: designate: a list, must be a mapping\n"},
      {"a value where a list belongs", "version: 1\ndesignate:\n  hubs: hub\n",
       "3: designate: hubs: a single value, must be a list\n"},
      {"a selector that is no mapping", "version: 1\ndesignate:\n  hubs: [hub]\n",
       "3: designate: hubs: a single value, must be a mapping\n"},
      {"a selector that selects nothing", "version: 1\ndesignate:\n  hubs: [{}]\n",
       "3: designate: hubs: an empty selector matches nothing\n"},
      {"a selector with a null part", "version: 1\ndesignate:\n  hubs:\n    - name:\n",
       "4: designate: hubs: name: nothing, must be a text that is not empty\n"},
      {"an appliance without its network", "version: 1\ndesignate:\n  firewalls: [{nva_ip: 10.0.0.4}]\n",
       "3: designate: firewalls: nva_ip needs vnet, the virtual network that holds the address\n"},
      {"a missing version", "designate: {}\n",
       "1: configuration: version is missing | write  version: 1  as the first line\n"},
      {"a version of the future", "version: 2\n", "1: version: 2, must be 1\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(problems(row.text) == row.expected);
  }
}

TEST_CASE("a wrong address or prefix is refused, never read as something else") {
  for (const char* bad : {"10.0.0.300/8", "10.0.0.1/8", "10.0.0.0/33", "ten"}) {
    CAPTURE(std::string(bad));
    const Config config = parse(std::string("version: 1\ndesignate:\n  direct: [") + bad + "]\n");
    REQUIRE(config.problems.size() == 1);
    CHECK(config.problems.front().where.line == 3);
    CHECK(config.designations.direct.empty());
  }
}

TEST_CASE("all mistakes are told in one run") {
  CHECK(parse("version: 9\ndesignate: {hub: 1, direct: [x]}\nassumption: {}\n").problems.size() == 4);
}

TEST_CASE("what is no YAML, empty, or more than one document is an error with its line") {
  CHECK(has(problems("version: 1\n  designate: [\n"), "not YAML"));
  CHECK(parse("version: 1\n  designate: [\n").problems.front().where.line >= 2);
  CHECK(has(problems(""), "is empty"));
  CHECK(has(problems("version: 1\n---\nversion: 1\n"), "more than one"));
  CHECK_FALSE(parse(std::string(100000, '[')).problems.empty());
}

TEST_CASE("the configuration is looked for from here up to the repository root, no further") {
  const test::Folder folder;
  std::filesystem::create_directories(folder.path("a/b"));
  folder.write("hubproof.yaml", kEmpty);
  CHECK(find_config("", no_environment, folder.path("a/b")).value() == "");
  std::filesystem::create_directories(folder.path(".git"));
  CHECK(find_config("", no_environment, folder.path("a/b")).value() == folder.path("hubproof.yaml"));
  folder.write("a/hubproof.json", kEmpty);
  CHECK(find_config("", no_environment, folder.path("a/b")).value() == folder.path("a/hubproof.json"));
  std::filesystem::create_directories(folder.path("a/b/.git"));
  CHECK(find_config("", no_environment, folder.path("a/b")).value() == "");
}

TEST_CASE("the flag outranks the environment, which outranks what is found; a named file must be there") {
  const test::Folder folder;
  folder.write("hubproof.yaml", kEmpty);
  folder.write("flag.yaml", kEmpty);
  folder.write("env.yaml", kEmpty);
  const auto env = [&](const char* name) -> std::optional<std::string> {
    if (std::string(name) == "HUBPROOF_CONFIG") return folder.path("env.yaml");
    return std::nullopt;
  };
  CHECK(find_config(folder.path("flag.yaml"), env, folder.path()).value() == folder.path("flag.yaml"));
  CHECK(find_config("", env, folder.path()).value() == folder.path("env.yaml"));
  CHECK_FALSE(find_config(folder.path("none.yaml"), env, folder.path()).has_value());
}

TEST_CASE("two configuration files in one folder are an error, not a choice") {
  const test::Folder folder;
  folder.write("hubproof.yaml", kEmpty);
  folder.write("hubproof.yml", kEmpty);
  const Result<std::string> found = find_config("", no_environment, folder.path());
  REQUIRE_FALSE(found.has_value());
  CHECK(has(found.error().message, "two configuration files"));
}

TEST_CASE("a configuration larger than a MiB is refused") {
  const test::Folder folder;
  folder.write("hubproof.yaml", std::string(1024 * 1024 + 1, '#'));
  CHECK_FALSE(read_config(folder.path("hubproof.yaml")).has_value());
  CHECK_FALSE(read_config(folder.path()).has_value());
}

TEST_CASE("colour: the flag decides, then NO_COLOR, CLICOLOR_FORCE, TERM and the terminal") {
  struct Row {
    const char* why;
    const char* choice;
    const char* no_color;
    const char* force;
    const char* term;
    bool is_terminal;
    bool expected;
  };
  const Row rows[] = {{"a terminal", "auto", nullptr, nullptr, "xterm", true, true},
                      {"a pipe", "auto", nullptr, nullptr, "xterm", false, false},
                      {"NO_COLOR", "auto", "1", nullptr, "xterm", true, false},
                      {"an empty NO_COLOR counts as unset", "auto", "", nullptr, "xterm", true, true},
                      {"CLICOLOR_FORCE into a pipe", "auto", nullptr, "1", "xterm", false, true},
                      {"CLICOLOR_FORCE=0 forces nothing", "auto", nullptr, "0", "xterm", false, false},
                      {"NO_COLOR outranks CLICOLOR_FORCE", "auto", "1", "1", "xterm", true, false},
                      {"a dumb terminal", "auto", nullptr, nullptr, "dumb", true, false},
                      {"always outranks NO_COLOR", "always", "1", nullptr, "dumb", false, true},
                      {"never outranks CLICOLOR_FORCE", "never", nullptr, "1", "xterm", true, false}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    const auto env = [&](const char* name) -> std::optional<std::string> {
      const std::string word(name);
      const char* value = word == "NO_COLOR" ? row.no_color : word == "CLICOLOR_FORCE" ? row.force : row.term;
      if (value == nullptr) return std::nullopt;
      return std::string(value);
    };
    CHECK(wants_color(row.choice, env, row.is_terminal) == row.expected);
  }
}

TEST_CASE("outputs: text on stdout by default; one stdout, known formats, no file twice") {
  CHECK(parse_outputs({}).value().size() == 1);
  CHECK(parse_outputs({"json", "text=a.txt"}).value()[1].file == "a.txt");
  CHECK(parse_outputs({"json=a=b"}).value()[0].file == "a=b");
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"yaml"}, {"json="}, {"json", "text"}, {"json=a", "text=a"}, {""}}) {
    CHECK_FALSE(parse_outputs(bad).has_value());
  }
}

TEST_CASE("an output file appears whole: nothing is left beside it, and an unwritable place gives a reason") {
  const test::Folder folder;
  CHECK_FALSE(write_file(folder.path("out.json"), "{}").has_value());
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    files += entry.is_regular_file() ? 1U : 0U;
  CHECK(files == 1);
  CHECK(write_file(folder.path("no/such/folder/out.json"), "{}").has_value());
  CHECK(write_file(folder.path(), "{}").has_value());
}
