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

/// `path.cwd` where Terraform was started at the root with `-chdir`. By itself it names no input: a lane of ours is
/// never started so, and the whole repository would be one.
inline constexpr std::string_view started_at_root = "/\x01/";

/// The absolute path, for folding, of a directory of the repository.
std::string absolute_text(const RepoPath& path);

/// Where a text begins: a directory of the repository and what is to be read from it.
struct Anchor {
  RepoPath directory;
  std::string rest;
};

/// What `path_text` takes for a path: it begins with a dot and a slash or like an absolute path of the repository, or
/// its first component is a directory that lies in the working directory `from` (the `path.module` of a module there).
bool begins_like_path(const repo::Tree& tree, const RepoPath& from, std::string_view text);

/// The anchor of `text`, read from the working directory `from`. Empty when it lies outside the repository.
std::optional<Anchor> anchor_of(const RepoPath& from, std::string_view text);

/// The path that `text` names, read from the working directory `from`, with `..` taken away before any link is
/// followed, as Terraform does for its functions and for module sources. Empty when it leaves the repository.
std::optional<RepoPath> resolve_lexically(const RepoPath& from, std::string_view text);

/// The resolution ends at a path of the repository.
bool is_inside(const repo::Resolved& resolved);

/// Adds the links of a resolution; returns the way to what lies behind them.
Reach add_links(const repo::Resolved& resolved, const Reach& reach, InputSet& inputs);

/// `path`, at which nothing is, lies in a submodule: its commit decides what is there. The submodule's path then.
std::optional<RepoPath> lies_in_submodule(const repo::Tree& tree, RepoPath path);

/// Adds the submodule that `resolved` is or lies in.
void add_submodule(const repo::Tree& tree, const repo::Resolved& resolved, const Reach& reach, InputSet& inputs);

/// Adds what a text may name, read from the working directory `from`: the file (which need not exist), the directory
/// with everything below it, a glob for what is not known, and every symbolic link on the way. Terraform's functions
/// clean a path before they follow links; of a path that goes elsewhere both readings count.
///   file       the whole text is a path
///   path_text  the whole text is a path when something is there; else each of its words that begins like one
///   path_value the whole text is a path when something is there
/// `boundary`: nothing outside this directory is there for relative paths; null: there is none.
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
                           const Reach& reach, InputSet& inputs, const RepoPath* boundary = nullptr);

/// Adds the files that `fileset(directory, pattern)` may list.
PathInputs add_file_set_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& directory,
                               const PartialText& pattern, const Reach& reach, InputSet& inputs);

/// `glob` for what lies below `directory`, as a glob from the root; without one everything below.
std::string below_glob(const RepoPath& directory, std::string_view glob = "**/*");

/// `text` with every character that means something in GitLab's pattern language escaped.
std::string escape_glob(std::string_view text);

}  // namespace statelane::states
