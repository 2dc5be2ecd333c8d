#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/repo_path.hpp"
#include "cli/options.hpp"
#include "cli/read_trees.hpp"

namespace statelane::cli {

/// A directory that `each` runs its command in, and what for.
struct EachItem {
  std::string id;  ///< of the state; of a module its directory
  bool is_module = false;
  RepoPath directory;
  std::optional<std::string> instance{};
  std::vector<std::size_t> after{};  ///< indexes of those that come first

  /// What tells it from all others.
  std::string key() const { return (is_module ? "module " : "state ") + id; }
};

/// The affected states that are in head, with `--modules` after the modules that changed; each sorted by id.
/// `after` is filled where the options ask for an order.
std::vector<EachItem> find_each_items(const Comparison& comparison, const Options& options);

/// Affected states that have no directory in head.
std::vector<std::string> find_gone(const Comparison& comparison);

/// `word` with `{id}`, `{path}` and `{instance}` filled in; what they bring is not looked at again.
std::string fill_in(std::string_view word, const EachItem& item);

}  // namespace statelane::cli
