#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hcl/text_pieces.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

/// `clean_path` for a text of which only parts are known, as far as they tell.
Value clean_path(const Value::Text& path);

/// The result of one of Terraform's functions on arguments that hold no alternatives. Unknown for a function that is
/// not folded or arguments that say too little: with a reason where an argument has one, and it may climb where an
/// argument may.
Value call_function(std::string_view name, std::span<const Value> arguments, const SourceRange& range);

}  // namespace statelane::hcl
