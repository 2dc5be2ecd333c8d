#include "states/changed_paths.hpp"

namespace statelane::states {

ChangedPaths::ChangedPaths(const repo::Tree& tree, const ContentId& earlier) {
  const auto files = earlier.is_zero() ? std::nullopt : tree.differences_from(earlier);
  if (!files) return;
  are_known_ = true;
  for (const RepoPath& file : *files) {
    RepoPath place = file;
    while (paths_.insert(place).second && !place.is_root()) place = place.parent();
  }
}

}  // namespace statelane::states
