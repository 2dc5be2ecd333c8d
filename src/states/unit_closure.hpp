#pragma once

#include "states/closure.hpp"
#include "terragrunt/unit.hpp"

namespace statelane::states {

struct UnitClosure {
  Closure closure;
  Copied copied;
};

/// The closure of a unit: what Terragrunt reads to evaluate it, and what Terraform reads of the module that it runs,
/// with the unit's own files over it. What is not known is covered by a pattern, and told.
/// `instance`: what the lane fixes.
UnitClosure find_unit_closure(const Sources& sources, const terragrunt::Unit& unit, const Instance& instance,
                              const config::Settings& settings);

}  // namespace statelane::states
