// Setting<T>: one configuration value with its three ways of not being there (azure-semantics.md 0: null, "", absent
// and the documented default are different things).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace hubproof::model {

/// Absent (or null) in the export, known, or present in a form that was not understood. An unreadable setting may
/// have any value; nothing may be proved from it.
template <class T>
class Setting {
 public:
  Setting() = default;
  Setting(T value) : state_(std::in_place_index<1>, std::move(value)) {}
  static Setting unreadable(std::string met) {
    Setting out;
    out.state_.template emplace<2>(std::move(met));
    return out;
  }
  bool is_absent() const { return state_.index() == 0; }
  bool is_known() const { return state_.index() == 1; }
  bool is_unreadable() const { return state_.index() == 2; }
  /// Precondition: is_known().
  const T& value() const { return std::get<1>(state_); }
  /// What the export held. Precondition: is_unreadable().
  const std::string& met() const { return std::get<2>(state_); }
  /// Known and equal to `wanted`.
  bool is(const T& wanted) const { return is_known() && value() == wanted; }
  /// The known value, `fallback` when absent, nothing when unreadable.
  std::optional<T> value_or_default(T fallback) const {
    if (is_known()) return value();
    if (is_absent()) return fallback;
    return std::nullopt;
  }
  friend bool operator==(const Setting&, const Setting&) = default;

 private:
  std::variant<std::monostate, T, std::string> state_;
};

}  // namespace hubproof::model
