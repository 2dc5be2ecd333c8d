#pragma once

#include <optional>
#include <vector>

#include "hcl/value.hpp"

namespace statelane::hcl {

// Terraform's conversions between types. A value here has no declared type: where it may have been converted, the
// result holds both.

/// As a condition or number; an error where Terraform refuses. What is not known stays so. Of no alternatives.
Value to_boolean(const Value& value, const SourceRange& range);
Value to_number(const Value& value, const SourceRange& range);

/// As a string; null stays null.
Value to_string(const Value& value, const SourceRange& range);

/// The elements of a list or map get one type: strings where one is a string. An error where there is none; what may
/// be converted, because not all of them are known, is both.
Value to_one_type(const Value::List& list, const SourceRange& range);
Value to_one_type(const Value::Map& map, const SourceRange& range);

/// A set: sorted as Terraform iterates, without duplicates; open where not all elements are known.
Value to_set(const Value& value, const SourceRange& range);

/// Numbers that stand beside a string, or something not known, may have been converted to strings.
Value::List blur_numbers(Value::List list);

/// What `chosen` becomes where `other` might have been chosen in its place: a conditional's branches have one type.
Value unify(const Value& chosen, const Value& other, const SourceRange& range);

/// Whether `left == right`; empty where that is not known.
std::optional<bool> is_equal(const Value& left, const Value& right);

}  // namespace statelane::hcl
