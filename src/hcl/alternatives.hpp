#pragma once

#include <span>
#include <vector>

#include "hcl/value.hpp"

namespace statelane::hcl {

/// One value for several: itself when all are equal, flat, and unknown when there are too many.
Value join_alternatives(std::vector<Value> values);

/// Every combination of the values' alternatives, within bounds.
std::vector<std::vector<Value>> combinations(std::span<const Value> values);

/// Gathers what `function` answers for every combination of the values' alternatives.
template <typename Function>
Value combine(std::span<const Value> values, const Function& function) {
  bool has_choice = false;
  for (const Value& value : values) has_choice = has_choice || value.as_one_of() != nullptr;
  if (!has_choice) return function(values);
  std::vector<Value> results;
  for (const auto& row : combinations(values)) results.push_back(function(std::span<const Value>(row)));
  return join_alternatives(std::move(results));
}

/// What stands under a name; `otherwise` where nothing may stand there.
Value value_under(const Value::Map& map, const std::string& name, const Value& otherwise);

/// Any member of a list or map, or an error: which one is not known because of `why`.
Value any_member(const Value& collection, const Value& why);

}  // namespace statelane::hcl
