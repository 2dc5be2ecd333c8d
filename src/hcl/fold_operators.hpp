#pragma once

#include <string_view>
#include <vector>

#include "hcl/syntax.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

// The parts of folding that need nothing but values: each alternative of an operand comes by itself.

/// What is not known of `expression`, and why.
Value unknown(const Expression& expression, std::string_view why);

/// One value for several: itself when all are equal, flat, and unknown when there are too many.
Value join_alternatives(std::vector<Value> values);

/// `left OPERATOR right`.
Value apply_operator(const Expression& expression, const Value& left, const Value& right);

/// `OPERATOR value`.
Value apply_operator(const Expression& expression, const Value& value);

/// `collection[key]`. Where the key is not known: any of a small collection.
Value member(const Value& collection, const Value& key, const Expression& expression);

}  // namespace statelane::hcl
