#pragma once

#include "base/diagnostics.hpp"
#include "states/state.hpp"
#include "yaml/value.hpp"

namespace statelane::pipeline {

/// What a job that calls Terraform alone has to know of its state, in variables that nobody expands: its directory,
/// tool, workspace and files, or the words of a lane outside Terraform. Lists are numbered from 1 and have their length
/// beside them.
yaml::Value::Map shell_variables(const states::State& state, bool is_apply);

/// Errors for settings of a state that only the job helper can keep.
void refuse_helper_settings(const states::State& state, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
