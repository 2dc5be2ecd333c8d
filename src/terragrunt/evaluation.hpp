#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hcl/fold.hpp"
#include "terragrunt/config.hpp"
#include "terragrunt/parsed_files.hpp"

namespace statelane::terragrunt {

/// A file that another one includes.
struct Include {
  std::string label;  ///< empty for a block without one
  RepoPath file;
  bool is_exposed = false;
  MergeStrategy strategy = MergeStrategy::shallow;
  Origin origin;
};

/// The file whose configuration is being put together: what its path functions see, in the files that it includes too.
struct Context {
  RepoPath file;
  RepoPath directory;
  std::vector<Include> includes;
  std::map<std::string, Entry> exposed;  ///< by label
};

/// What is known beside a generated unit or stack, in the place of files that `stack generate` would write.
struct Generated {
  std::optional<Entries> values;      ///< of `terragrunt.values.hcl`; empty: none is written
  std::optional<Config> autoinclude;  ///< of `terragrunt.autoinclude.hcl`
};
using GeneratedFiles = std::map<RepoPath, Generated>;

/// Evaluates configuration for one unit, and notes all that is read on the way. Work is bounded; past the bound what is
/// asked for is not known.
class Evaluation {
 public:
  /// `original`: the unit's directory, which read files see too.
  Evaluation(const Files& files, ParsedFiles& parsed, const GeneratedFiles& generated, RepoPath original)
      : files_(files), parsed_(parsed), generated_(generated), original_(std::move(original)) {}

  /// The configuration of `file`, with all that it includes; empty when there is none.
  std::optional<Config> load(const RepoPath& file);

  /// What `read_terragrunt_config` gives for a file that is there.
  Entry read_config(const RepoPath& file, const Origin& origin);

  /// The file of configuration of a directory: the JSON one wins.
  std::optional<RepoPath> config_file_in(const RepoPath& directory, const Origin& origin);

  /// The values beside `file`; empty when there are none.
  std::optional<Entries> values_beside(const RepoPath& directory, const Origin& origin);

  /// Notes that `path`, as Terragrunt sees it, was looked at.
  void note(Read::Kind kind, const RepoPath& path, const Origin& origin, std::string glob = {});
  void note_open(const hcl::Value& text, const RepoPath& from, const Origin& origin, std::string what);

  /// What the file at `path` says: its tokens where it is configuration, else its content. Empty: there is none.
  std::string digest_of(const RepoPath& path) const;

  const Files& files() const { return files_; }
  const RepoPath& original() const { return original_; }
  ReadLog& log() { return log_; }

  /// The file at `path`, null when there is none. What one reads that was not read to its end is not known.
  const hcl::File* find_file(const RepoPath& path);

  /// False when too much was asked for.
  bool spend() { return --files_left_ >= 0; }

 private:
  Config load_included(const Include& include, const Context& context);
  void merge_autoinclude(const RepoPath& file, const Context& context, const std::optional<RepoPath>& include_directory,
                         Config& config);
  void add_fetched(const Config& config);

  const Files& files_;
  ParsedFiles& parsed_;
  const GeneratedFiles& generated_;
  RepoPath original_;
  ReadLog log_;
  std::map<RepoPath, std::pair<Entry, std::vector<Read>>> read_configs_;
  std::vector<RepoPath> reading_;  ///< the way of files that read each other
  int files_left_ = 2'000;
};

/// The directories that a configuration's dependencies name, enabled ones only; what is not known is noted.
std::vector<Dependency> dependencies_of(const Config& config, ReadLog& log);

}  // namespace statelane::terragrunt
