#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source.hpp"

namespace statelane::hcl {

/// What an expression folds to: a value that is known, known in part, or not known, never a wrong one.
struct Value {
  struct Null {
    friend bool operator==(const Null&, const Null&) = default;
  };
  /// Nothing is known of it. `reason`: for people, the expression that could not be known and why. `is_error`:
  /// Terraform stops where it evaluates this, so that nothing behind it is ever read.
  struct Unknown {
    std::string reason;
    SourceRange range;
    bool is_error = false;
    friend bool operator==(const Unknown&, const Unknown&) = default;
  };
  /// A string: known pieces and, as empty ones, pieces that may be any text (also none). A known string has at most one
  /// piece, and the empty string has none. No two neighbours are both known or both unknown.
  struct Text {
    std::vector<std::optional<std::string>> pieces;
    Unknown why;  ///< of the first unknown piece
    friend bool operator==(const Text& left, const Text& right) { return left.pieces == right.pieces; }
  };
  struct Number {
    double value = 0;
    friend bool operator==(const Number&, const Number&) = default;
  };
  /// A list, tuple or set. The order of a set is that in which Terraform iterates over it.
  struct List : std::vector<Value> {
    using std::vector<Value>::vector;
    bool is_set = false;  ///< `for k, v in …` over it gives the element as key
    friend bool operator==(const List& left, const List& right) {
      return static_cast<const std::vector<Value>&>(left) == static_cast<const std::vector<Value>&>(right);
    }
  };
  using Map = std::map<std::string, Value>;
  /// One of several, at most `most_alternatives`; never nested.
  struct OneOf {
    std::vector<Value> values;
    friend bool operator==(const OneOf&, const OneOf&) = default;
  };
  static constexpr std::size_t most_alternatives = 16;

  std::variant<Null, Unknown, bool, Number, Text, List, Map, OneOf> data = Null{};

  static Value text(std::string value);
  static Value unknown(std::string reason, SourceRange range);

  static Value error(std::string reason, SourceRange range);

  bool is_unknown() const { return std::holds_alternative<Unknown>(data); }
  bool is_error() const { return is_unknown() && std::get<Unknown>(data).is_error; }

  /// The string when it is wholly known; numbers and booleans as Terraform writes them in a template. Empty otherwise.
  std::optional<std::string> as_known_string() const;

  friend bool operator==(const Value&, const Value&) = default;
};

}  // namespace statelane::hcl
