#include "states/closure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "states/fixed_inputs.hpp"
#include "states/lane_variables.hpp"
#include "states/linked_inputs.hpp"
#include "states/module_walk.hpp"
#include "states/trace.hpp"
#include "states/written_backend.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::FileReference;

class ClosureBuilder {
 public:
  ClosureBuilder(const Sources& sources, const RepoPath& directory, const Instance& instance,
                 const config::Settings& settings)
      : sources_(sources),
        directory_(directory),
        instance_(instance),
        settings_(settings),
        lane_{sources.tree, directory, instance.workspace, sources.modules, tool_of(settings)},
        links_(sources, inputs_),
        references_(lane_, sources.modules, links_, inputs_, closure_.unknown) {}

  Closure build() {
    add_fixed_inputs(sources_, directory_, instance_, settings_, inputs_);
    if (const Module* module = sources_.modules.find(directory_, lane_.tool)) {
      const Arguments arguments = root_arguments(*module);
      closure_.backend = backend_settings(*module, arguments);
      add_local_state(*module);
      ModuleWalk(sources_, lane_, inputs_, links_, references_, closure_).walk(*module, arguments);
      if (closure_.reads_workspace) closure_.workspace_names = find_workspace_names(*module);
    }
    references_.finish();
    links_.follow_all();
    closure_.inputs = inputs_.finish();
    std::sort(closure_.unknown.begin(), closure_.unknown.end());
    closure_.unknown.erase(std::unique(closure_.unknown.begin(), closure_.unknown.end()), closure_.unknown.end());
    return std::move(closure_);
  }

 private:
  Arguments root_arguments(const Module& module) {
    Arguments result;
    const hcl::Scope nothing{[](std::string_view root, std::string_view name, const SourceRange& range) {
      return Value::unknown(fmt::format("{}.{} cannot stand in a variable file", root, name), range);
    }};
    // What the environment says is the weakest.
    const terraform::VariableFile fixed = to_variable_file(instance_.variables, module);
    take_values(fixed, {RepoPath::of(config::file_name), 0}, nothing, result);
    for (const RepoPath& path : loaded_variable_files(sources_, directory_, instance_)) {
      const terraform::VariableFile* file = sources_.modules.find_variables(path);
      if (file == nullptr) continue;
      if (file->is_cut) {
        // Any variable may be set in what was not read.
        references_.add_cut_file(path, std::nullopt);
        for (auto& [name, value] : result)
          value = Value::unknown(fmt::format("{} was not read to its end", path.display()), {});
      }
      take_values(*file, {path, 1}, nothing, result);
    }
    return result;
  }

  /// `place`: of the file; line 0 where its own lines are nobody's.
  void take_values(const terraform::VariableFile& file, const Place& place, const hcl::Scope& nothing,
                   Arguments& arguments) {
    for (const auto& entry : file.values)
      arguments.insert_or_assign(std::string(entry.name), hcl::fold(*entry.value, nothing));
    const Fold fold = [&](const hcl::Expression& expression, std::span<const hcl::Variable>) {
      return hcl::fold(expression, nothing);
    };
    for (const FileReference& reference : file.references)
      references_.add(reference, fold, {std::nullopt, {place.file, place.line == 0 ? 0 : reference.line}}, RepoPath());
  }

  /// OpenTofu's backends may read variables: the lane fixes them as it does elsewhere.
  BackendSettings backend_settings(const Module& module, const Arguments& arguments) {
    BackendSettings result;
    if (module.backends.empty()) return result;
    const ModuleScope scope(module, lane_, ".", arguments, true);
    result = settings_of(*module.backends.front().backend, scope);
    for (const Module::BackendBlock& block : module.backends) {
      const BackendSettings other = settings_of(*block.backend, scope);
      if (other.type == result.type) forget_differences(other, result);
    }
    for (const BackendArgument& argument : instance_.backend_config) add_argument(argument, scope, result);
    return result;
  }

  void add_argument(const BackendArgument& argument, const ModuleScope& scope, BackendSettings& settings) {
    if (!argument.file) return add_written_setting(argument.setting, settings);
    const terraform::VariableFile* file = sources_.modules.find_variables(*argument.file);
    if (file == nullptr) return;
    settings.is_open = settings.is_open || file->is_cut;
    for (const auto& entry : file->values) add_setting(std::string(entry.name), scope.fold(*entry.value), settings);
  }

  /// A local backend keeps its state in a file, which may lie in the repository.
  void add_local_state(const Module& module) {
    const auto path = closure_.backend.values.find("path");
    if (closure_.backend.type != "local" || path == closure_.backend.values.end()) return;
    const bool is_known_in_part = std::any_of(path->second.begin(), path->second.end(),
                                              [](const auto& piece) { return piece && !piece->empty(); });
    if (!is_known_in_part) return;
    const Module::BackendBlock& block = module.backends.front();
    const Reach reach{std::nullopt, {block.file->path, block.backend->line}};
    // The path is not cleaned: links count before the `..` behind them.
    for (const auto kind : {terraform::ReferenceKind::file, terraform::ReferenceKind::path_value})
      add_path_inputs(sources_.tree, directory_, path->second, kind, std::nullopt, reach, inputs_);
  }

  /// What alternatives do not agree on is not known.
  static void forget_differences(const BackendSettings& other, BackendSettings& settings) {
    for (const auto& [name, text] : other.values) {
      const auto known = settings.values.find(name);
      if (known == settings.values.end() || known->second != text) settings.values[name] = PartialText{std::nullopt};
    }
    for (auto& [name, text] : settings.values) {
      if (!other.values.contains(name)) text = PartialText{std::nullopt};
    }
  }

  const Sources& sources_;
  const RepoPath& directory_;
  const Instance& instance_;
  const config::Settings& settings_;
  Lane lane_;
  InputSet inputs_;
  Closure closure_;
  LinkedInputs links_;
  ReferenceInputs references_;
};

}  // namespace

terraform::Tool tool_of(const config::Settings& settings) {
  return settings.tool ? terraform::tool_of(settings.tool->text) : terraform::Tool::unknown;
}

Closure find_closure(const Sources& sources, const RepoPath& directory, const Instance& instance,
                     const config::Settings& settings) {
  return ClosureBuilder(sources, directory, instance, settings).build();
}

}  // namespace statelane::states
