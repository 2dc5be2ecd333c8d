#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "hcl/characters.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

/// The one argument as a known string, changed by `change`.
template <typename Change>
Value change_text(Arguments arguments, const Change& change) {
  auto text = arguments.size() == 1 ? arguments[0].as_known_string() : std::nullopt;
  return text ? Value::text(change(*std::move(text))) : not_folded();
}

/// Each known piece changed by itself. Letters beyond ASCII would need Unicode's tables.
template <typename Change>
Value change_pieces(Arguments arguments, const SourceRange& range, const Change& change) {
  if (arguments.size() != 1) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  for (auto& piece : text.pieces) {
    if (piece && !is_ascii(*piece)) return not_folded();
    if (piece) std::transform(piece->begin(), piece->end(), piece->begin(), change);
  }
  return Value{std::move(text)};
}

Value lower(Arguments arguments, const SourceRange& range) {
  return change_pieces(arguments, range, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

Value upper(Arguments arguments, const SourceRange& range) {
  return change_pieces(arguments, range, [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
}

/// Go's `strings.Title` on ASCII: a letter behind anything but a letter, digit or underscore is the first of a word.
Value title(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  if (!text || !is_ascii(*text)) return not_folded();
  std::string result;
  for (const char byte : *text) {
    const auto before = static_cast<unsigned char>(result.empty() ? ' ' : result.back());
    const bool begins_word = std::isalnum(before) == 0 && before != '_';
    result += begins_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(byte))) : byte;
  }
  return Value::text(std::move(result));
}

Value trim_space(Arguments arguments, const SourceRange&) {
  return change_text(arguments, [](const std::string& text) { return std::string(trim_left(trim_right(text))); });
}

Value chomp(Arguments arguments, const SourceRange&) {
  return change_text(arguments, [](std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
  });
}

Value trim(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto cut = known_text(arguments, 1);
  if (!text || !cut || !is_ascii(*cut)) return not_folded();
  const std::size_t begin = text->find_first_not_of(*cut);
  if (begin == std::string::npos) return Value::text("");
  return Value::text(text->substr(begin, text->find_last_not_of(*cut) - begin + 1));
}

/// Go's `filepath.Base`.
std::string base_name(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return ".";
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || path == "/" ? path : path.substr(slash + 1);
}

/// Go's `filepath.Dir`.
std::string directory_name(std::string path) {
  const std::size_t slash = path.rfind('/');
  return clean_path(slash == std::string::npos ? "" : path.substr(0, slash + 1));
}

Value base_name_of(Arguments arguments, const SourceRange&) { return change_text(arguments, base_name); }
Value directory_name_of(Arguments arguments, const SourceRange&) { return change_text(arguments, directory_name); }

/// `~` is the home directory of whoever runs Terraform.
Value path_expand(Arguments arguments, const SourceRange&) {
  const auto path = known_text(arguments, 0);
  return path && !path->starts_with('~') ? Value::text(*path) : not_folded();
}

Value join(Arguments arguments, const SourceRange& range) {
  if (arguments.size() < 2) return not_folded();
  const Value::Text separator = to_text(arguments[0], range);
  Value::Text text;
  bool is_first = true;
  for (const Value& argument : arguments.subspan(1)) {
    const Value::List* list = as_list(argument);
    if (list == nullptr) return not_folded();
    for (const Value& item : *list) {
      if (!is_first) append_text(text, separator);
      append_text(text, to_text(item, range));
      is_first = false;
    }
  }
  return Value{std::move(text)};
}

/// One verb with its value; empty where it is not folded. Numbers are whole for `%d`.
std::optional<Value::Text> format_one(std::string_view verb, const Value& value, const SourceRange& range) {
  const char letter = verb.back();
  const std::string_view flags = verb.substr(1, verb.size() - 2);
  if (std::string_view("sdv").find(letter) == std::string_view::npos) return std::nullopt;
  if (flags.empty()) return to_text(value, range);
  const auto known = value.as_known_string();
  if (!known || flags.find_first_not_of("-0123456789") != std::string_view::npos || !is_ascii(*known))
    return std::nullopt;
  const bool is_left = flags.starts_with('-');
  const bool has_zeros = flags.starts_with('0') && letter == 'd';
  const std::string_view digits = flags.substr(is_left ? 1 : 0);
  if (digits.empty() || digits.size() > 3 || digits.find('-') != std::string_view::npos) return std::nullopt;
  if (known->starts_with('-') && has_zeros) return std::nullopt;
  const std::size_t width = std::stoul(std::string(digits));
  const std::string fill(known->size() < width ? width - known->size() : 0, has_zeros ? '0' : ' ');
  return Value::Text{{is_left ? *known + fill : fill + *known}, {}};
}

/// `%s`, `%d`, `%v` with a width, and `%%`; other verbs give an unknown piece.
Value format(Arguments arguments, const SourceRange& range) {
  const auto pattern = known_text(arguments, 0);
  if (!pattern || pattern->find("%[") != std::string::npos || pattern->find('*') != std::string::npos)
    return not_folded();
  Value::Text text;
  std::size_t next = 1;
  std::size_t at = 0;
  while (at < pattern->size()) {
    const std::size_t percent = std::min(pattern->find('%', at), pattern->size());
    append_text(text, {{pattern->substr(at, percent - at)}, {}});
    if (percent == pattern->size()) break;
    const std::size_t end = pattern->find_first_not_of("0123456789+-# .", percent + 1);
    if (end == std::string::npos) return not_folded();
    at = end + 1;
    const std::string_view verb = std::string_view(*pattern).substr(percent, at - percent);
    if (verb == "%%") {
      append_text(text, {{std::string("%")}, {}});
      continue;
    }
    if (next >= arguments.size()) return not_folded();
    const auto formatted = format_one(verb, arguments[next++], range);
    append_text(text, formatted ? *formatted : Value::Text{{std::nullopt}, {"a formatted part is not known", range}});
  }
  return Value{std::move(text)};
}

/// `format` for each row of the lists among the arguments.
Value format_list(Arguments arguments, const SourceRange& range) {
  std::optional<std::size_t> count;
  for (const Value& argument : arguments) {
    const Value::List* list = as_list(argument);
    if (list == nullptr) continue;
    if (count && *count != list->size()) return not_folded();
    count = list->size();
  }
  if (!count) return not_folded();
  Value::List result;
  for (std::size_t row = 0; row < *count; ++row) {
    std::vector<Value> chosen;
    for (const Value& argument : arguments)
      chosen.push_back(as_list(argument) != nullptr ? (*as_list(argument))[row] : argument);
    Value text = format(chosen, range);
    if (text.is_unknown()) return text;
    result.push_back(std::move(text));
  }
  return Value{std::move(result)};
}

/// A pattern between slashes is a regular expression and not folded.
Value replace(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto from = known_text(arguments, 1);
  const auto to = known_text(arguments, 2);
  if (!text || !from || !to || from->empty()) return not_folded();
  if (from->size() > 1 && from->starts_with('/') && from->ends_with('/')) return not_folded();
  std::string result;
  std::size_t begin = 0;
  for (std::size_t at = text->find(*from); at != std::string::npos; at = text->find(*from, begin)) {
    result.append(*text, begin, at - begin).append(*to);
    begin = at + from->size();
    if (result.size() > longest_text) return not_folded();
  }
  return Value::text(result + text->substr(begin));
}

Value split(Arguments arguments, const SourceRange&) {
  const auto separator = known_text(arguments, 0);
  const auto text = known_text(arguments, 1);
  if (!separator || separator->empty() || !text) return not_folded();
  Value::List list;
  std::size_t begin = 0;
  for (std::size_t at = text->find(*separator); at != std::string::npos; at = text->find(*separator, begin)) {
    list.push_back(Value::text(text->substr(begin, at - begin)));
    begin = at + separator->size();
  }
  list.push_back(Value::text(text->substr(begin)));
  return Value{std::move(list)};
}

/// Whether an unknown piece decides, or takes part in what is cut off, cannot be told: then nothing is known.
Value trim_prefix(Arguments arguments, const SourceRange& range) {
  const auto prefix = known_text(arguments, 1);
  if (!prefix) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || prefix->empty()) return Value{std::move(text)};
  if (!text.pieces.front()) return not_folded();
  std::string& first = *text.pieces.front();
  if (first.starts_with(*prefix)) {
    first.erase(0, prefix->size());
    if (first.empty()) text.pieces.erase(text.pieces.begin());
  } else if (text.pieces.size() > 1 && prefix->starts_with(first)) {
    return not_folded();
  }
  return Value{std::move(text)};
}

Value trim_suffix(Arguments arguments, const SourceRange& range) {
  const auto suffix = known_text(arguments, 1);
  if (!suffix) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || suffix->empty()) return Value{std::move(text)};
  if (!text.pieces.back()) return not_folded();
  std::string& last = *text.pieces.back();
  if (last.ends_with(*suffix)) {
    last.resize(last.size() - suffix->size());
    if (last.empty()) text.pieces.pop_back();
  } else if (text.pieces.size() > 1 && suffix->ends_with(last)) {
    return not_folded();
  }
  return Value{std::move(text)};
}

/// Counted in characters as people see them: folded for ASCII only.
Value substr(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto offset = known_integer(arguments, 1);
  const auto length = known_integer(arguments, 2);
  if (!text || !offset || !length || !is_ascii(*text)) return not_folded();
  const long size = static_cast<long>(text->size());
  const long begin = *offset < 0 ? *offset + size : *offset;
  if (begin < 0) return not_folded();
  if (begin >= size) return Value::text("");
  const long count = *length < 0 ? size : *length;
  return Value::text(text->substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)));
}

Value begins_with(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto prefix = known_text(arguments, 1);
  return text && prefix ? Value{text->starts_with(*prefix)} : not_folded();
}

Value ends_with(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto suffix = known_text(arguments, 1);
  return text && suffix ? Value{text->ends_with(*suffix)} : not_folded();
}

Value string_contains(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto part = known_text(arguments, 1);
  return text && part ? Value{text->find(*part) != std::string::npos} : not_folded();
}

Value to_string(Arguments arguments, const SourceRange& range) {
  if (arguments.size() != 1 || as_list(arguments[0]) != nullptr || as_map(arguments[0]) != nullptr) return not_folded();
  if (std::holds_alternative<Value::Null>(arguments[0].data)) return arguments[0];
  return Value{to_text(arguments[0], range)};
}

constexpr NamedFunction table[] = {
    {"basename", base_name_of},
    {"chomp", chomp},
    {"dirname", directory_name_of},
    {"endswith", ends_with},
    {"format", format},
    {"formatlist", format_list},
    {"join", join},
    {"lower", lower},
    {"pathexpand", path_expand},
    {"replace", replace},
    {"split", split},
    {"startswith", begins_with},
    {"strcontains", string_contains},
    {"substr", substr},
    {"title", title},
    {"tostring", to_string},
    {"trim", trim},
    {"trimprefix", trim_prefix},
    {"trimspace", trim_space},
    {"trimsuffix", trim_suffix},
    {"upper", upper},
};

}  // namespace

std::span<const NamedFunction> text_functions() { return table; }

}  // namespace statelane::hcl
