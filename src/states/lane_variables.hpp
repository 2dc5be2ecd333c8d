#pragma once

#include <span>

#include "states/module_index.hpp"
#include "states/state.hpp"
#include "terraform/variable_file.hpp"

namespace statelane::states {

/// The variables of the environment as if they stood in a variable file. The type that `module` declares decides how
/// Terraform reads such a text: for a number, a bool, a string and where nothing is declared as it is, else as an
/// expression. Source: https://developer.hashicorp.com/terraform/language/values/variables#environment-variables
terraform::VariableFile to_variable_file(std::span<const LaneVariable> variables, const Module& module);

}  // namespace statelane::states
