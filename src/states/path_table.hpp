#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/repo_path.hpp"

namespace statelane::states {

/// For tables by path that are asked with a part of a path's text.
struct PathTextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  std::size_t operator()(const RepoPath& path) const noexcept { return (*this)(std::string_view(path.str())); }
};
struct PathTextEqual {
  using is_transparent = void;
  bool operator()(const RepoPath& left, const RepoPath& right) const { return left == right; }
  bool operator()(std::string_view left, const RepoPath& right) const { return left == right.str(); }
  bool operator()(const RepoPath& left, std::string_view right) const { return left.str() == right; }
};

template <typename Value>
using PathTable = std::unordered_map<RepoPath, Value, PathTextHash, PathTextEqual>;
using PathSet = std::unordered_set<RepoPath, PathTextHash, PathTextEqual>;

}  // namespace statelane::states
