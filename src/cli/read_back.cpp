#include "cli/read_back.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "lint/lint.hpp"
#include "repo/memory_tree.hpp"

namespace statelane::cli {

void read_back(std::span<const std::string> files, const gitlab::Version& server) {
  std::map<RepoPath, repo::MemoryTree::File> tree;
  std::string including = "include:\n";
  for (const std::string& text : files) {
    const std::string name = fmt::format("file{}.yml", tree.size() + 1);
    including += fmt::format("- local: {}\n", name);
    tree[RepoPath::of(name)] = {text};
  }
  const RepoPath whole = RepoPath::of("pipeline.yml");
  tree[whole] = {including};
  const auto refusals = lint::find_refusals(repo::MemoryTree(std::move(tree)), whole, server);
  if (refusals.empty()) return;
  throw std::logic_error(fmt::format("GitLab would refuse the pipeline that was about to be written: {}{}",
                                     refusals.front(),
                                     refusals.size() > 1 ? fmt::format(" (and {} more)", refusals.size() - 1) : ""));
}

}  // namespace statelane::cli
