// From the words of a question to the question: what --from, --to and a sentence stand for.
#pragma once

#include <string>

#include "engine/core/result.h"
#include "engine/model/view.h"
#include "engine/net/query.h"

namespace hubproof::cli {

/// A question as it is written.
struct QueryWords {
  std::string from;
  std::string to;
  std::string via;      ///< "firewall" or empty
  std::string not_via;  ///< "firewall" or empty
  std::string protocol = "any";
  std::string port = "*";  ///< N, N-M or *
};

/// True for "exists flow from ..." and "flows from ...".
bool is_sentence(const std::string& text);
/// "exists flow from spokes to Internet not via firewall [protocol tcp] [port 443]" in words. What stands between
/// "from", "to" and the like has no blanks. The error says which word was not expected.
Result<QueryWords> parse_sentence(const std::string& text);

/// "spokes", "hub", "Internet", "on-premises", the id or unique name of a virtual network, a prefix, or what
/// find_place() knows (a subnet then stands for all of its addresses).
Result<net::QueryEnd> find_end(const model::View& view, const std::string& where);

/// The question that the words ask. Errors name the word.
Result<net::Question> find_question(const model::View& view, const QueryWords& words);

/// The words as a sentence that parse_sentence() reads.
std::string to_sentence(const QueryWords& words);

}  // namespace hubproof::cli
