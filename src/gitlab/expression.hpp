#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::gitlab {

/// A variable in `rules:if`: unset, known, or known only to be some text.
struct VariableValue {
  enum class Kind { unset, known, some, unknown };
  Kind kind = Kind::unknown;
  std::string text;         ///< `known`: the value
  std::string not_equal{};  ///< `some`: a text that it is not

  static VariableValue unset() { return {Kind::unset, ""}; }
  static VariableValue known(std::string text) { return {Kind::known, std::move(text)}; }
  /// Not empty, and nothing more is known of it than that it is not `other`.
  static VariableValue some(std::string other = "") { return {Kind::some, "", std::move(other)}; }

  friend bool operator==(const VariableValue&, const VariableValue&) = default;
};

/// Variable → value; a variable that is not here is unknown.
using VariableValues = std::map<std::string, VariableValue, std::less<>>;

enum class Truth { no, yes, unknown };

Truth both(Truth left, Truth right);
Truth either(Truth left, Truth right);
Truth negate(Truth truth);

/// Evaluates an expression of `rules:if` or `only:variables` (lib/gitlab/ci/pipeline/expression): `&&` binds before
/// `||`, parentheses, `==`, `!=`, `=~`, `!~`, `!`, variables, texts, `null`, `/patterns/i`. Empty when GitLab would
/// refuse it.
std::optional<Truth> evaluate_expression(std::string_view expression, const VariableValues& variables);

}  // namespace statelane::gitlab
