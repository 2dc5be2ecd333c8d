#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hcl/value.hpp"

namespace statelane::hcl {

using Arguments = std::span<const Value>;
using Function = Value (*)(Arguments arguments, const SourceRange& range);

struct NamedFunction {
  std::string_view name;
  Function function = nullptr;
};

/// The functions of Terraform that are folded, by what they work on.
std::span<const NamedFunction> text_functions();
std::span<const NamedFunction> collection_functions();

/// No list, range or product gets longer.
inline constexpr std::size_t longest_list = 10'000;

/// Unknown without a reason: who called the function names the expression.
inline Value not_folded() { return Value{Value::Unknown{}}; }

inline const Value::List* as_list(const Value& value) { return std::get_if<Value::List>(&value.data); }
inline const Value::Map* as_map(const Value& value) { return std::get_if<Value::Map>(&value.data); }

/// The list that is the argument `index`; null where there is none.
inline const Value::List* list_at(Arguments arguments, std::size_t index) {
  return index < arguments.size() ? as_list(arguments[index]) : nullptr;
}

/// The wholly known string that is the argument `index`.
inline std::optional<std::string> known_text(Arguments arguments, std::size_t index) {
  return index < arguments.size() ? arguments[index].as_known_string() : std::nullopt;
}

/// The whole number that is the argument `index`.
std::optional<long> known_integer(Arguments arguments, std::size_t index);

}  // namespace statelane::hcl
