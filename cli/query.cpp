// hubproof query INPUT... --from WHERE --to WHERE: which packets reach it, crossing or not crossing the firewall.
#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/query_ends.h"
#include "engine/report/query.h"

namespace hubproof::cli {
namespace {

struct QueryOptions {
  std::vector<std::string> inputs;
  QueryWords words;
  bool wants_count = false;
  std::size_t witnesses = 1;
};

/// Takes the sentence out of the inputs; false after a complaint.
bool take_sentence(QueryOptions& query) {
  const auto at = std::find_if(query.inputs.begin(), query.inputs.end(), is_sentence);
  if (at == query.inputs.end()) return true;
  const Result<QueryWords> words = parse_sentence(*at);
  if (!words) {
    complain(words.error().message);
    return false;
  }
  query.words = *words;
  query.inputs.erase(at);
  return true;
}

ExitCode run_query(const Options& options, QueryOptions query) {
  const bool has_flags = !query.words.from.empty() || !query.words.to.empty();
  if (!has_flags && !take_sentence(query)) return ExitCode::bad_usage;
  if (query.inputs.empty() || query.words.from.empty() || query.words.to.empty()) {
    complain("query needs INPUT, --from WHERE and --to WHERE (or 'exists flow from WHERE to WHERE')",
             "hubproof query --help");
    return ExitCode::bad_usage;
  }
  const std::unique_ptr<LoadedEstate> loaded = load_usable_estate(options, query.inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const Result<net::Question> question = find_question(loaded->view(), query.words);
  if (!question) {
    complain(question.error().message);
    return ExitCode::bad_usage;
  }
  report::QueryReport report{to_sentence(query.words), *question, net::query(loaded->view(), *question),
                             query.wants_count, query.witnesses};
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::query_json(loaded->subject(), report)
                                  : report::query_text(loaded->subject(), report, style);
  };
  if (const std::optional<Error> error = write_outputs(options, render)) {
    complain(error->message);
    return ExitCode::bad_usage;
  }
  const auto& boxes = report.answer.boxes;
  const bool is_open = !report.answer.open.empty() ||
                       std::any_of(boxes.begin(), boxes.end(), [](const auto& box) { return !box.is_certain; });
  return eased(options, is_open ? ExitCode::undecided : ExitCode::proved);
}

}  // namespace

void add_query(Program& program) {
  const auto query = std::make_shared<QueryOptions>();
  CLI::App* command = program.app.add_subcommand("query", "Tell which packets reach a place, and which way");
  add_inputs(*command, query->inputs, false);
  command
      ->add_option("--from", query->words.from,
                   "Where packets start: spokes, hub, Internet, on-premises, a prefix, the id or unique name of a "
                   "virtual network, or a place as in trace")
      ->type_name("WHERE");
  command->add_option("--to", query->words.to, "Where they go: as --from")->type_name("WHERE");
  command->add_option("--via", query->words.via, "Only packets that cross it: firewall")
      ->check(CLI::IsMember({"firewall"}))
      ->type_name("WHAT");
  command->add_option("--not-via", query->words.not_via, "Only packets that do not cross it: firewall")
      ->check(CLI::IsMember({"firewall"}))
      ->excludes("--via")
      ->type_name("WHAT");
  command->add_option("--port", query->words.port, "Destination port or range (default: all)")->type_name("N[-M]");
  command->add_option("--protocol", query->words.protocol, "tcp, udp, icmp or any (default: any)")
      ->check(CLI::IsMember({"tcp", "udp", "icmp", "any"}))
      ->type_name("NAME");
  command->add_flag("--count", query->wants_count, "Print how many boxes there are and nothing else");
  command->add_option("--witness", query->witnesses, "How many witnesses to show hop by hop (default: 1)")
      ->type_name("N");
  command->callback(
      [&program, query] { program.run = [&program, query] { return run_query(program.options, *query); }; });
}

}  // namespace hubproof::cli
