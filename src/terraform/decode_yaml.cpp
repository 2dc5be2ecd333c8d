#include "terraform/decode_yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "hcl/text_pieces.hpp"

namespace statelane::terraform {

namespace {

using namespace std::string_view_literals;
using hcl::Number;
using hcl::Value;

/// Nested values, more of which the reader's recursion would not bear.
constexpr std::size_t most_levels = 100;

/// Aliases count each time.
constexpr std::size_t most_values = Value::heaviest_value;

/// Thrown inside this file only: the first thing that is not understood ends the reading.
struct NotUnderstood {};

template <std::size_t Count>
bool is_one_of(std::string_view text, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null(std::string_view text) { return is_one_of(text, std::array{""sv, "~"sv, "null"sv, "Null"sv, "NULL"sv}); }

std::optional<bool> to_boolean(std::string_view text) {
  constexpr std::array truths = {"y"sv,    "Y"sv,    "yes"sv, "Yes"sv, "YES"sv, "true"sv,
                                 "True"sv, "TRUE"sv, "on"sv,  "On"sv,  "ON"sv};
  constexpr std::array lies = {"n"sv,     "N"sv,     "no"sv,  "No"sv,  "NO"sv, "false"sv,
                               "False"sv, "FALSE"sv, "off"sv, "Off"sv, "OFF"sv};
  if (is_one_of(text, truths)) return true;
  return is_one_of(text, lies) ? std::optional(false) : std::nullopt;
}

/// Written in digits, with a point or an exponent.
bool looks_like_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  const bool begins_with_digit = !text.empty() && is_digit(text[0]);
  const bool begins_with_point = text.size() > 1 && text[0] == '.' && is_digit(text[1]);
  return (begins_with_digit || begins_with_point) &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

Value unknown_scalar(const char* reason) { return Value::unknown(reason, {}); }

/// A scalar without quotes.
Value read_plain(const std::string& text) {
  if (is_null(text)) return Value{};
  if (const auto boolean = to_boolean(text)) return Value{*boolean};
  if (const auto number = Number::parse(text)) return Value{*number};
  const bool has_prefix = text.starts_with("0x") || text.starts_with("0o");
  const bool is_date = text.size() >= 8 && text[4] == '-' && text.find_first_not_of("0123456789") == 4;
  const bool is_special = text.ends_with(".inf") || text.ends_with(".Inf") || text.ends_with(".INF") ||
                          text == ".nan" || text == ".NaN" || text == ".NAN";
  // What has digits only, and was no number, has too many of them, or is one that Terraform reads as text.
  if (has_prefix || is_date || is_special || looks_like_number(text))
    return unknown_scalar("a number or date in YAML is not folded");
  return Value{hcl::to_normal_form(text)};
}

class Reader {
 public:
  Value read(const YAML::Node& node, std::size_t level) {
    if (level > most_levels || ++values_ > most_values) throw NotUnderstood();
    const std::string& tag = node.Tag();
    const bool is_plain = tag == "?" || tag.empty();
    if (!is_plain && tag != "!") throw NotUnderstood();
    switch (node.Type()) {
      case YAML::NodeType::Null: return Value{};
      case YAML::NodeType::Scalar:
        return is_plain ? read_plain(node.Scalar()) : Value{hcl::to_normal_form(node.Scalar())};
      case YAML::NodeType::Sequence: return read_sequence(node, level);
      case YAML::NodeType::Map: return Value{read_map(node, level)};
      default: throw NotUnderstood();
    }
  }

 private:
  Value read_sequence(const YAML::Node& node, std::size_t level) {
    Value::List list;
    for (const YAML::Node& item : node) list.push_back(read(item, level + 1));
    return Value{std::move(list)};
  }

  /// Keys become strings: `y` is `true`. What stands in the map itself comes before what it merges.
  Value::Map read_map(const YAML::Node& node, std::size_t level) {
    Value::Map own;
    Value::Map merged;
    for (const auto& entry : node) {
      Value value = read(entry.second, level + 1);
      if (entry.first.IsScalar() && entry.first.Scalar() == "<<" && entry.first.Tag() == "?") {
        merge(value, merged);
        continue;
      }
      const auto key = read(entry.first, level + 1).as_known_string();
      if (!key) throw NotUnderstood();
      own.insert_or_assign(*key, std::move(value));
    }
    own.merge(merged);
    return own;
  }

  /// The first of several maps wins.
  static void merge(const Value& value, Value::Map& merged) {
    if (const auto* list = value.as_list()) {
      for (const Value& item : *list) merge(item, merged);
    } else if (const auto* map = value.as_map()) {
      merged.insert(map->begin(), map->end());
    } else {
      throw NotUnderstood();
    }
  }

  std::size_t values_ = 0;
};

/// No line opens more levels than the reader bears.
bool is_shallow(std::string_view text) {
  if (static_cast<std::size_t>(
          std::count_if(text.begin(), text.end(), [](char byte) { return byte == '[' || byte == '{'; })) > 10'000)
    return false;
  std::size_t depth = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" -?:") > most_levels && !line.empty() && line.find_first_not_of(" -?:") != line.npos)
      return false;
    for (const char byte : line) {
      if (byte == '[' || byte == '{') ++depth;
      if ((byte == ']' || byte == '}') && depth > 0) --depth;
      if (depth > most_levels) return false;
    }
  }
  return true;
}

}  // namespace

Value decode_yaml(std::string_view text) {
  const Value failure{Value::Unknown{"it is not YAML that is understood", {}, false, true}};
  if (!is_shallow(text)) return failure;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    return documents.size() == 1 ? Reader().read(documents.front(), 0) : failure;
  } catch (const YAML::Exception&) {
    return failure;
  } catch (const NotUnderstood&) {
    return failure;
  }
}

}  // namespace statelane::terraform
