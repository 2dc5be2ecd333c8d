#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "states/input_set.hpp"
#include "states/linked_inputs.hpp"
#include "states/loops.hpp"
#include "states/module_index.hpp"
#include "states/module_scope.hpp"
#include "states/partial_text.hpp"
#include "states/path_inputs.hpp"

namespace statelane::states {

/// Turns expressions that may name files into the inputs of one state.
class ReferenceInputs {
 public:
  ReferenceInputs(const Lane& lane, ModuleIndex& modules, LinkedInputs& links, InputSet& inputs,
                  std::vector<Unknown>& unknown)
      : lane_(lane), modules_(modules), links_(links), inputs_(inputs), unknown_(unknown) {}

  /// Adds what `reference` names in every round of the loops around it; of a template also what that reads. What is not
  /// known is covered by a pattern and reported. `module_directory`: the module that it stands in.
  void add(const terraform::FileReference& reference, const Fold& fold, const Reach& reach,
           const RepoPath& module_directory);

  /// Adds the file that a local backend keeps a state in: its path is taken as it is, and as one that is cleaned first.
  /// Of a path that only the world outside knows nothing is added: stored states lie anywhere, and mostly in no commit.
  void add_state_file(const hcl::Value& path, const Reach& reach);

  /// A file of configuration that was not read to its end, though Terraform may: what it reads is not known.
  void add_cut_file(const RepoPath& path, std::optional<std::uint32_t> via);

  /// Files that a `fileset` covers count as part of it. To be called when all references have been added.
  void finish() { inputs_.absorb_files(file_sets_); }

 private:
  void add_round(const terraform::FileReference& reference, const Fold& fold, const Round& round, const Reach& reach,
                 const RepoPath& module_directory);
  std::vector<std::uint32_t> add_texts(const hcl::Value& value, const terraform::FileReference& reference,
                                       const Reach& reach, const RepoPath& module_directory);
  void add_file_set(const hcl::Value& directories, const hcl::Value& patterns, const Reach& reach);
  void add_templates(std::uint32_t input, const hcl::Value& variables, const Place& place);
  void add_template(const RepoPath& path, std::uint32_t input, const hcl::Value& variables);
  void note(PathOutcome outcome, const PossibleText& text, const Reach& reach);

  const Lane& lane_;
  ModuleIndex& modules_;
  LinkedInputs& links_;
  InputSet& inputs_;
  std::vector<Unknown>& unknown_;
  std::vector<std::uint32_t> file_sets_;                 ///< the patterns of known file sets
  std::map<RepoPath, std::set<std::string>> templates_;  ///< per template, the variables it was looked at with
};

/// Directories that Terraform makes itself hold nothing that is in git.
bool lies_in_terraform_directory(std::string_view path);

}  // namespace statelane::states
