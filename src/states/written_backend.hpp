#pragma once

#include <string>

#include "states/backend_identity.hpp"
#include "states/module_scope.hpp"

namespace statelane::states {

/// What a backend block says, its expressions folded where they stand.
BackendSettings settings_of(const terraform::Backend& backend, const ModuleScope& scope);

/// Sets the setting `name`, or for an object each of its attributes. One of several values is not known.
void add_setting(const std::string& name, const hcl::Value& value, BackendSettings& settings);

/// Sets what `KEY=VALUE` says. A value that Terraform may read as an expression, for a setting that is no text, is not
/// known.
void add_written_setting(const std::string& setting, BackendSettings& settings);

}  // namespace statelane::states
