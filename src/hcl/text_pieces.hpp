#pragma once

#include <string>
#include <string_view>

#include "hcl/value.hpp"

namespace statelane::hcl {

/// No text gets longer: what would make it so becomes an unknown piece. Values double easily.
inline constexpr std::size_t longest_text = 256 * 1024;

/// Text that grows piece by piece, known and unknown; neighbours of one kind become one piece.
void append_text(Value::Text& text, const Value::Text& more);
void append_text(Value::Text& text, std::string_view known);

/// Appends a piece of which nothing is known.
void append_unknown(Value::Text& text, const Value::Unknown& why);

/// What `value` is inside a template: its pieces for a string, its known string for a number or boolean, one unknown
/// piece for the rest.
Value::Text to_text(const Value& value, const SourceRange& range);

/// `text` with an unknown piece for the place of the repository, which functions of strings would look into.
Value::Text hide_root(Value::Text text);

/// False when no texts for the unknown pieces make the two equal.
bool may_be_equal(const Value::Text& left, const Value::Text& right);

/// Go's `filepath.Clean`, which Terraform's path functions are made of.
std::string clean_path(const std::string& path);

/// Text from a file, as Terraform takes it: in Unicode's normal form C. Letters that may have to be composed for that
/// are not known; ASCII always is.
Value::Text to_normal_form(std::string_view text);

}  // namespace statelane::hcl
