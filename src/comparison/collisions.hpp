#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "comparison/comparison.hpp"

namespace statelane::comparison {

/// Another merge request, as far as git knows it.
struct OtherRequest {
  std::string name;  ///< "!123"
  repo::CommitId head;
};

/// Another merge request that changes states which this change touches: when one is merged, the other's plan is old.
struct Collision {
  std::string request;
  std::map<std::string, RepoPath> states;  ///< id → a path by which it touches it
};

/// What was looked at, and what came of it.
struct Collisions {
  bool was_looked = true;              ///< false: they could not be asked for, and `looked` says nothing
  std::size_t looked = 0;              ///< requests that have something left to merge
  std::vector<Collision> found{};      ///< in the order of the requests
  std::vector<std::string> remarks{};  ///< what was not looked at, and why
};

/// Compares each request with where it left `target`, the commit it is to be merged into, and asks which of the
/// affected states it touches, by what head's states read. A request that is merged already, as it is or squashed, and
/// that of head itself are none. One whose commits are not here is a remark.
Collisions find_collisions(const repo::Repository& repository, const Comparison& comparison,
                           const std::vector<OtherRequest>& requests, const repo::CommitId& target);

}  // namespace statelane::comparison
