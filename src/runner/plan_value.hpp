#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/json_scanner.hpp"

namespace statelane::runner {

/// A JSON value as it was written: numbers keep their digits.
struct PlanValue {
  enum class Kind { scalar, string, array, object } kind = Kind::scalar;
  std::string text{};               ///< scalar: as written; string: decoded
  std::vector<std::string> keys{};  ///< object: of `items`, in the order of the text
  std::vector<PlanValue> items{};

  /// A member of an object; null where it has none of the name.
  const PlanValue* find(std::string_view key) const;
  /// A string; empty where the value is none.
  std::string_view string() const { return kind == Kind::string ? std::string_view(text) : std::string_view(); }
  bool is_true() const { return kind == Kind::scalar && text == "true"; }
};

/// The string that `key` names; empty where there is none.
std::string_view string_of(const PlanValue& object, std::string_view key);

/// Puts one value together from the events of a scanner.
class PlanValueBuilder {
 public:
  /// True when the value is complete.
  bool add(const JsonEvent& event);
  PlanValue take();

 private:
  bool put(PlanValue value, bool stays_open);

  std::vector<PlanValue> open_;
};

/// How a value is written for hashing.
struct CanonicalForm {
  std::string_view plan_time{};  ///< a string that is this time counts as "the time of the plan"
  bool masks = false;            ///< values that the plan marks sensitive count as "sensitive"
};

/// What two values have in common only if they are the same but for the order of members, and for what `form` leaves
/// out. `found_time` is set where the plan's time was met.
std::string write_canonical(const PlanValue& value, const CanonicalForm& form, bool& found_time);

}  // namespace statelane::runner
