#pragma once

#include <string_view>
#include <vector>

#include "repo/tree.hpp"

namespace statelane::repo {

/// Where a path leads when symbolic links are followed, as the operating system would.
struct Resolved {
  enum class Outcome {
    found,    ///< `path` exists and is no link
    missing,  ///< nothing there; `path` is where it would be
    outside,  ///< a link or `..` leads out of the repository, or is absolute
    cycle,    ///< links lead in a circle, or there are more than 40 of them (Linux's own limit)
  };
  Outcome outcome = Outcome::missing;
  RepoPath path;
  EntryKind kind = EntryKind::file;  ///< of `path` when found
  std::vector<RepoPath> links;       ///< every link on the way, in order
};

/// Follows `relative` from `directory`, link by link: `..` after a link climbs from the link's target. `directory`
/// itself is taken as it is.
Resolved resolve_links(const Tree& tree, const RepoPath& directory, std::string_view relative);

}  // namespace statelane::repo
