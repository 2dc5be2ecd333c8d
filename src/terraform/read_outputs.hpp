#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace statelane::terraform {

/// The names of other states' outputs that a configuration file refers to: `NAME` of every
/// `data.terraform_remote_state.x.outputs.NAME`, also behind an index of `x`, in either syntax. Comments count too.
/// Empty when a reference does not say which output it means: a data source as a whole, all its outputs, a computed
/// name.
std::optional<std::set<std::string>> find_read_outputs(std::string_view text);

}  // namespace statelane::terraform
