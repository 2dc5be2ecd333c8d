#include "hcl/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "hcl/characters.hpp"
#include "hcl/file_builder.hpp"
#include "hcl/parse.hpp"

namespace statelane::hcl {

namespace {

constexpr std::size_t longest_shown_line = 1000;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

class JsonReader {
 public:
  JsonReader(std::string_view source, const RepoPath& path, Arena& arena, Diagnostics& diagnostics)
      : source_(source), path_(path), arena_(arena), diagnostics_(diagnostics) {
    if (source.starts_with("\xEF\xBB\xBF")) offset_ = line_start_ = 3;
  }

  JsonDocument read_document() {
    const JsonValue result = read_value();
    skip_space();
    if (!failed_ && offset_ < source_.size()) fail("expected the end of the file", {"a file holds one JSON value"});
    return {result, is_cut_};
  }

 private:
  JsonValue read_value() {
    skip_space();
    JsonValue value;
    value.range.begin = position();
    if (++values_ > most_values) cut(too_many_values(), {keep_data_apart});
    if (++depth_ > nesting_limit) cut(fmt::format("this is nested more than {} levels deep", nesting_limit), {});
    const char first = peek();
    if (failed_) {
    } else if (first == '{') {
      read_object(value);
    } else if (first == '[') {
      read_array(value);
    } else if (first == '"') {
      value.kind = JsonValue::Kind::string;
      value.text = read_string();
    } else if (first == '-' || is_digit(first)) {
      read_number(value);
    } else {
      read_keyword(value);
    }
    --depth_;
    value.range.end = position();
    return value;
  }

  void read_object(JsonValue& value) {
    value.kind = JsonValue::Kind::object;
    const SourcePos open = position();
    std::vector<JsonMember> members;
    ++offset_;
    skip_space();
    if (!accept('}')) {
      do {
        read_member(members);
      } while (!failed_ && accept(','));
      if (!failed_ && !accept('}')) fail_at_separator(open, "object", "}");
    }
    value.members = arena_.copy(std::span<const JsonMember>(members));
  }

  void read_member(std::vector<JsonMember>& members) {
    skip_space();
    if (peek() != '"') {
      const bool is_trailing = peek() == '}';
      return fail(fmt::format("expected a name in double quotes, found {}", describe()),
                  is_trailing ? std::vector<std::string>{"remove the comma before it"} : std::vector<std::string>{});
    }
    JsonMember member;
    member.name_range.begin = position();
    member.name = read_string();
    member.name_range.end = position();
    skip_space();
    if (!failed_ && !accept(':')) {
      fail(fmt::format("expected `:` after the name, found {}", describe()),
           peek() == '=' ? std::vector<std::string>{"JSON has a colon there"} : std::vector<std::string>{});
    }
    if (failed_) return;
    member.value = read_value();
    // A value that is cut off by a fault still says something, as long as it is a collection.
    if (!failed_ || member.value.kind == JsonValue::Kind::object || member.value.kind == JsonValue::Kind::array) {
      members.push_back(member);
    }
    skip_space();
  }

  void read_array(JsonValue& value) {
    value.kind = JsonValue::Kind::array;
    const SourcePos open = position();
    std::vector<JsonValue> items;
    ++offset_;
    skip_space();
    if (!accept(']')) {
      do {
        const JsonValue item = read_value();
        if (!failed_) items.push_back(item);
        skip_space();
      } while (!failed_ && accept(','));
      if (!failed_ && !accept(']')) fail_at_separator(open, "array", "]");
    }
    value.items = arena_.copy(std::span<const JsonValue>(items));
  }

  void fail_at_separator(const SourcePos& open, std::string_view what, std::string_view close) {
    if (offset_ == source_.size()) {
      offset_ = open.offset;
      line_ = open.line;
      line_start_ = open.offset - (open.column - 1);
      fail(fmt::format("this {} is never closed", what), {fmt::format("add a `{}`", close)});
    } else {
      fail(fmt::format("expected a comma or `{}`, found {}", close, describe()));
    }
  }

  void read_number(JsonValue& value) {
    const std::size_t begin = offset_;
    value.kind = JsonValue::Kind::number;
    if (peek() == '-') ++offset_;
    const bool is_zero = peek() == '0';
    bool is_good = skip_digits() == 1 || !is_zero;
    is_good = is_good && is_digit(source_[offset_ - 1]);
    if (peek() == '.') ++offset_, is_good = skip_digits() > 0 && is_good;
    if (peek() == 'e' || peek() == 'E') {
      ++offset_;
      if (peek() == '+' || peek() == '-') ++offset_;
      is_good = skip_digits() > 0 && is_good;
    }
    value.text = source_.substr(begin, offset_ - begin);
    if (!is_good) {
      offset_ = begin;
      fail(fmt::format("`{}` is no number", value.text));
    }
  }

  std::size_t skip_digits() {
    const std::size_t begin = offset_;
    while (is_digit(peek())) ++offset_;
    return offset_ - begin;
  }

  void read_keyword(JsonValue& value) {
    std::size_t end = offset_;
    while (end < source_.size() && ((source_[end] | 0x20) >= 'a' && (source_[end] | 0x20) <= 'z')) ++end;
    value.text = source_.substr(offset_, end - offset_);
    if (value.text == "true" || value.text == "false") {
      value.kind = JsonValue::Kind::boolean;
    } else if (value.text != "null") {
      return fail(
          fmt::format("expected a JSON value, found {}", describe()),
          value.text.empty() ? std::vector<std::string>{} : std::vector<std::string>{"put strings in double quotes"});
    }
    offset_ = end;
  }

  /// From quote to quote; a string without escapes is a view into the source.
  std::string_view read_string() {
    const std::size_t open = offset_++;
    const std::size_t begin = offset_;
    std::string decoded;
    bool is_decoded = false;
    while (true) {
      const std::size_t stop = source_.find_first_of("\"\\\n", offset_);
      const std::string_view plain = source_.substr(offset_, stop - offset_);
      if (is_decoded) decoded += plain;
      if (stop == std::string_view::npos || source_[stop] == '\n') {
        offset_ = open;
        fail("this string is never closed", {"add a `\"`"});
        return {};
      }
      offset_ = stop;
      if (source_[stop] == '"') break;
      if (!is_decoded) decoded = source_.substr(begin, stop - begin);
      is_decoded = true;
      read_escape(decoded);
      if (failed_) return {};
    }
    ++offset_;
    return is_decoded ? arena_.copy(decoded) : source_.substr(begin, offset_ - 1 - begin);
  }

  void read_escape(std::string& decoded) {
    constexpr std::string_view selectors = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const char selector = offset_ + 1 < source_.size() ? source_[offset_ + 1] : '\0';
    const std::size_t known = selectors.find(selector);
    if (known != std::string_view::npos && selector != '\0') {
      decoded += values[known];
      offset_ += 2;
      return;
    }
    std::uint32_t unit = 0;
    if (selector != 'u' || !read_code_unit(unit)) {
      return fail(fmt::format("`{}` is no escape sequence of JSON", source_.substr(offset_, 2)));
    }
    offset_ += 6;
    std::uint32_t low = 0;
    const bool is_high = unit >= 0xD800 && unit < 0xDC00;
    if (is_high && source_.substr(offset_).starts_with("\\u") && read_code_unit(low) && low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      offset_ += 6;
    }
    // Half a surrogate pair says nothing; readers of JSON put the replacement character there.
    append_utf8(decoded, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
  }

  /// The four digits of `\uNNNN` at the current place.
  bool read_code_unit(std::uint32_t& unit) const {
    const std::string_view digits = source_.substr(std::min(offset_ + 2, source_.size()), 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    return digits.size() == 4 && error == std::errc() && end == digits.data() + 4;
  }

  void skip_space() {
    for (; offset_ < source_.size(); ++offset_) {
      const char byte = source_[offset_];
      if (byte == '\n') {
        ++line_;
        line_start_ = offset_ + 1;
      } else if (byte != ' ' && byte != '\t' && byte != '\r') {
        return;
      }
    }
  }

  char peek() const { return offset_ < source_.size() ? source_[offset_] : '\0'; }

  bool accept(char symbol) {
    if (peek() != symbol || offset_ >= source_.size()) return false;
    ++offset_;
    return true;
  }

  std::string describe() const {
    if (offset_ >= source_.size()) return "the end of the file";
    const std::string_view rest = source_.substr(offset_);
    const std::size_t word = rest.find_first_of(" \t\r\n{}[],:\"=");
    const std::size_t size = word == 0 ? 1 : std::min<std::size_t>(word, 40);
    return fmt::format("`{}`", rest.substr(0, size));
  }

  SourcePos position() const {
    return {line_, static_cast<std::uint32_t>(offset_ - line_start_ + 1), static_cast<std::uint32_t>(offset_)};
  }

  void cut(std::string message, std::vector<std::string> hints) {
    is_cut_ = is_cut_ || !failed_;
    fail(std::move(message), std::move(hints));
  }

  void fail(std::string message, std::vector<std::string> hints = {}) {
    if (failed_) return;
    failed_ = true;
    const SourcePos place = position();
    SourcePos end = place;
    ++end.column;
    ++end.offset;
    std::string_view line = source_.substr(line_start_, longest_shown_line);
    line = line.substr(0, line.find_first_of("\r\n"));
    diagnostics_.add(
        {Severity::error, path_, SourceRange{place, end}, std::move(message), std::move(hints), std::string(line)});
  }

  std::string_view source_;
  const RepoPath& path_;
  Arena& arena_;
  Diagnostics& diagnostics_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
  int depth_ = 0;
  std::size_t values_ = 0;
  bool failed_ = false;
  bool is_cut_ = false;
};

}  // namespace

JsonDocument read_json(std::string_view source, const RepoPath& path, Arena& arena, Diagnostics& diagnostics) {
  return JsonReader(source, path, arena, diagnostics).read_document();
}

}  // namespace statelane::hcl
