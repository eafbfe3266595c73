// The answer to a question about sets of packets, as text and as JSON.
#pragma once

#include <cstddef>
#include <string>

#include "engine/net/query.h"
#include "engine/report/report.h"

namespace hubproof::report {

struct QueryReport {
  std::string sentence;  ///< the question in words
  net::Question question;
  net::Answer answer;
  bool wants_count = false;   ///< text: the tally alone
  std::size_t witnesses = 1;  ///< text: boxes whose witness is shown hop by hop
};

std::string query_text(const Subject& subject, const QueryReport& report, const TextStyle& style);
/// `query -o json` (schema: rules/schemas/query.schema.json).
std::string query_json(const Subject& subject, const QueryReport& report);

}  // namespace hubproof::report
