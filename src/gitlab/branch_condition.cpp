#include "gitlab/branch_condition.hpp"

#include "gitlab/expansion.hpp"

namespace statelane::gitlab {

namespace {

constexpr std::string_view special_in_patterns = "\\/.+()|^$*?[]{}";

/// Turns a glob into a pattern of RE2, in which a slash is written `\/`.
class PatternWriter {
 public:
  explicit PatternWriter(std::string_view glob) : rest_(glob) {}

  std::optional<std::string> write() {
    while (!rest_.empty()) {
      if (!take_one()) return std::nullopt;
    }
    if (open_braces_ > 0) return std::nullopt;
    return pattern_;
  }

 private:
  bool take_one() {
    if (rest_.starts_with("**/")) return take(3, R"((.*\/)?)");
    if (rest_ == "**") return take(2, ".+");
    const char letter = rest_.front();
    switch (letter) {
      case '*': return take(1, R"([^\/]*)");
      case '?': return take(1, R"([^\/])");
      case '{': ++open_braces_; return take(1, "(");
      case '[': return take_set();
      case '\\': return rest_.size() > 1 && take_literal(2);
      default: break;
    }
    if (letter == '}' && open_braces_ > 0) {
      --open_braces_;
      return take(1, ")");
    }
    if (letter == ',' && open_braces_ > 0) return take(1, "|");
    return take_literal(1);
  }

  bool take(std::size_t length, std::string_view pattern) {
    pattern_ += pattern;
    rest_.remove_prefix(length);
    return true;
  }

  /// The last of the next `length` characters stands for itself.
  bool take_literal(std::size_t length) {
    const char letter = rest_[length - 1];
    if (letter == '\n' || letter == '\r') return false;
    if (special_in_patterns.find(letter) != std::string_view::npos) pattern_ += '\\';
    pattern_ += letter;
    rest_.remove_prefix(length);
    return true;
  }

  /// A set never matches a slash.
  bool take_set() {
    const std::size_t close = rest_.find(']', 2);
    if (close == std::string_view::npos) return false;
    std::string_view inner = rest_.substr(1, close - 1);
    const bool is_negated = inner.starts_with('!') || inner.starts_with('^');
    if (is_negated) inner.remove_prefix(1);
    if (inner.empty() || inner.find_first_of("[\\/\n\r") != std::string_view::npos) return false;
    pattern_ += is_negated ? R"([^\/)" : "[";
    for (const char letter : inner) {
      if (letter == '^') pattern_ += '\\';
      pattern_ += letter;
    }
    pattern_ += ']';
    rest_.remove_prefix(close + 1);
    return true;
  }

  std::string_view rest_;
  std::string pattern_;
  int open_braces_ = 0;
};

}  // namespace

std::optional<std::string> branch_condition(std::string_view glob) {
  if (glob.empty()) return std::nullopt;
  if (glob.find_first_of("*?[{\\") == std::string_view::npos) {
    const auto quoted = quote_for_expression(glob);
    if (!quoted) return std::nullopt;
    return "$CI_COMMIT_BRANCH == " + *quoted;
  }
  const auto pattern = PatternWriter(glob).write();
  if (!pattern) return std::nullopt;
  return R"($CI_COMMIT_BRANCH =~ /\A)" + *pattern + R"(\z/)";
}

}  // namespace statelane::gitlab
