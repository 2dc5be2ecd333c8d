#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::gitlab {

// Where a state is applied: what the generator gives a gate, the helper lets through and static pipelines write as a
// condition is one rule. Tags are no branches: nothing is applied in their pipelines.

/// `apply.branches` as it is configured, an empty list included; else the default branch, where it is known.
std::vector<std::string> apply_branches(const std::optional<std::vector<std::string>>& configured,
                                        std::string_view default_branch);

/// Whether `branch` is one of `branches`, by its name or by a glob: `release/*`, `hotfix/**`. No branch is none of
/// them.
bool is_apply_branch(std::span<const std::string> branches, std::string_view branch);

}  // namespace statelane::gitlab
