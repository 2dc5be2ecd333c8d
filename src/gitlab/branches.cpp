#include "gitlab/branches.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace statelane::gitlab {

namespace {

/// As in the rest of the configuration, `**` at the end means everything below.
bool matches_branch(const std::string& glob, std::string_view branch) {
  const bool is_deep = glob == "**" || glob.ends_with("/**");
  return glob == branch || matches_glob(is_deep ? glob + "/*" : glob, branch);
}

}  // namespace

std::vector<std::string> apply_branches(const std::optional<std::vector<std::string>>& configured,
                                        std::string_view default_branch) {
  if (configured) return *configured;
  if (default_branch.empty()) return {};
  return {std::string(default_branch)};
}

bool is_apply_branch(std::span<const std::string> branches, std::string_view branch) {
  return !branch.empty() && std::any_of(branches.begin(), branches.end(),
                                        [&](const std::string& glob) { return matches_branch(glob, branch); });
}

}  // namespace statelane::gitlab
