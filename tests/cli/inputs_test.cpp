// Inputs that are good, empty, broken or absent, and the outputs made from them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"

using namespace hubproof;
using nlohmann::json;

namespace {

const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";

test::Ended hubproof_run(const std::vector<std::string>& arguments, const test::Run& how = {}) {
  return test::run(HUBPROOF_PROGRAM, arguments, how);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string kEmptyPage = R"({"count":0,"data":[],"skip_token":null,"total_records":0})";
// One storage account, open to everybody: a page of `az graph query`.
const std::string kOpenAccount =
    R"({"count":1,"data":[{"id":"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stopen","name":"stopen","type":"microsoft.storage/storageaccounts","location":"westeurope","kind":"StorageV2","sku":{"name":"Standard_LRS"},"properties":{"provisioningState":"Succeeded","publicNetworkAccess":"Enabled","networkAcls":{"defaultAction":"Allow","bypass":"AzureServices","ipRules":[],"virtualNetworkRules":[]}}}],"skip_token":null,"total_records":1})";

}  // namespace

TEST_CASE("the compliant estate is proved: exit 0, and the last line says so") {
  const test::Ended ended = hubproof_run({"verify", kCompliant});
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "HOLDS: every rule that applies is proved or passed."));
  CHECK(has(ended.out, "proved[HP-TRN-015]"));
  CHECK(ended.err.empty());
}

TEST_CASE("an open account is a violation: exit 1, and --exit-zero or --fail-on none let it through") {
  const test::Folder folder;
  const std::string page = folder.write("page.json", kOpenAccount);
  const test::Ended ended = hubproof_run({"verify", page});
  CAPTURE(ended.out);
  CHECK(ended.code == 1);
  CHECK(has(ended.out, "violation[HP-EXP-004]"));
  CHECK(has(ended.out, "VIOLATED"));
  CHECK(hubproof_run({"verify", page, "--exit-zero"}).code == 0);
  CHECK(hubproof_run({"verify", page, "--fail-on", "none"}).code != 1);
}

TEST_CASE("a valid page without rows: nothing to verify, exit 4; --allow-empty lets it through") {
  const test::Folder folder;
  const std::string page = folder.write("page.json", kEmptyPage);
  const test::Ended ended = hubproof_run({"verify", page});
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  CHECK(ended.code == 4);
  CHECK(has(ended.err, "nothing to verify"));
  CHECK(hubproof_run({"verify", page, "--allow-empty"}).code == 0);
}

TEST_CASE("a folder that holds no export cannot be used: exit 2") {
  const test::Folder folder;
  folder.write("notes/readme.txt", "nothing here\n");
  for (const char* command : {"verify", "inventory", "validate"}) {
    CAPTURE(std::string(command));
    CHECK(hubproof_run({command, folder.path()}).code == 2);
  }
}

TEST_CASE("a broken file beside a good export: the good one is used, but nothing ends with 0") {
  const test::Folder folder;
  const std::string broken = folder.write("broken.json", R"({"count":1,"data":[{"id":"/subscriptions/)");
  const test::Ended ended = hubproof_run({"verify", kCompliant, broken});
  CAPTURE(ended.out);
  CHECK(ended.code == 3);
  CHECK(has(ended.out, "broken.json"));
  CHECK_FALSE(has(ended.out, "HOLDS: every"));
  CHECK(hubproof_run({"validate", kCompliant, broken}).code == 3);
  CHECK(hubproof_run({"verify", broken}).code == 2);
}

TEST_CASE("validate: a whole export is clean") {
  const test::Ended ended = hubproof_run({"validate", kCompliant});
  CAPTURE(ended.out);
  CHECK(ended.code == 0);
}

TEST_CASE("the JSON result can be parsed, holds no clock, and is the same in every run") {
  const test::Ended first = hubproof_run({"verify", kCompliant, "-o", "json"});
  const test::Ended second = hubproof_run({"verify", kCompliant, "-o", "json"});
  CHECK(first.code == 0);
  CHECK(first.out == second.out);
  const json document = json::parse(first.out);
  CHECK(document["format_version"] == 1);
  CHECK(document["findings"].is_array());
  CHECK(document["completeness"]["whole"] == true);
  CHECK(document["summary"]["rules"]["fail"] == 0);
}

TEST_CASE("text and JSON go to files, whole, and stderr tells the tally") {
  const test::Folder folder;
  const test::Ended ended =
      hubproof_run({"verify", kCompliant, "-o", "json=" + folder.path("r.json"), "-o", "text=" + folder.path("r.txt")});
  CHECK(ended.code == 0);
  CHECK(ended.out.empty());
  CHECK(has(ended.err, "HOLDS"));
  CHECK(json::parse(test::read_file(folder.path("r.json")))["format_version"] == 1);
  CHECK(has(test::read_file(folder.path("r.txt")), "HOLDS"));
}

TEST_CASE("an output that cannot be written is told and ends with 2, whatever the verdict") {
  const test::Folder folder;
  const test::Ended ended = hubproof_run({"verify", kCompliant, "-o", "json=" + folder.path("no/such/folder/r.json")});
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "cannot write"));
}

TEST_CASE("colour is there only when it is wanted") {
  const auto colored = [](const std::vector<std::string>& arguments, std::vector<std::string> environment) {
    test::Run how;
    how.environment = std::move(environment);
    return has(hubproof_run(arguments, how).out, "\x1b[");
  };
  CHECK_FALSE(colored({"rules", "list"}, {}));
  CHECK(colored({"rules", "list"}, {"CLICOLOR_FORCE=1"}));
  CHECK_FALSE(colored({"rules", "list"}, {"CLICOLOR_FORCE=1", "NO_COLOR=1"}));
  CHECK(colored({"rules", "list", "--color", "always"}, {"NO_COLOR=1"}));
}

TEST_CASE("inventory shows roles with their reasons; its JSON can be parsed") {
  const test::Ended ended = hubproof_run({"inventory", kCompliant});
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "hub"));
  CHECK(has(ended.out, "spoke"));
  CHECK(json::parse(hubproof_run({"inventory", kCompliant, "-o", "json"}).out)["roles"]["hubs"].size() == 1);
}

TEST_CASE("explain with inputs tells what that rule found and no other") {
  const test::Folder folder;
  const std::string page = folder.write("page.json", kOpenAccount);
  const test::Ended ended = hubproof_run({"explain", "hp-exp-004", page});
  CHECK(ended.code == 1);
  CHECK(has(ended.out, "violation[HP-EXP-004]"));
  CHECK_FALSE(has(ended.out, "HP-EXP-012]"));
}

TEST_CASE("a rule that is skipped says nothing, and a family can be chosen") {
  const json document = json::parse(
      hubproof_run({"verify", kCompliant, "--rule", "HP-DNS", "--skip-rule", "HP-DNS-001", "-o", "json"}).out);
  REQUIRE_FALSE(document["summary"]["by_rule"].empty());
  for (const json& rule : document["summary"]["by_rule"]) {
    CHECK(rule["rule"].get<std::string>().rfind("HP-DNS-", 0) == 0);
    CHECK(rule["rule"] != "HP-DNS-001");
  }
}
