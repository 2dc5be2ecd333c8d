#include "gitlab/expression.hpp"

#include <algorithm>
#include <variant>
#include <vector>

#include "gitlab/regexp.hpp"
#include "gitlab/texts.hpp"

namespace statelane::gitlab {

namespace {

constexpr int most_levels = 100;

/// Thrown inside this file only: GitLab would refuse the expression.
struct Fault {};

struct Pattern {
  std::string text;
  std::string flags;
};

/// What an operand is.
using Operand = std::variant<VariableValue, Pattern, Truth>;

Truth to_truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth truth_of(const Operand& operand) {
  if (const auto* truth = std::get_if<Truth>(&operand)) return *truth;
  const auto* value = std::get_if<VariableValue>(&operand);
  if (value == nullptr) return Truth::yes;
  switch (value->kind) {
    case VariableValue::Kind::unset: return Truth::no;
    case VariableValue::Kind::known: return to_truth(!value->text.empty());
    case VariableValue::Kind::some: return Truth::yes;
    case VariableValue::Kind::unknown: return Truth::unknown;
  }
  return Truth::unknown;
}

Truth equal(const VariableValue& left, const VariableValue& right) {
  using Kind = VariableValue::Kind;
  if (left.kind == Kind::unknown || right.kind == Kind::unknown) return Truth::unknown;
  if (left.kind == Kind::some && right.kind == Kind::some) return Truth::unknown;
  if (left.kind == Kind::some || right.kind == Kind::some) {
    const VariableValue& some = left.kind == Kind::some ? left : right;
    const VariableValue& other = left.kind == Kind::some ? right : left;
    const bool differs = other.kind == Kind::unset || other.text.empty() || other.text == some.not_equal;
    return differs ? Truth::no : Truth::unknown;
  }
  return to_truth(left.kind == right.kind && left.text == right.text);
}

Truth matches(const VariableValue& value, const Pattern& pattern) {
  using Kind = VariableValue::Kind;
  if (value.kind == Kind::unset) return Truth::no;
  if (value.kind != Kind::known) return Truth::unknown;
  const auto is_found = finds_regexp(pattern.text, pattern.flags, value.text);
  return is_found ? to_truth(*is_found) : Truth::unknown;
}

class Parser {
 public:
  Parser(std::string_view text, const VariableValues& variables) : rest_(text), variables_(variables) {}

  Truth run() {
    const Truth truth = truth_of(read_alternatives(0));
    skip_blanks();
    if (!rest_.empty()) throw Fault{};
    return truth;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(std::string_view token) {
    skip_blanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  Operand read_alternatives(int level) {
    Operand left = read_conjunction(level);
    while (take("||")) left = either(truth_of(left), truth_of(read_conjunction(level)));
    return left;
  }

  Operand read_conjunction(int level) {
    Operand left = read_comparison(level);
    while (take("&&")) left = both(truth_of(left), truth_of(read_comparison(level)));
    return left;
  }

  Operand read_comparison(int level) {
    const Operand left = read_operand(level);
    if (take("==")) return compare(left, read_operand(level));
    if (take("!=")) return negate(compare(left, read_operand(level)));
    if (take("=~")) return match(left, read_operand(level));
    if (take("!~")) return negate(match(left, read_operand(level)));
    return left;
  }

  static Truth compare(const Operand& left, const Operand& right) {
    const auto* first = std::get_if<VariableValue>(&left);
    const auto* second = std::get_if<VariableValue>(&right);
    return first != nullptr && second != nullptr ? equal(*first, *second) : Truth::unknown;
  }

  static Truth match(const Operand& left, const Operand& right) {
    const auto* value = std::get_if<VariableValue>(&left);
    if (value == nullptr) return Truth::unknown;
    if (const auto* pattern = std::get_if<Pattern>(&right)) return matches(*value, *pattern);
    // A variable may hold a pattern: "/^feature/".
    const auto* text = std::get_if<VariableValue>(&right);
    const bool is_pattern = text != nullptr && text->kind == VariableValue::Kind::known && text->text.size() > 1 &&
                            text->text.front() == '/' && text->text.rfind('/') > 0;
    if (!is_pattern) return Truth::unknown;
    const std::size_t end = text->text.rfind('/');
    return matches(*value, {text->text.substr(1, end - 1), text->text.substr(end + 1)});
  }

  Operand read_operand(int level) {
    if (level > most_levels) throw Fault{};
    if (take("(")) {
      Operand inner = read_alternatives(level + 1);
      if (!take(")")) throw Fault{};
      return inner;
    }
    skip_blanks();
    if (rest_.empty()) throw Fault{};
    if (rest_[0] == '!' && !rest_.starts_with("!=") && !rest_.starts_with("!~")) {
      rest_.remove_prefix(1);
      return negate(truth_of(read_operand(level + 1)));
    }
    if (rest_[0] == '$') return read_variable();
    if (rest_[0] == '"' || rest_[0] == '\'') return read_text();
    if (rest_[0] == '/') return read_pattern();
    for (const std::string_view word : {"null", "true", "false"}) {
      if (take(word)) return word == "null" ? VariableValue::unset() : VariableValue::known(std::string(word));
    }
    throw Fault{};
  }

  Operand read_variable() {
    rest_.remove_prefix(1);
    const bool is_braced = take_letter('{');
    std::size_t length = 0;
    const auto is_letter = [](char letter) {
      return letter == '_' || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
             (letter >= 'A' && letter <= 'Z');
    };
    while (length < rest_.size() && is_letter(rest_[length])) ++length;
    if (length == 0) throw Fault{};
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (is_braced && !take_letter('}')) throw Fault{};
    const auto value = variables_.find(name);
    return value != variables_.end() ? value->second : VariableValue{};
  }

  bool take_letter(char letter) {
    const bool fits = rest_.starts_with(letter);
    if (fits) rest_.remove_prefix(1);
    return fits;
  }

  Operand read_text() {
    const char quote = rest_[0];
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) throw Fault{};
    const std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return VariableValue::known(text);
  }

  Operand read_pattern() {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '/') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) throw Fault{};
    Pattern pattern{std::string(rest_.substr(1, end - 1)), ""};
    if (!is_re2(pattern.text)) throw Fault{};
    rest_.remove_prefix(end + 1);
    while (!rest_.empty() && std::string_view("ismU").find(rest_[0]) != std::string_view::npos) {
      pattern.flags += rest_[0];
      rest_.remove_prefix(1);
    }
    return pattern;
  }

  std::string_view rest_;
  const VariableValues& variables_;
};

}  // namespace

Truth both(Truth left, Truth right) {
  if (left == Truth::no || right == Truth::no) return Truth::no;
  return left == Truth::yes && right == Truth::yes ? Truth::yes : Truth::unknown;
}

Truth either(Truth left, Truth right) { return negate(both(negate(left), negate(right))); }

Truth negate(Truth truth) {
  if (truth == Truth::unknown) return Truth::unknown;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

std::optional<Truth> evaluate_expression(std::string_view expression, const VariableValues& variables) {
  try {
    return Parser(expression, variables).run();
  } catch (const Fault&) {
    return std::nullopt;
  }
}

}  // namespace statelane::gitlab
