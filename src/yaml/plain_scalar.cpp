#include "yaml/plain_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace statelane::yaml {

namespace {

constexpr std::string_view digits = "0123456789";

/// Walks a text from the front; each `take` is one piece of the regular expression that Psych uses.
class Shape {
 public:
  explicit Shape(std::string_view text) : rest_(text) {}

  bool take(char wanted) { return take_one_of({&wanted, 1}); }
  bool take_one_of(std::string_view set) {
    const bool fits = !rest_.empty() && set.find(rest_.front()) != std::string_view::npos;
    if (fits) rest_.remove_prefix(1);
    return fits;
  }
  /// As many as there are, at most `most`; how many there were.
  std::size_t take_many(std::string_view set, std::size_t most = std::string_view::npos) {
    std::size_t count = 0;
    while (count < most && take_one_of(set)) ++count;
    return count;
  }
  bool take_exactly(std::string_view set, std::size_t count) { return take_many(set, count) == count; }
  bool is_done() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  std::string_view rest_;
};

std::string without_separators(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](char letter) { return letter == '_' || letter == ','; });
  return result;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char left, char right) {
    return left == right || (left >= 'A' && left <= 'Z' && left + ('a' - 'A') == right);
  });
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equals_ignoring_case(text, word); });
}

Value to_value(double number) {
  Value value;
  value.data = number;
  return value;
}

/// Infinite past the range of a double and zero below it, as Ruby's `Float()`.
double to_double(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc::result_out_of_range) {
    const bool is_small = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    value = is_small ? 0 : std::numeric_limits<double>::infinity();
  }
  return is_negative ? -value : value;
}

/// `YYYY-M-D`.
bool take_date(Shape& shape) {
  return shape.take_exactly(digits, 4) && shape.take('-') && shape.take_many(digits, 2) > 0 && shape.take('-') &&
         shape.take_many(digits, 2) > 0;
}

bool is_date(std::string_view text) {
  Shape shape(text);
  if (!take_date(shape) || !shape.is_done()) return false;
  const auto number_from = [&](std::size_t at) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), value);
    return value;
  };
  const int month = number_from(5);
  const int day = number_from(text.rfind('-') + 1);
  const bool is_padded_zero = text.substr(5).starts_with("0-") || text.ends_with("-00") || text.ends_with("-0");
  // Psych's expression takes the months 0 to 12, and `00`, as it stands.
  return month <= 12 && day >= 1 && day <= 31 && (!is_padded_zero || text.substr(5).starts_with("0-"));
}

bool is_time(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\f\v";
  Shape shape(text);
  shape.take('-');
  if (!take_date(shape)) return false;
  if (!shape.take_one_of("Tt") && shape.take_many(blanks) == 0) return false;
  if (shape.take_many(digits, 2) == 0 || !shape.take(':') || !shape.take_exactly(digits, 2)) return false;
  if (!shape.take(':') || !shape.take_exactly(digits, 2)) return false;
  if (shape.take('.')) shape.take_many(digits);
  if (shape.is_done()) return true;
  shape.take_many(blanks);
  if (shape.take('Z')) return shape.is_done();
  if (!shape.take_one_of("+-") || shape.take_many(digits, 2) == 0) return false;
  shape.take(':');
  return shape.is_done() || (shape.take_exactly(digits, 2) && shape.is_done());
}

/// `H:MM`, `H:MM:SS`, with a fraction or without.
bool is_sexagesimal(std::string_view text, bool with_fraction) {
  Shape shape(text);
  shape.take_one_of("+-");
  if (!shape.take_one_of(digits)) return false;
  shape.take_many("0123456789_");
  std::size_t parts = 0;
  for (; parts < 2 && shape.take(':'); ++parts) {
    const bool can_be_tens = shape.next() >= '0' && shape.next() <= '5';
    if (!shape.take_one_of(digits)) return false;
    if (can_be_tens) shape.take_one_of(digits);
  }
  if (parts == 0) return false;
  if (with_fraction && !shape.take('.')) return false;
  if (with_fraction) shape.take_many("0123456789_");
  return shape.is_done();
}

/// The digits that Ruby's `to_i` and `to_f` read: underscores only one at a time and between digits.
std::string leading_number(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool is_separator = text[index] == '_';
    if (is_separator && (index + 1 == text.size() || digits.find(text[index + 1]) == std::string_view::npos)) break;
    if (is_separator && (index == 0 || digits.find(text[index - 1]) == std::string_view::npos)) break;
    if (!is_separator) result += text[index];
  }
  return result;
}

/// `1:30` is 5400: Psych weighs the parts 3600, 60, 1 from the left. Only the first part carries a sign.
double weigh_sexagesimal(std::string_view text) {
  double value = 0;
  for (double weight = 3600; !text.empty(); weight /= 60) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    value += to_double(leading_number(text.substr(0, colon))) * weight;
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  return value;
}

/// The base of an integer; 0 when `text` is none.
int integer_base(std::string_view text) {
  Shape shape(text);
  shape.take_one_of("+-");
  if (shape.take('0')) {
    if (shape.is_done()) return 10;
    if (shape.take('b')) return shape.take_many("01_,") > 0 && shape.is_done() ? 2 : 0;
    if (shape.take('x')) return shape.take_many("0123456789abcdefABCDEF_,") > 0 && shape.is_done() ? 16 : 0;
    return shape.take_many("01234567_,") > 0 && shape.is_done() ? 8 : 0;
  }
  if (shape.take_many(digits) == 0) return 0;
  while (!shape.is_done()) {
    shape.take_one_of("_,");
    if (shape.take_many(digits) == 0) return 0;
  }
  return 10;
}

std::optional<Value> to_integer(std::string_view text, int base) {
  std::string number = without_separators(text);
  if (number.front() == '+') number.erase(0, 1);
  const std::size_t sign = number.front() == '-' ? 1 : 0;
  if (base == 2 || base == 16) number.erase(sign, 2);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), value, base);
  if (fault != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return Value(value);
}

bool is_float(std::string_view text) {
  Shape shape(text);
  shape.take_one_of("+-");
  if (shape.take_one_of(digits)) shape.take_many("0123456789_,");
  if (!shape.take('.')) return false;
  shape.take_many(digits);
  if (shape.take_one_of("eE") && (!shape.take_one_of("+-") || shape.take_many(digits) == 0)) return false;
  return shape.is_done() && !is_any_of(text, {".", "+.", "-."});
}

std::optional<Value> to_float(std::string_view text) {
  // `.e+1` has the shape of a number and no digit: Ruby raises.
  if (text.substr(0, text.find_first_of("eE")).find_first_of(digits) == std::string_view::npos) return std::nullopt;
  return to_value(to_double(without_separators(text)));
}

std::optional<Value> read_number(std::string_view text) {
  if (is_sexagesimal(text, false)) {
    const double value = weigh_sexagesimal(text);
    if (std::abs(value) > 9e15) return std::nullopt;
    return Value(static_cast<std::int64_t>(value));
  }
  if (is_sexagesimal(text, true)) return to_value(weigh_sexagesimal(text));
  if (is_float(text)) return to_float(text);
  if (const int base = integer_base(text); base != 0) return to_integer(text, base);
  return Value(text);
}

}  // namespace

std::optional<Value> read_plain_scalar(std::string_view text) {
  if (text.empty() || is_any_of(text, {"~", "null"})) return Value();
  if (is_any_of(text, {"yes", "true", "on"})) return Value(true);
  if (is_any_of(text, {"no", "false", "off"})) return Value(false);
  if (text.find('\n') != std::string_view::npos ||
      std::string_view("0123456789+-.:").find(text[0]) == std::string_view::npos) {
    return Value(text);
  }
  if (is_time(text) || is_date(text) || (text[0] == ':' && text.size() > 1)) return std::nullopt;
  if (is_any_of(text, {".inf", "+.inf"})) return to_value(std::numeric_limits<double>::infinity());
  if (is_any_of(text, {"-.inf"})) return to_value(-std::numeric_limits<double>::infinity());
  if (is_any_of(text, {".nan"})) return to_value(std::numeric_limits<double>::quiet_NaN());
  return read_number(text);
}

}  // namespace statelane::yaml
