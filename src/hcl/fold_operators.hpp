#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "hcl/alternatives.hpp"
#include "hcl/syntax.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

// The parts of folding that need nothing but values: each alternative of an operand comes by itself.

/// What is not known of `expression`, and why.
Value unknown(const Expression& expression, std::string_view why, bool may_climb = false);

/// `left OPERATOR right`.
Value apply_operator(const Expression& expression, const Value& left, const Value& right);

/// `OPERATOR value`.
Value apply_operator(const Expression& expression, const Value& value);

/// `collection[key]`. Where the key is not known: any of a small collection, or an error.
Value member(const Value& collection, const Value& key, const Expression& expression);

}  // namespace statelane::hcl
