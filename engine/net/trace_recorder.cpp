#include "engine/net/trace_recorder.h"

namespace hubproof::net {

Hop& TraceRecorder::hop(const Place& at, std::string decision, std::string note) {
  Hop& out = trace_.hops.emplace_back();
  out.at = at;
  out.decision = std::move(decision);
  out.note = std::move(note);
  return out;
}

void TraceRecorder::end(Disposition disposition, std::string decision, const Place& at, std::string note,
                        std::vector<model::Fact> facts) {
  hop(at, std::move(decision), std::move(note)).decided_by = std::move(facts);
  trace_.disposition = disposition;
  is_ended_ = true;
}

void TraceRecorder::give_up(const Place& at, std::string why, std::vector<model::Fact> facts) {
  trace_.unknown_because.push_back(why);
  end(Disposition::unknown, "unknown", at, std::move(why), std::move(facts));
}

void TraceRecorder::enter_vnet(model::ResourceId vnet) {
  if (trace_.vnets.empty() || trace_.vnets.back() != vnet) trace_.vnets.push_back(vnet);
}

bool TraceRecorder::allow(const FilterResult& result, const Place& at, std::string_view direction) {
  if (result.decided_by.empty() && result.decision == FilterResult::Decision::allow) return true;
  switch (result.decision) {
    case FilterResult::Decision::allow:
      hop(at, "allow", fmt::format("{}: allowed by {}", direction, result.reason)).decided_by = result.decided_by;
      return true;
    case FilterResult::Decision::deny:
      end(Disposition::denied, "deny", at, fmt::format("{}: denied by {}", direction, result.reason),
          result.decided_by);
      return false;
    case FilterResult::Decision::unknown:
      give_up(at, fmt::format("{}: {}", direction, result.reason), result.decided_by);
      return false;
  }
  return false;
}

}  // namespace hubproof::net
