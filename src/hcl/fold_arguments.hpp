#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hcl/value.hpp"

namespace statelane::hcl {

using Arguments = std::span<const Value>;
using Function = Value (*)(Arguments arguments, const SourceRange& range);

/// A function of Terraform. Before it is called, arguments that Terraform refuses have become errors.
struct NamedFunction {
  std::string_view name;
  Function function = nullptr;
  std::uint8_t least = 0;  ///< so many arguments, at the least and at the most
  std::uint8_t most = 0;
  std::uint8_t strings = 0;  ///< the first so many arguments are strings: no collections
  bool takes_null = false;   ///< some argument may be null: the function looks itself
};

inline constexpr std::uint8_t any_number = 255;

/// The functions of Terraform that are folded, by what they work on; each table is sorted by name.
std::span<const NamedFunction> text_functions();
std::span<const NamedFunction> path_functions();
std::span<const NamedFunction> format_functions();
std::span<const NamedFunction> number_functions();
std::span<const NamedFunction> collection_functions();
std::span<const NamedFunction> map_functions();
std::span<const NamedFunction> set_functions();
std::span<const NamedFunction> decoding_functions();

/// No list, range or product gets longer.
inline constexpr std::size_t longest_list = 10'000;

/// Unknown without a reason: who called the function names the expression.
inline Value not_folded() { return Value{Value::Unknown{}}; }

/// The wholly known string that is the argument `index`.
inline std::optional<std::string> known_text(Arguments arguments, std::size_t index) {
  return index < arguments.size() ? arguments[index].as_known_string() : std::nullopt;
}

/// The argument `index` as text, without the place of the repository.
Value::Text text_at(Arguments arguments, std::size_t index, const SourceRange& range);

/// A whole number among the arguments, as far as it is known; `failure` is what the function answers otherwise.
struct Integer {
  std::optional<std::int64_t> value;
  Value failure;
};
Integer integer_at(Arguments arguments, std::size_t index, const SourceRange& range);

/// What a function answers for an argument that is no list, or no map: an error, unless nothing is known of it.
Value no_collection(const Value& argument, const SourceRange& range);

/// The list that may not be a set; else null, and `failure` is the answer.
const Value::List* ordered_list(const Value& argument, const SourceRange& range, Value& failure);

inline bool is_ascii(std::string_view text) {
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) >= 0x80) return false;
  }
  return true;
}

}  // namespace statelane::hcl
