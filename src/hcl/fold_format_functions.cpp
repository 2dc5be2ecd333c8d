#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

/// One verb of a pattern: `%-5d`.
struct Verb {
  char letter = 's';
  bool is_left = false;
  bool has_zeros = false;
  bool is_odd = false;  ///< it has flags that are not folded
  std::optional<std::size_t> width;
};

Verb read_verb(std::string_view text) {
  Verb verb;
  verb.letter = text.back();
  std::string_view flags = text.substr(1, text.size() - 2);
  for (; !flags.empty() && (flags.front() == '-' || flags.front() == '0'); flags.remove_prefix(1)) {
    (flags.front() == '-' ? verb.is_left : verb.has_zeros) = true;
  }
  verb.is_odd = flags.size() > 3 || flags.find_first_not_of("0123456789") != std::string_view::npos;
  if (!verb.is_odd && !flags.empty()) verb.width = std::stoul(std::string(flags));
  verb.has_zeros = verb.has_zeros && !verb.is_left;
  return verb;
}

/// Terraform counts characters as people see them, and pads numbers behind their sign.
Value::Text pad(Value::Text text, const Verb& verb) {
  if (!verb.width) return text;
  const auto whole = Value{text}.as_known_string();
  const std::string known = whole.value_or("");
  if (!whole || !is_ascii(known)) {
    Value::Text result;
    if (!verb.is_left) append_unknown(result, {"its width is not known", {}});
    append_text(result, text);
    if (verb.is_left) append_unknown(result, {"its width is not known", {}});
    return result;
  }
  const std::string fill(known.size() < *verb.width ? *verb.width - known.size() : 0, verb.has_zeros ? '0' : ' ');
  const std::size_t sign = verb.has_zeros && verb.letter == 'd' && known.starts_with('-') ? 1 : 0;
  Value::Text result;
  append_text(result, verb.is_left ? known + fill : known.substr(0, sign) + fill + known.substr(sign));
  return result;
}

/// The argument as the verb writes it, before padding; an error where Terraform refuses.
Value format_argument(const Verb& verb, const Value& value, const SourceRange& range) {
  const bool is_collection = value.as_open_list() != nullptr || value.as_open_map() != nullptr;
  if (verb.letter == 's') {
    if (is_collection) return Value::error(range);
    return Value{to_text(value, range)};
  }
  if (verb.letter == 'v' && !is_collection) return Value{to_text(value, range)};
  if (verb.letter != 'd')
    return Value{Value::Unknown{"a formatted part is not folded", range, false, value.may_climb()}};
  const Value number = to_number(value, range);
  if (number.is_error()) return number;
  if (number.as_number() == nullptr) return Value::unknown("a formatted number is not known", range);
  if (number.as_number()->exponent < 0) return Value::error(range);
  return Value::text(number.as_number()->to_text());
}

/// `%s`, `%d`, `%v` with a width, and `%%`; other verbs give an unknown piece.
Value format(Arguments arguments, const SourceRange& range) {
  const auto pattern = known_text(arguments, 0);
  if (!pattern) return not_folded();
  if (pattern->find("%[") != std::string::npos || pattern->find('*') != std::string::npos)
    return Value::unknown("the pattern is not folded", range);
  Value::Text text;
  std::size_t next = 1;
  for (std::size_t at = 0; at < pattern->size();) {
    const std::size_t percent = std::min(pattern->find('%', at), pattern->size());
    append_text(text, std::string_view(*pattern).substr(at, percent - at));
    if (percent == pattern->size()) break;
    const std::size_t end = pattern->find_first_not_of("0123456789+-# .", percent + 1);
    if (end == std::string::npos) return Value::error(range);
    at = end + 1;
    const Verb verb = read_verb(std::string_view(*pattern).substr(percent, at - percent));
    if (verb.letter == '%') {
      append_text(text, "%");
      continue;
    }
    if (next >= arguments.size()) return Value::error(range);
    const Value& argument = arguments[next++];
    // Terraform takes null for something not known yet.
    const Value written = argument.is_null() ? not_folded() : format_argument(verb, argument, range);
    if (written.is_error()) return written;
    if (verb.is_odd) {
      append_unknown(text, {"a formatted part is not folded", range, false, argument.may_climb()});
    } else {
      append_text(text, pad(to_text(written, range), verb));
    }
  }
  return next < arguments.size() ? Value::error(range) : Value{std::move(text)};
}

/// `format` for each row of the lists among the arguments.
Value format_list(Arguments arguments, const SourceRange& range) {
  std::optional<std::size_t> count;
  for (const Value& argument : arguments) {
    const auto* list = argument.as_open_list();
    if (list == nullptr && !argument.is_unknown()) continue;
    if (list == nullptr || list->is_open || list->size() > longest_list) return not_folded();
    if (count && *count != list->size()) return Value::error(range);
    count = list->size();
  }
  Value::List result;
  for (std::size_t row = 0; row < count.value_or(1); ++row) {
    std::vector<Value> chosen;
    for (const Value& argument : arguments)
      chosen.push_back(argument.as_list() != nullptr ? (*argument.as_list())[row] : argument);
    Value text = combine(chosen, [&](Arguments some) { return call_function("format", some, range); });
    if (text.is_error()) return text;
    result.push_back(std::move(text));
  }
  return Value{std::move(result)};
}

/// The parts of a joined text: elements, and lists of which it is not known how many they hold.
struct Part {
  Value value;
  bool is_list = false;
};

Value join_parts(const Value::Text& separator, std::span<const Part> parts, std::span<const Value> values,
                 const SourceRange& range) {
  Value::Text text;
  bool is_first = true;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const Value& value = values[index];
    if (value.is_error()) return value;
    if (value.is_null() || value.as_open_list() != nullptr || value.as_open_map() != nullptr)
      return Value::error(range);
    // What stands before or behind elements of a list that may be empty is as uncertain as they are.
    if (!is_first && !parts[index].is_list) append_text(text, separator);
    append_text(text, to_text(value, range));
    is_first = is_first && parts[index].is_list;
  }
  return Value{std::move(text)};
}

Value join(Arguments arguments, const SourceRange& range) {
  std::vector<Part> parts;
  for (const Value& argument : arguments.subspan(1)) {
    if (const auto* list = argument.as_list()) {
      for (const Value& item : *list) parts.push_back({item});
    } else if (argument.as_open_list() != nullptr || argument.is_unknown()) {
      const auto* why = argument.as_unknown();
      const bool may_climb = argument.may_climb() || arguments[0].may_climb();
      const std::string reason = why != nullptr ? why->reason : "its elements are not all known";
      parts.push_back({Value{Value::Unknown{reason, range, false, may_climb}}, true});
    } else {
      return Value::error(range);
    }
  }
  std::vector<Value> values;
  for (const Part& part : parts) values.push_back(part.value);
  const Value::Text separator = to_text(arguments[0], range);
  return combine(values, [&](Arguments chosen) { return join_parts(separator, parts, chosen, range); });
}

constexpr NamedFunction table[] = {
    {"format", format, 1, any_number, 1, true},
    {"formatlist", format_list, 1, any_number, 1, true},
    {"join", join, 2, any_number, 1},
};

}  // namespace

std::span<const NamedFunction> format_functions() { return table; }

}  // namespace statelane::hcl
