#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/scan.hpp"
#include "terraform/tool.hpp"

namespace statelane::states {

class Trace;

/// One configuration file as a directory loads it.
struct LoadedFile {
  RepoPath path;
  const terraform::FileFacts* facts = nullptr;
};

/// What the configuration files of one directory say together, for one tool. Override files are merged as Terraform
/// merges them: an attribute that they give replaces that of the block of the same name; a `locals` or `backend` entry
/// is replaced whole. References of all files count, also overridden ones, which can only be wider. Where the tool is
/// not known, what OpenTofu reads in place of something else is an alternative to it.
struct Module {
  struct Definition {
    std::vector<const terraform::NamedExpression*> alternatives;  ///< never empty
  };
  struct Variable {
    std::vector<const terraform::Variable*> alternatives;  ///< never empty; some may have no default
    const hcl::Expression* type = nullptr;                 ///< null where nothing says
  };
  struct Call {
    terraform::ModuleCall call;
    const LoadedFile* file = nullptr;                          ///< where its source is written
    std::vector<const terraform::ModuleCall*> overrides = {};  ///< their arguments replace the call's, in this order
  };
  struct Read {
    terraform::RemoteState block;
    const LoadedFile* file = nullptr;
  };
  struct BackendBlock {
    const terraform::Backend* backend = nullptr;
    const LoadedFile* file = nullptr;
  };

  struct Object {
    const terraform::PlainObject* block = nullptr;
    bool is_alternative = false;  ///< beside those before it, not in their place
  };

  RepoPath directory;
  std::vector<LoadedFile> files;
  std::unordered_map<std::string_view, Definition> locals;
  std::unordered_map<std::string_view, Definition> outputs;
  std::vector<Object> objects;  ///< several of one name: later ones override
  std::unordered_map<std::string_view, Variable> variables;
  std::vector<Call> calls;
  std::vector<Read> remote_states;
  std::vector<BackendBlock> backends;  ///< empty when there is none, several only as alternatives

  /// The local or variable `name`, as `local.x`, is used, and only in sources of modules.
  bool is_only_for_sources(std::string_view name) const;
};

/// The directories with configuration of one tree, each read when it is first asked for.
class ModuleIndex {
 public:
  ModuleIndex(const repo::Tree& tree, const Scan& scan, facts::FactStore& facts, Diagnostics& diagnostics)
      : tree_(tree), scan_(scan), facts_(facts), diagnostics_(diagnostics) {}

  /// Reads the facts of every configuration file in the directories that `is_wanted`, on several threads. What is asked
  /// for later is there.
  void read_ahead(const std::function<bool(const RepoPath&)>& is_wanted);

  /// The module in `directory` as `tool` loads it; null when there is no configuration file for it. Faults of its files
  /// are added to the diagnostics.
  const Module* find(const RepoPath& directory, terraform::Tool tool);

  /// The assignments in a file of values; null when there is no such file.
  const terraform::VariableFile* find_variables(const RepoPath& path);

  /// What the template at `path` reads; null when there is no such file. One of more than `largest_template` bytes is
  /// not read.
  const terraform::TemplateFile* find_template(const RepoPath& path);

  /// Notes in `trace` what is asked here, until it is told otherwise; null: nothing is noted. That files have faults
  /// spoils a trace: they are reported only where they are read.
  void follow(Trace* trace) { trace_ = trace; }

  /// A digest of everything that `find` takes from the tree for `directory`, whatever the tool.
  std::array<std::uint8_t, 32> fingerprint(const RepoPath& directory) const;

  /// Makes the content ids of all configuration files known, on several threads where files have to be read for that.
  void read_content_ids() const;

  const facts::OwnRepository& own_repository() const { return facts_.own_repository(); }

 private:
  void trace_linked_files(const ScannedDirectory& directory) const;
  Module load(const ScannedDirectory& directory, terraform::Tool tool);
  void report(const Diagnostics& faults, const RepoPath& path);

  const repo::Tree& tree_;
  const Scan& scan_;
  facts::FactStore& facts_;
  Diagnostics& diagnostics_;
  Trace* trace_ = nullptr;
  std::unordered_map<RepoPath, std::array<std::unique_ptr<Module>, 3>> modules_;  ///< by tool
  terraform::TemplateFile too_large_{.references = {}, .is_too_large = true, .faults = {}, .arena = {}};
};

}  // namespace statelane::states
