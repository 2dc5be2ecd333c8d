#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hcl/value.hpp"

namespace statelane::hcl {

/// No text gets longer: what would make it so becomes an unknown piece. Values double easily.
inline constexpr std::size_t longest_text = 64 * 1024;

/// Text that grows piece by piece, known and unknown; neighbours of one kind become one piece.
void append_text(Value::Text& text, const Value::Text& more);

/// What `value` is inside a template: its pieces for a string, its known string for a number or boolean, one unknown
/// piece for the rest.
Value::Text to_text(const Value& value, const SourceRange& range);

/// Go's `filepath.Clean`, which Terraform's path functions are made of.
std::string clean_path(const std::string& path);

/// The result of one of Terraform's functions on arguments that hold no alternatives. Unknown, with a reason, for a
/// function that is not folded or arguments that say too little.
Value call_function(std::string_view name, std::span<const Value> arguments, const SourceRange& range);

}  // namespace statelane::hcl
