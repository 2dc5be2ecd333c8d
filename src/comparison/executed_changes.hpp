#pragma once

#include <string>
#include <vector>

#include "comparison/loaded_tree.hpp"

namespace statelane::comparison {

/// What the change does to what jobs execute, one entry each, sorted: keys of the configuration (`job of
/// "services/*"`), the file of templates, and files of the repository that the configuration calls by name (`tool`,
/// `commands`, `after_plan`). What Terraform itself runs (providers, `external`, provisioners) is the plan's to tell.
/// Without a base nothing has changed.
std::vector<std::string> find_executed_changes(const LoadedTree& base, const LoadedTree& head);

/// The same between the configuration and templates of `own` and of another tree, with what decides where to apply.
std::vector<std::string> find_differences_in(const config::Config& own, const repo::Tree& own_tree,
                                             const config::Config& other, const repo::Tree& other_tree,
                                             config::Deciding deciding);

}  // namespace statelane::comparison
