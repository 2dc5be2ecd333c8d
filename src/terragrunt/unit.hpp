#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "terragrunt/config.hpp"

namespace statelane::terragrunt {

/// The module that a unit runs, as far as it lies in this repository.
struct Source {
  RepoPath copied;  ///< the directory that is copied as a whole: what lies outside is not there
  RepoPath module;  ///< the one in it that is run, over which the unit's own files are copied
  Origin origin;
};

/// Text that is written into the module before it is run.
struct GeneratedText {
  std::string path;  ///< relative to the module
  hcl::Value contents;
  Origin origin;
};

/// A word that names a file, or may do so.
struct NamedFile {
  hcl::Value path;
  Origin origin;
};

/// A word of a hook's command.
struct HookWord {
  hcl::Value text;
  std::optional<RepoPath> from;  ///< where it is run; empty: in the module
  Origin origin;
};

/// What one `terragrunt plan` acts on.
struct Unit {
  RepoPath directory;  ///< where it is run; of a generated one it need not be in the tree
  RepoPath files;      ///< where its files lie in the tree: of a generated one its template
  Origin place;        ///< its file, or the block of a stack file that makes it
  bool is_generated = false;
  std::vector<RepoPath> stacks{};  ///< the directories of the stacks that make it

  ReadLog log;
  std::vector<Dependency> dependencies;    ///< without those in `log`
  std::optional<hcl::Value> remote_state;  ///< the merged one: an object with `backend` and `config`
  std::optional<Source> source;            ///< empty: it runs in its own directory, or what it runs lies elsewhere
  bool has_source = false;
  std::map<std::string, hcl::Value> inputs;                           ///< what is known of them
  std::vector<NamedFile> var_files;                                   ///< relative to the module or the unit
  std::vector<HookWord> commands;                                     ///< words of hooks that may name files
  std::vector<std::pair<std::string, hcl::Value>> backend_arguments;  ///< of `-backend-config=`
  std::vector<GeneratedText> generated;
  std::string workspace;  ///< `TF_WORKSPACE`; empty: none is set
  std::vector<std::string> include_in_copy;
  std::vector<std::string> exclude_from_copy;
  bool copies_all = false;                         ///< which files are copied is not known
  std::string state_mark;                          ///< what says where its state is
  std::map<std::string, std::string> input_marks;  ///< of the inputs by name; without names where they are not known
  std::string fingerprint;  ///< equal ones: whatever was read, the same is run, but for the inputs
};

}  // namespace statelane::terragrunt
