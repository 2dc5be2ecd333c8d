#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/value.hpp"
#include "repo/links.hpp"
#include "repo/tree.hpp"
#include "states/input_set.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::states {

using hcl::repository_root;

/// The absolute path, for folding, of a directory of the repository.
std::string absolute_text(const RepoPath& path);

/// The path that `text` names, read from the working directory `from`, with `..` taken away before any link is
/// followed, as Terraform does for its functions and for module sources. Empty when it leaves the repository.
std::optional<RepoPath> resolve_lexically(const RepoPath& from, std::string_view text);

/// Adds the links of a resolution; returns the way to what lies behind them.
Reach add_links(const repo::Resolved& resolved, const Reach& reach, InputSet& inputs);

/// Adds the submodule that the missing path of `resolved` lies in: its commit decides what is there.
void add_submodule(const repo::Tree& tree, const repo::Resolved& resolved, const Reach& reach, InputSet& inputs);

/// Adds what a text may name, read from the working directory `from`: the file (which need not exist), the directory
/// with everything below it, a glob for what is not known, and every symbolic link on the way. Terraform's functions
/// clean a path before they follow links; of a path that goes elsewhere both readings count.
///   file       the whole text is a path
///   path_text  the whole text is a path when something is there; else each of its words that begins like one
/// `definition_of`: the module directory whose locals or arguments hold the text: a directory that contains it says
/// nothing by itself.
enum class PathOutcome {
  known,     ///< everything that the text names was added
  covered,   ///< a glob covers what is not known
  anything,  ///< the text is not known at all: nothing was added
  no_path,   ///< it is no path, or lies outside the repository: nothing was added
};
struct PathInputs {
  PathOutcome outcome = PathOutcome::no_path;
  std::vector<std::uint32_t> added;  ///< indexes of the inputs that the text names, links left out
};
PathInputs add_path_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& text,
                           terraform::ReferenceKind kind, const std::optional<RepoPath>& definition_of,
                           const Reach& reach, InputSet& inputs);

/// Adds the files that `fileset(directory, pattern)` may list.
PathInputs add_file_set_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& directory,
                               const PartialText& pattern, const Reach& reach, InputSet& inputs);

/// `text` with every character that means something in GitLab's pattern language escaped.
std::string escape_glob(std::string_view text);

}  // namespace statelane::states
