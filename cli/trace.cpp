// hubproof trace INPUT... --from WHERE --to WHERE: what happens to one packet, hop by hop, there and back.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/places.h"
#include "engine/net/reply.h"
#include "engine/net/trace.h"

namespace hubproof::cli {
namespace {

struct TraceOptions {
  std::vector<std::string> inputs;
  std::string from;
  std::string to;
  std::string protocol = "tcp";
  std::uint16_t port = 443;
  std::uint16_t source_port = 49152;
};

Protocol protocol_of(const std::string& word) {
  if (word == "udp") return Protocol::udp;
  return word == "icmp" ? Protocol::icmp : Protocol::tcp;
}

net::Flow flow_of(const TraceOptions& trace, const report::TraceEnd& from, const report::TraceEnd& to) {
  net::Flow flow;
  flow.from = from.place;
  flow.source = from.address;
  flow.destination = to.address;
  flow.protocol = protocol_of(trace.protocol);
  flow.source_port = trace.source_port;
  flow.destination_port = trace.port;
  flow.host = to.host;
  return flow;
}

ExitCode run_trace(const Options& options, const TraceOptions& trace) {
  const std::unique_ptr<LoadedEstate> loaded = load_usable_estate(options, trace.inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const model::View& view = loaded->view();
  const bool as_v6 = is_v6_address(trace.from) || is_v6_address(trace.to);
  const Result<report::TraceEnd> from = find_place(view, trace.from, as_v6);
  if (!from) {
    complain("--from: " + from.error().message);
    return ExitCode::bad_usage;
  }
  const Result<report::TraceEnd> to = find_destination(view, trace.to, *from, as_v6);
  if (!to) {
    complain("--to: " + to.error().message);
    return ExitCode::bad_usage;
  }
  if (from->address.index() != to->address.index()) {
    complain(fmt::format("--from is {} and --to is {}: no packet goes from one family to the other",
                         to_string(from->address), to_string(to->address)));
    return ExitCode::bad_usage;
  }
  report::TraceReport report{*from, *to, net::trace(view, flow_of(trace, *from, *to)), std::nullopt, {}};
  net::Reply reply = net::trace_reply(view, report.forward);
  report.back = std::move(reply.trace);
  report.return_note = std::move(reply.note);
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::trace_json(loaded->subject(), report)
                                  : report::trace_text(loaded->subject(), report, style);
  };
  if (const std::optional<Error> error = write_outputs(options, render)) {
    complain(error->message);
    return ExitCode::bad_usage;
  }
  const bool is_open = report.forward.disposition == net::Disposition::unknown;
  return eased(options, is_open ? ExitCode::undecided : ExitCode::proved);
}

}  // namespace

void add_trace(Program& program) {
  const auto trace = std::make_shared<TraceOptions>();
  CLI::App* command = program.app.add_subcommand("trace", "Follow one packet hop by hop, there and back");
  add_inputs(*command, trace->inputs, true);
  const auto where = [](const std::string& text) {
    return text.empty() ? std::string("must not be empty") : std::string();
  };
  command
      ->add_option("--from", trace->from,
                   "Where the packet starts: an address, VNET/ADDRESS, Internet, on-premises, or the id or "
                   "unique name of a subnet, network interface, private endpoint or public IP address")
      ->required()
      ->check(where)
      ->type_name("WHERE");
  command->add_option("--to", trace->to, "Where it goes: as --from, or a private-link host name")
      ->required()
      ->check(where)
      ->type_name("WHERE");
  command->add_option("--port", trace->port, "Destination port (default: 443)")->type_name("N");
  command->add_option("--source-port", trace->source_port, "Source port (default: 49152)")->type_name("N");
  command->add_option("--protocol", trace->protocol, "tcp, udp or icmp (default: tcp)")
      ->check(CLI::IsMember({"tcp", "udp", "icmp"}))
      ->type_name("NAME");
  command->callback(
      [&program, trace] { program.run = [&program, trace] { return run_trace(program.options, *trace); }; });
}

}  // namespace hubproof::cli
