// Pieces of the text reports that several of them share.
#pragma once

#include <string>

#include "engine/report/page.h"

namespace hubproof::report {

/// The problems of the input, errors first, the first few of each code in full.
void write_problems(Page& page, const Subject& subject);
/// The hops of a trace, numbered. `expected` is shown beside the hop that decided, which is the one that shares a fact
/// with `facts`, else the last that routed, else the last.
void write_hops(Page& page, const Subject& subject, const net::Trace& trace, const std::vector<model::Fact>& facts,
                std::string_view expected);
/// "   = facts: ..." one line per fact with its place in the input, at most `limit`. `others` counts further facts
/// that are not in the list.
void write_facts(Page& page, const Subject& subject, std::string_view label, const std::vector<model::Fact>& facts,
                 std::size_t limit, std::size_t others = 0);
/// One violated or undecided finding in full. `more` are further resources with the same cause, shown by name.
void write_finding(Page& page, const Subject& subject, const check::Finding& finding,
                   const std::vector<const check::Finding*>& more);

}  // namespace hubproof::report
