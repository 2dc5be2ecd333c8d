#include "hcl/fold_functions.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "hcl/fold_arguments.hpp"

namespace statelane::hcl {

namespace {

Function find_function(std::string_view name) {
  for (const std::span<const NamedFunction> table : {text_functions(), collection_functions()}) {
    for (const NamedFunction& candidate : table) {
      if (candidate.name == name) return candidate.function;
    }
  }
  return nullptr;
}

/// Functions of strings that refuse null.
bool is_strict(std::string_view name) {
  constexpr std::string_view names[] = {"abspath",    "basename",    "chomp",      "dirname", "endswith",
                                        "join",       "lower",       "pathexpand", "replace", "split",
                                        "startswith", "strcontains", "substr",     "title",   "trim",
                                        "trimprefix", "trimspace",   "trimsuffix", "upper"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::size_t known_size(const Value::Text& text) {
  std::size_t result = 0;
  for (const auto& piece : text.pieces) result += piece ? piece->size() : 0;
  return result;
}

}  // namespace

std::optional<long> known_integer(Arguments arguments, std::size_t index) {
  const auto text = known_text(arguments, index);
  if (!text || text->empty() ||
      text->find_first_not_of("0123456789", text->starts_with('-') ? 1 : 0) != std::string::npos) {
    return std::nullopt;
  }
  return std::strtol(text->c_str(), nullptr, 10);
}

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
  if (known_size(more) > 0 && known_size(text) + known_size(more) > longest_text) {
    append_text(text, {{std::nullopt}, {"the text is too long", {}}});
    return;
  }
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
  const bool has_null = std::any_of(arguments.begin(), arguments.end(), [](const Value& argument) {
    return std::holds_alternative<Value::Null>(argument.data);
  });
  if (has_null && is_strict(name)) return Value::error("an argument is null", range);
  if (const Function function = find_function(name)) {
    Value result = function(arguments, range);
    if (!result.is_unknown()) return result;
  }
  // The reason of an argument says more than that the function is not folded.
  for (const Value& argument : arguments) {
    if (argument.is_unknown()) return argument;
  }
  return not_folded();
}

}  // namespace statelane::hcl
