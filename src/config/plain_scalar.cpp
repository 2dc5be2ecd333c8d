#include "config/plain_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <regex>

namespace statelane::config {

namespace {

std::string to_lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string without(std::string text, std::string_view letters) {
  std::erase_if(text, [&](char letter) { return letters.find(letter) != std::string_view::npos; });
  return text;
}

bool matches(const std::string& text, const char* pattern) { return std::regex_match(text, std::regex(pattern)); }

std::optional<YamlValue> to_integer(std::string text, int base) {
  text = without(std::move(text), "_,");
  if (text.starts_with('+')) text.erase(0, 1);
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.erase(0, 1);
  if (base == 2 || base == 16) text.erase(0, 2);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return YamlValue(is_negative ? -value : value);
}

/// `1:30` is 5400 seconds.
YamlValue to_sexagesimal(const std::string& text) {
  std::int64_t value = 0;
  std::int64_t part = 0;
  for (const char letter : text) {
    if (letter >= '0' && letter <= '9') part = part * 10 + (letter - '0');
    if (letter == ':') {
      value = (value + part) * 60;
      part = 0;
    }
  }
  value += part;
  // Two parts are hours and minutes to YAML 1.1, and Psych counts them as minutes and seconds of an hour.
  if (std::count(text.begin(), text.end(), ':') == 1) value *= 60;
  return text.starts_with('-') ? -value : value;
}

}  // namespace

std::optional<YamlValue> read_plain_scalar(const std::string& text) {
  const std::string lower = to_lower(text);
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return YamlValue();
  const char first = text[0];
  const bool is_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (is_word) {
    if (lower == "yes" || lower == "true" || lower == "on") return YamlValue(true);
    if (lower == "no" || lower == "false" || lower == "off") return YamlValue(false);
    return YamlValue(text);
  }
  if (std::string_view("0123456789+-.:").find(first) == std::string_view::npos || text.size() > 64) return YamlValue(text);
  if (matches(text, R"(-?\d{4}-\d{1,2}-\d{1,2}([Tt]|\s+)\d{1,2}:\d\d:\d\d.*)") ||
      matches(text, R"(\d{4}-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d))") || matches(text, R"(:.+)")) {
    return std::nullopt;
  }
  if (matches(lower, R"([-+]?\.inf)")) {
    YamlValue value;
    value.data = first == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    return value;
  }
  if (matches(text, R"([-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2})")) return to_sexagesimal(text);
  if (matches(text, R"([-+]?0b[01_,]+)")) return to_integer(text, 2);
  if (matches(text, R"([-+]?0x[0-9a-fA-F_,]+)")) return to_integer(text, 16);
  if (matches(text, R"([-+]?0[0-7_,]+)")) return to_integer(text, 8);
  if (matches(text, R"([-+]?(0|[1-9]([0-9]|,[0-9]|_[0-9])*))")) return to_integer(text, 10);
  if (matches(text, R"([-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][+-][0-9]+)?)") && text.find_first_of("0123456789") != std::string::npos) {
    YamlValue value;
    value.data = std::strtod(without(text, "_,").c_str(), nullptr);
    return value;
  }
  return YamlValue(text);
}

}  // namespace statelane::config
