#pragma once

#include <string>
#include <vector>

#include "gitlab/changes_pattern.hpp"
#include "states/state.hpp"

namespace statelane::pipeline {

/// The paths that a state watches, as patterns for GitLab's `changes` keyword, sorted. They match every input; they may
/// match more, since a list of patterns cannot leave out a nested state, another instance's files or documentation: the
/// states of a pipeline are chosen by `find_affected`, this list only repeats the choice in GitLab's words. Patterns
/// that another one covers are left out. A path that is not UTF-8 becomes a pattern that matches more; a configured
/// glob that is not UTF-8 stays as it is.
std::vector<std::string> patterns_of(const states::State& state,
                                     gitlab::PatternKeyword keyword = gitlab::PatternKeyword::only_changes);

}  // namespace statelane::pipeline
