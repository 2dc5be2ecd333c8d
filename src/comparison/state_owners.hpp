#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "comparison/comparison.hpp"
#include "gitlab/code_owners.hpp"

namespace statelane::comparison {

/// Who owns the directory of a state.
struct StateOwners {
  std::vector<gitlab::Ownership> owners;  ///< of its own files, each once
  std::vector<std::string> not_asked;     ///< owners of none of the paths that changed: GitLab does not ask them
};

/// The owners of all that a comparison is about.
struct OwnersAnswer {
  std::string file;                           ///< the CODEOWNERS that counts; empty: there is none
  std::map<std::string, StateOwners> states;  ///< by id
};

/// The owners of the affected states, and of those in `also`. GitLab takes the file of the branch that is merged into:
/// base's, where there is a base.
OwnersAnswer find_state_owners(const Comparison& comparison, const std::set<std::string>& also);

}  // namespace statelane::comparison
