#include "hcl/fold_functions.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

namespace statelane::hcl {

namespace {

using Arguments = std::span<const Value>;
using Function = std::function<Value(Arguments, const SourceRange&)>;

/// Without a reason: who called names the expression.
Value not_folded() { return Value{Value::Unknown{}}; }

const Value::List* as_list(const Value& value) { return std::get_if<Value::List>(&value.data); }
const Value::Map* as_map(const Value& value) { return std::get_if<Value::Map>(&value.data); }

std::optional<std::string> known_text(Arguments arguments, std::size_t index) {
  return index < arguments.size() ? arguments[index].as_known_string() : std::nullopt;
}

Value to_value(Value::Text text) { return Value{std::move(text)}; }

/// A function of one known string.
Function of_text(std::string (*function)(std::string)) {
  return [function](Arguments arguments, const SourceRange&) {
    auto text = arguments.size() == 1 ? arguments[0].as_known_string() : std::nullopt;
    return text ? Value::text(function(*std::move(text))) : not_folded();
  };
}

/// A function that changes each known piece of a string by itself.
Function of_pieces(std::string (*function)(std::string)) {
  return [function](Arguments arguments, const SourceRange& range) {
    if (arguments.size() != 1) return not_folded();
    Value::Text text = to_text(arguments[0], range);
    for (auto& piece : text.pieces) {
      if (piece) piece = function(*std::move(piece));
    }
    return to_value(std::move(text));
  };
}

std::string to_lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string to_upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string trim_space(std::string text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
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
  return to_value(std::move(text));
}

/// `%s`, `%d`, `%v` and `%%`; a verb with flags or width gives an unknown piece.
Value format(Arguments arguments, const SourceRange& range) {
  const auto pattern = known_text(arguments, 0);
  if (!pattern) return not_folded();
  Value::Text text;
  std::size_t next = 1;
  for (std::size_t at = 0; at < pattern->size(); ++at) {
    if ((*pattern)[at] != '%') {
      append_text(text, {{std::string(1, (*pattern)[at])}, {}});
      continue;
    }
    const std::size_t end = pattern->find_first_not_of("0123456789+-# .[]*", at + 1);
    if (end == std::string::npos) return not_folded();
    const bool is_plain = end == at + 1;
    if ((*pattern)[end] == '%') {
      append_text(text, {{std::string("%")}, {}});
    } else if (next < arguments.size() && is_plain && std::string_view("sdv").find((*pattern)[end]) != std::string_view::npos) {
      append_text(text, to_text(arguments[next++], range));
    } else {
      ++next;
      append_text(text, {{std::nullopt}, {"a formatted part is not known", range}});
    }
    at = end;
  }
  return to_value(std::move(text));
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  if (from.empty()) return text;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

Value replace(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto from = known_text(arguments, 1);
  const auto to = known_text(arguments, 2);
  const bool is_pattern = from && from->size() > 1 && from->starts_with('/') && from->ends_with('/');
  return text && from && to && !is_pattern ? Value::text(replace_all(*text, *from, *to)) : not_folded();
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

Value trim_prefix(Arguments arguments, const SourceRange& range) {
  const auto prefix = known_text(arguments, 1);
  if (!prefix) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || !text.pieces.front()) return text.pieces.empty() ? to_value(std::move(text)) : not_folded();
  std::string& first = *text.pieces.front();
  if (first.starts_with(*prefix)) first.erase(0, prefix->size());
  if (first.empty()) text.pieces.erase(text.pieces.begin());
  return to_value(std::move(text));
}

Value trim_suffix(Arguments arguments, const SourceRange& range) {
  const auto suffix = known_text(arguments, 1);
  if (!suffix) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || !text.pieces.back()) return text.pieces.empty() ? to_value(std::move(text)) : not_folded();
  std::string& last = *text.pieces.back();
  if (last.ends_with(*suffix)) last.resize(last.size() - suffix->size());
  if (last.empty()) text.pieces.pop_back();
  return to_value(std::move(text));
}

std::optional<long> known_integer(Arguments arguments, std::size_t index) {
  const auto text = known_text(arguments, index);
  if (!text || text->empty() || text->find_first_not_of("-0123456789") != std::string::npos) return std::nullopt;
  return std::strtol(text->c_str(), nullptr, 10);
}

Value substr(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  const auto offset = known_integer(arguments, 1);
  const auto length = known_integer(arguments, 2);
  if (!text || !offset || !length || *offset < 0 || static_cast<std::size_t>(*offset) > text->size()) return not_folded();
  const std::size_t count = *length < 0 ? std::string::npos : static_cast<std::size_t>(*length);
  return Value::text(text->substr(static_cast<std::size_t>(*offset), count));
}

Value element(Arguments arguments, const SourceRange&) {
  const Value::List* list = arguments.empty() ? nullptr : as_list(arguments[0]);
  const auto index = known_integer(arguments, 1);
  if (list == nullptr || list->empty() || !index) return not_folded();
  const long size = static_cast<long>(list->size());
  return (*list)[static_cast<std::size_t>(((*index % size) + size) % size)];
}

Value lookup(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.empty() ? nullptr : as_map(arguments[0]);
  const auto key = known_text(arguments, 1);
  if (map == nullptr || !key) return not_folded();
  const auto found = map->find(*key);
  if (found != map->end()) return found->second;
  return arguments.size() > 2 ? arguments[2] : not_folded();
}

Value concat(Arguments arguments, const SourceRange&) {
  Value::List result;
  for (const Value& argument : arguments) {
    const Value::List* list = as_list(argument);
    if (list == nullptr) return not_folded();
    result.insert(result.end(), list->begin(), list->end());
  }
  return Value{std::move(result)};
}

Value merge(Arguments arguments, const SourceRange&) {
  Value::Map result;
  for (const Value& argument : arguments) {
    if (std::holds_alternative<Value::Null>(argument.data)) continue;
    const Value::Map* map = as_map(argument);
    if (map == nullptr) return not_folded();
    for (const auto& [key, value] : *map) result.insert_or_assign(key, value);
  }
  return Value{std::move(result)};
}

Value keys(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.size() == 1 ? as_map(arguments[0]) : nullptr;
  if (map == nullptr) return not_folded();
  Value::List result;
  for (const auto& [key, value] : *map) result.push_back(Value::text(key));
  return Value{std::move(result)};
}

Value values(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.size() == 1 ? as_map(arguments[0]) : nullptr;
  if (map == nullptr) return not_folded();
  Value::List result;
  for (const auto& [key, value] : *map) result.push_back(value);
  return Value{std::move(result)};
}

Value length(Arguments arguments, const SourceRange&) {
  if (arguments.size() != 1) return not_folded();
  const auto number = [](std::size_t size) { return Value{Value::Number{static_cast<double>(size)}}; };
  if (const Value::List* list = as_list(arguments[0])) return number(list->size());
  if (const Value::Map* map = as_map(arguments[0])) return number(map->size());
  return not_folded();
}

/// Sets are lists here, sorted and without duplicates, as Terraform iterates over them.
Value to_set(Arguments arguments, const SourceRange&) {
  const Value::List* list = arguments.size() == 1 ? as_list(arguments[0]) : nullptr;
  if (list == nullptr) return not_folded();
  std::vector<std::string> texts;
  for (const Value& item : *list) {
    const auto text = item.as_known_string();
    if (!text) return arguments[0];
    texts.push_back(*text);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  Value::List result;
  for (std::string& text : texts) result.push_back(Value::text(std::move(text)));
  return Value{std::move(result)};
}

Value flatten(Arguments arguments, const SourceRange& range) {
  const Value::List* list = arguments.size() == 1 ? as_list(arguments[0]) : nullptr;
  if (list == nullptr) return not_folded();
  Value::List result;
  for (const Value& item : *list) {
    if (as_list(item) == nullptr) {
      result.push_back(item);
      continue;
    }
    const Value inner = flatten(Arguments(&item, 1), range);
    result.insert(result.end(), as_list(inner)->begin(), as_list(inner)->end());
  }
  return Value{std::move(result)};
}

Value contains(Arguments arguments, const SourceRange&) {
  const Value::List* list = arguments.size() == 2 ? as_list(arguments[0]) : nullptr;
  const auto wanted = known_text(arguments, 1);
  if (list == nullptr || !wanted) return not_folded();
  for (const Value& item : *list) {
    const auto text = item.as_known_string();
    if (!text) return not_folded();
    if (*text == *wanted) return Value{true};
  }
  return Value{false};
}

Value same(Arguments arguments, const SourceRange&) { return arguments.size() == 1 ? arguments[0] : not_folded(); }

Value to_string(Arguments arguments, const SourceRange& range) {
  return arguments.size() == 1 ? to_value(to_text(arguments[0], range)) : not_folded();
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

const std::unordered_map<std::string_view, Function>& functions() {
  static const std::unordered_map<std::string_view, Function> table = {
      {"join", join},
      {"format", format},
      {"replace", replace},
      {"split", split},
      {"lower", of_pieces(to_lower)},
      {"upper", of_pieces(to_upper)},
      {"trimspace", of_text(trim_space)},
      {"trimprefix", trim_prefix},
      {"trimsuffix", trim_suffix},
      {"substr", substr},
      {"basename", of_text(base_name)},
      {"dirname", of_text(directory_name)},
      {"pathexpand", same},
      {"element", element},
      {"lookup", lookup},
      {"concat", concat},
      {"merge", merge},
      {"keys", keys},
      {"values", values},
      {"length", length},
      {"toset", to_set},
      {"tolist", same},
      {"tomap", same},
      {"flatten", flatten},
      {"contains", contains},
      {"tostring", to_string},
      {"nonsensitive", same},
      {"sensitive", same},
      {"startswith", begins_with},
      {"endswith", ends_with},
  };
  return table;
}

}  // namespace

std::string clean_path(const std::string& path) {
  const bool is_absolute = path.starts_with('/');
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !is_absolute) {
      parts.push_back(part);
    }
  }
  std::string result = is_absolute ? "/" : "";
  for (const std::string& part : parts) result += (result.empty() || result == "/" ? "" : "/") + part;
  return result.empty() ? "." : result;
}

void append_text(Value::Text& text, const Value::Text& more) {
  for (const auto& piece : more.pieces) {
    if (!piece && (text.pieces.empty() || text.pieces.back())) {
      if (text.why.reason.empty()) text.why = more.why;
      text.pieces.push_back(std::nullopt);
    } else if (piece && !piece->empty()) {
      if (!text.pieces.empty() && text.pieces.back()) {
        *text.pieces.back() += *piece;
      } else {
        text.pieces.push_back(piece);
      }
    }
  }
}

Value::Text to_text(const Value& value, const SourceRange& range) {
  if (const auto* text = std::get_if<Value::Text>(&value.data)) return *text;
  if (auto known = value.as_known_string()) {
    Value::Text text;
    if (!known->empty()) text.pieces.emplace_back(*std::move(known));
    return text;
  }
  const auto* unknown = std::get_if<Value::Unknown>(&value.data);
  return {{std::nullopt}, unknown != nullptr ? *unknown : Value::Unknown{"it is no string", range}};
}

Value call_function(std::string_view name, std::span<const Value> arguments, const SourceRange& range) {
  if (name.starts_with("core::")) name.remove_prefix(6);
  const auto found = functions().find(name);
  if (found != functions().end()) {
    Value result = found->second(arguments, range);
    if (!result.is_unknown()) return result;
  }
  // The reason of an argument says more than that the function is not folded.
  for (const Value& argument : arguments) {
    if (argument.is_unknown()) return argument;
  }
  return not_folded();
}

}  // namespace statelane::hcl
