#include "gitlab/texts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <string>

#include "base/utf8.hpp"
#include "gitlab/duration.hpp"
#include "gitlab/expression.hpp"

namespace statelane::gitlab {

namespace {

constexpr std::chrono::seconds longest_timeout{2629746};  // 1.month of ActiveSupport
constexpr std::chrono::hours longest_delay{7 * 24};
constexpr std::size_t longest_exposed_name = 100;

bool is_alphanumeric(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0; }

/// `%2F` and its like are slashes to GitLab (CGI.unescape).
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                           std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
                           std::isxdigit(static_cast<unsigned char>(text[at + 2])) != 0;
    if (is_escape) {
      result += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      result += text[at];
    }
  }
  return result;
}

/// `/…/` and flags, as `Gitlab::UntrustedRegexp::RubySyntax::PATTERN` parts it; empty when it does not look like that.
std::string_view pattern_in(std::string_view text) {
  constexpr std::string_view flags = "ismU";
  std::size_t end = text.size();
  while (end > 0 && flags.find(text[end - 1]) != std::string_view::npos) --end;
  if (end < 3 || text.front() != '/' || text[end - 1] != '/') return {};
  return text.substr(1, end - 2);
}

/// Walks a pattern once; what RE2 would not take ends the walk.
class PatternWalk {
 public:
  explicit PatternWalk(std::string_view pattern) : text_(pattern) {}

  bool run() {
    bool can_repeat = false;
    while (at_ < text_.size()) {
      const char letter = text_[at_++];
      if (letter == '\\') {
        if (!skip_escape()) return false;
        can_repeat = true;
      } else if (letter == '[') {
        if (!skip_class()) return false;
        can_repeat = true;
      } else if (letter == '(') {
        if (!open_group()) return false;
        can_repeat = false;
      } else if (letter == ')') {
        if (depth_-- == 0) return false;
        can_repeat = true;
      } else if (letter == '*' || letter == '+' || letter == '?') {
        if (!can_repeat || !skip_repetition()) return false;
      } else if (letter == '|') {
        can_repeat = false;
      } else {
        can_repeat = true;
      }
    }
    return depth_ == 0;
  }

 private:
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool skip_escape() {
    if (at_ >= text_.size()) return false;
    const char letter = text_[at_++];
    // No back references, no \Z, no \G: RE2's syntax.
    constexpr std::string_view letters = "AabBCdDfnpPQrsStvwWxzE0";
    return !is_alphanumeric(letter) || letters.find(letter) != std::string_view::npos;
  }

  bool skip_class() {
    if (next() == '^') ++at_;
    if (next() == ']') ++at_;
    while (at_ < text_.size() && text_[at_] != ']') {
      const std::size_t named = text_.substr(at_).starts_with("[:") ? text_.find(":]", at_) : std::string_view::npos;
      at_ = named != std::string_view::npos ? named + 2 : at_ + (text_[at_] == '\\' ? 2 : 1);
    }
    return at_++ < text_.size();
  }

  bool open_group() {
    if (++depth_ > most_groups) return false;
    if (next() != '?') return true;
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.starts_with("P<") || (rest.starts_with("<") && !rest.starts_with("<=") && !rest.starts_with("<!"))) {
      const std::size_t end = text_.find('>', at_);
      at_ = std::min(end, text_.size() - 1) + 1;
      return end != std::string_view::npos;
    }
    for (++at_; at_ < text_.size() && std::string_view("imsU-").find(text_[at_]) != std::string_view::npos;) ++at_;
    if (next() == ')') {
      ++at_;
      --depth_;
      return true;
    }
    return at_ < text_.size() && text_[at_++] == ':';
  }

  /// `*?` is lazy, `**` repeats nothing.
  bool skip_repetition() {
    if (next() == '?') ++at_;
    return next() != '*' && next() != '+' && next() != '?';
  }

  static constexpr int most_groups = 1000;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

/// Takes digits and the separators between them, as in `0000-00-00`.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() >= shape.size() && std::equal(shape.begin(), shape.end(), text.begin(), [](char want, char got) {
           return want == '0' ? got >= '0' && got <= '9' : want == got;
         });
}

bool is_span_up_to(std::string_view text, std::chrono::milliseconds most) {
  const auto span = parse_duration(text);
  return span && *span <= most;
}

}  // namespace

bool is_re2(std::string_view pattern) { return PatternWalk(pattern).run(); }

bool is_regexp(std::string_view text) {
  const std::string_view pattern = pattern_in(text);
  return !pattern.empty() && is_re2(pattern);
}

bool is_ref(std::string_view text) {
  const std::string_view pattern = pattern_in(text);
  return pattern.empty() || is_re2(pattern);
}

bool is_condition(std::string_view text) { return evaluate_expression(text, {}).has_value(); }

bool is_cache_key(std::string_view text) {
  const std::string key = unescape(text);
  return key.find('/') == std::string::npos && key != "." && key != "..";
}

bool is_cache_policy(std::string_view text) {
  if (!is_not_blank(text)) return true;
  if (text.find("push") != std::string_view::npos || text.find("pull") != std::string_view::npos) return true;
  const std::size_t dollar = text.find('$');
  return dollar != std::string_view::npos && dollar + 1 < text.size() &&
         (is_alphanumeric(text[dollar + 1]) || text[dollar + 1] == '_');
}

bool is_timeout(std::string_view text) { return is_span_up_to(text, longest_timeout - std::chrono::seconds(1)); }

bool is_delay(std::string_view text) { return is_span_up_to(text, longest_delay); }

bool is_cache_time(std::string_view text) {
  const auto time = parse_duration(text);
  return !is_not_blank(text) || (time && *time >= std::chrono::minutes(1));
}

bool is_integrity(std::string_view text) {
  constexpr std::string_view beginning = "sha256-";
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(),
                     [](char letter) { return is_alphanumeric(letter) || letter == '+' || letter == '/'; });
}

bool is_expiry(std::string_view text) { return text == "never" || parse_duration(text).has_value(); }

bool is_expiry_or_variable(std::string_view text) {
  return is_expiry(text) || text.find('$') != std::string_view::npos;
}

bool is_environment_name(std::string_view text) {
  constexpr std::string_view more = "_/\\${}. -";
  return is_not_blank(text) && text.front() != '/' && text.back() != '/' &&
         std::all_of(text.begin(), text.end(), [&](char letter) {
           return is_alphanumeric(letter) || more.find(letter) != std::string_view::npos;
         });
}

bool is_exposed_name(std::string_view text) {
  const auto is_word = [](char letter) { return is_alphanumeric(letter) || letter == '_'; };
  return !text.empty() && text.size() <= longest_exposed_name && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char letter) { return is_word(letter) || letter == '-' || letter == ' '; });
}

bool is_not_empty(std::string_view text) { return !text.empty(); }

bool is_not_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") != std::string_view::npos; }

bool is_up_to_255_characters(std::string_view text) { return count_characters(text) <= 255; }

bool is_iso_time(std::string_view text) {
  return has_shape(text, "0000-00-00") || has_shape(text, "00000000T000000") || has_shape(text, "0000-W00");
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<std::size_t>(1, first_utf8_character(text).length));
  return count;
}

}  // namespace statelane::gitlab
