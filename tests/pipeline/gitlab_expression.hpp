#pragma once

#include <map>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gitlab_model {

/// `rules:if` and `only:variables` as `Gitlab::Ci::Pipeline::Expression` decides them: `||` over `&&` over comparisons
/// with texts, `null` and patterns. What it does not take throws.
class Expression {
 public:
  using Variables = std::map<std::string, std::string>;

  static bool holds(std::string_view text, const Variables& variables) {
    Expression expression(text, variables);
    const bool result = expression.read_either();
    if (!expression.rest_.empty()) throw std::runtime_error("what is " + std::string(expression.rest_));
    return result;
  }

 private:
  using Value = std::optional<std::string>;

  Expression(std::string_view text, const Variables& variables) : rest_(text), variables_(variables) {}

  bool take(std::string_view token) {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return true;
  }

  bool read_either() {
    bool result = read_both();
    while (take("||")) result = read_both() || result;
    return result;
  }

  bool read_both() {
    bool result = read_comparison();
    while (take("&&")) result = read_comparison() && result;
    return result;
  }

  bool read_comparison() {
    if (take("(")) {
      const bool result = read_either();
      if (!take(")")) throw std::runtime_error("a parenthesis does not close");
      return result;
    }
    const Value left = read_value();
    if (take("==")) return left == read_value();
    if (take("!=")) return left != read_value();
    if (take("=~")) return is_found(left, read_pattern());
    if (take("!~")) return !is_found(left, read_pattern());
    return left && !left->empty();
  }

  static bool is_found(const Value& text, const std::regex& pattern) {
    return text && std::regex_search(*text, pattern);
  }

  Value read_value() {
    if (take("null")) return std::nullopt;
    if (take("$")) {
      std::size_t length = 0;
      while (length < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[length])) || rest_[length] == '_'))
        ++length;
      const auto found = variables_.find(std::string(rest_.substr(0, length)));
      rest_.remove_prefix(length);
      return found == variables_.end() ? Value() : Value(found->second);
    }
    for (const std::string_view quote : {"\"", "'"}) {
      if (!take(quote)) continue;
      const std::size_t end = rest_.find(quote);
      const std::string text(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
      return text;
    }
    throw std::runtime_error("no value: " + std::string(rest_));
  }

  /// RE2's anchors of the text are those that the standard library has for lines of one line.
  std::regex read_pattern() {
    if (!take("/")) throw std::runtime_error("no pattern: " + std::string(rest_));
    std::string pattern;
    std::size_t at = 0;
    for (; rest_[at] != '/'; ++at) {
      if (rest_[at] != '\\') {
        pattern += rest_[at];
        continue;
      }
      ++at;
      if (rest_[at] == 'A') {
        pattern += '^';
      } else if (rest_[at] == 'z') {
        pattern += '$';
      } else {
        pattern += std::string("\\") + rest_[at];
      }
    }
    rest_.remove_prefix(at + 1);
    return std::regex(pattern);
  }

  std::string_view rest_;
  const Variables& variables_;
};

}  // namespace gitlab_model
