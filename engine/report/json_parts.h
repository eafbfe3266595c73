// Pieces of the JSON documents that several of them share. Every key is always there; what is not known is null.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "engine/report/report.h"

namespace hubproof::report {

using Json = nlohmann::ordered_json;

/// `value` as text without blanks. Bytes of the input that are no UTF-8 become U+FFFD.
std::string dump(const Json& value);

/// Looks every place up once: many findings rest on the same facts.
class Places {
 public:
  explicit Places(const Subject& subject) : subject_(subject) {}
  const Location& of(model::ResourceId id, std::string_view pointer);
  const model::Estate& estate() const { return subject_.view.estate; }

 private:
  const Subject& subject_;
  std::map<std::pair<model::ResourceId, std::string>, Location> known_;
};

/// The text, or null when it is empty.
Json text_or_null(std::string_view text);
Json resource_json(const model::Estate& estate, model::ResourceId id);
/// {"file","line","column"}, or null when the file is not known.
Json location_json(const Location& where);
Json fact_json(Places& places, const model::Fact& fact);
Json facts_json(Places& places, const std::vector<model::Fact>& facts);
/// {"flow","disposition","hops","crossed_firewall","virtual_networks","unknown_because"}
Json trace_body(Places& places, const net::Trace& trace);
Json strings_json(const std::vector<std::string>& strings);

Json tool_json();
Json inputs_json(const model::Snapshot& snapshot);
/// {"whole","gaps","problems","ambiguities"}
Json completeness_json(const Subject& subject);

}  // namespace hubproof::report
