#include "comparison/loaded_tree.hpp"

#include <fmt/format.h>

#include "config/limits.hpp"
#include "repo/links.hpp"

namespace statelane::comparison {

config::Config read_config(const repo::Tree& tree, Diagnostics& diagnostics) {
  const RepoPath path = RepoPath::of(config::file_name);
  const auto entry = tree.find(path);
  if (!entry) return {};
  const repo::Resolved resolved = repo::resolve_links(tree, RepoPath(), path.str());
  const bool is_file = resolved.outcome == repo::Resolved::Outcome::found &&
                       (resolved.kind == repo::EntryKind::file || resolved.kind == repo::EntryKind::executable);
  if (is_file && tree.size(resolved.path) > config::most_bytes) {
    diagnostics.error(path, std::nullopt, fmt::format("larger than {} bytes", config::most_bytes));
    return {};
  }
  if (is_file) return config::parse_config(tree.read(resolved.path), path, diagnostics);
  const bool is_link = entry->kind == repo::EntryKind::symlink;
  diagnostics.error(path, std::nullopt, is_link ? "the link leads to no file" : "cannot be read: it is not a file");
  return {};
}

LoadedTree load_tree(std::unique_ptr<repo::Tree> tree, facts::FactStore& facts, Diagnostics& diagnostics,
                     const TrustedConfig* trusted) {
  LoadedTree loaded;
  loaded.tree = std::move(tree);
  if (!loaded.tree) return loaded;
  Diagnostics of_config;
  loaded.own_config = read_config(*loaded.tree, of_config);
  loaded.has_faulty_config = of_config.has_errors();
  diagnostics.merge(of_config);
  loaded.config = trusted == nullptr ? loaded.own_config
                                     : config::take_executed(loaded.own_config, trusted->config, trusted->deciding);
  loaded.states = states::load_states(*loaded.tree, loaded.config, facts, diagnostics);
  return loaded;
}

}  // namespace statelane::comparison
