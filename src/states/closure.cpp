#include "states/closure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/input_set.hpp"
#include "states/module_scope.hpp"
#include "states/partial_text.hpp"
#include "states/path_inputs.hpp"
#include "states/reference_inputs.hpp"
#include "states/remote_reads.hpp"
#include "states/trace.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::FileReference;
using terraform::ReferenceKind;

bool is_local_source(std::string_view source) {
  return source.starts_with("./") || source.starts_with("../") || source == "." || source == ".." ||
         source.starts_with(repository_root);
}

/// A source that names nothing in the repository, whatever its unknown parts are, needs no arguments.
bool may_be_local(const Value& source) {
  const auto texts = to_texts(source);
  return std::any_of(texts.begin(), texts.end(), [](const PossibleText& text) {
    return !text.text.empty() && (!text.text.front() || is_local_source(*text.text.front()));
  });
}

class ClosureBuilder {
 public:
  ClosureBuilder(const Sources& sources, const RepoPath& directory, const Instance& instance,
                 const config::Settings& settings)
      : sources_(sources),
        directory_(directory),
        instance_(instance),
        settings_(settings),
        tool_(tool_of(settings)),
        lane_{sources.tree, directory, instance.workspace},
        references_(lane_, sources.modules, inputs_, closure_.unknown) {}

  Closure build() {
    add_fixed_inputs();
    if (const Module* module = sources_.modules.find(directory_, tool_)) {
      closure_.backend = backend_settings(*module);
      visit_module(*module, root_arguments(), std::nullopt);
    }
    references_.finish();
    add_links();
    closure_.inputs = inputs_.finish();
    std::sort(closure_.unknown.begin(), closure_.unknown.end());
    closure_.unknown.erase(std::unique(closure_.unknown.begin(), closure_.unknown.end()), closure_.unknown.end());
    return std::move(closure_);
  }

 private:
  void add_fixed_inputs() {
    const Reach conventional{std::nullopt, {directory_, 0}};
    inputs_.add(InputKind::own_directory, directory_, "", conventional);
    inputs_.add(InputKind::version_pin, directory_, "", conventional);
    inputs_.add(InputKind::lock_file, directory_.child(".terraform.lock.hcl"), "", conventional);
    for (const RepoPath& file : variable_files()) add_named_file(InputKind::variable_file, file, conventional);
    for (const RepoPath& file : instance_.backend_files) add_named_file(InputKind::backend_file, file, conventional);
    for (const config::Located& glob : sources_.config.global_inputs) add_configured(RepoPath(), glob);
    if (settings_.inputs) {
      for (const config::Located& glob : *settings_.inputs) add_configured(directory_, glob);
    }
  }

  /// A file that is read by its name, and the links on the way to it.
  void add_named_file(InputKind kind, const RepoPath& path, const Reach& reach) {
    const auto resolved = repo::resolve_links(sources_.tree, RepoPath(), path.str());
    Reach way = reach;
    for (const RepoPath& link : resolved.links) way = {inputs_.add(InputKind::link, link, "", way), reach.place};
    inputs_.add(kind, resolved.links.empty() ? path : resolved.path, "", way);
  }

  /// A glob of the configuration, relative to `from`. A `**` at the end means everything below.
  void add_configured(const RepoPath& from, const config::Located& glob) {
    std::string text = glob.text;
    if (text == "**" || text.ends_with("/**")) text += "/*";
    const std::size_t wildcard = std::min(text.find_first_of("*?[{\\"), text.size());
    const std::size_t slash = text.rfind('/', wildcard);
    const std::size_t split = slash == std::string::npos || wildcard == 0 ? 0 : slash + 1;
    const auto directory = from.resolve(text.substr(0, split));
    if (!directory) return;
    const std::string prefix = directory->is_root() ? "" : escape_glob(directory->str()) + "/";
    const Place place{RepoPath::of(config::file_name), glob.range.begin.line};
    inputs_.add(InputKind::configured, *directory, prefix + text.substr(split), {std::nullopt, place});
  }

  /// In the order in which Terraform reads them.
  std::vector<RepoPath> variable_files() const {
    std::vector<RepoPath> result;
    if (sources_.trace != nullptr) sources_.trace->add(Question::Kind::names, directory_);
    const ScannedDirectory* scanned = sources_.scan.find(directory_);
    const std::vector<std::string> names = scanned == nullptr ? std::vector<std::string>{} : scanned->variables;
    for (const std::string_view first : {"terraform.tfvars", "terraform.tfvars.json"}) {
      if (std::find(names.begin(), names.end(), first) != names.end()) result.push_back(directory_.child(first));
    }
    for (const std::string& name : names) {
      const bool is_first = name.starts_with("terraform.tfvars");
      if (terraform::is_automatic_variable_name(name) && !is_first) result.push_back(directory_.child(name));
    }
    result.insert(result.end(), instance_.var_files.begin(), instance_.var_files.end());
    return result;
  }

  Arguments root_arguments() {
    Arguments result;
    const hcl::Scope nothing{[](std::string_view root, std::string_view name, const SourceRange& range) {
      return Value::unknown(fmt::format("{}.{} cannot stand in a variable file", root, name), range);
    }};
    for (const RepoPath& path : variable_files()) {
      const terraform::VariableFile* file = sources_.modules.find_variables(path);
      if (file == nullptr) continue;
      for (const auto& entry : file->values)
        result.insert_or_assign(std::string(entry.name), hcl::fold(*entry.value, nothing));
      for (const FileReference& reference : file->references) {
        const Fold fold = [&](const hcl::Expression& expression, std::span<const hcl::Variable>) {
          return hcl::fold(expression, nothing);
        };
        references_.add(reference, fold, {std::nullopt, {path, reference.line}}, RepoPath());
      }
    }
    return result;
  }

  BackendSettings backend_settings(const Module& module) {
    BackendSettings result;
    if (module.backends.empty()) return result;
    const ModuleScope scope(module, lane_, {}, true);
    result = settings_of(*module.backends.front().backend, scope);
    for (const Module::BackendBlock& block : module.backends) {
      const BackendSettings other = settings_of(*block.backend, scope);
      if (other.type == result.type) forget_differences(other, result);
    }
    for (const RepoPath& path : instance_.backend_files) {
      const terraform::VariableFile* file = sources_.modules.find_variables(path);
      if (file == nullptr) continue;
      for (const auto& entry : file->values) add_setting(std::string(entry.name), scope.fold(*entry.value), result);
    }
    return result;
  }

  static BackendSettings settings_of(const terraform::Backend& backend, const ModuleScope& scope) {
    BackendSettings result{std::string(backend.type), {}};
    for (const auto& attribute : backend.attributes)
      add_setting(std::string(attribute.name), scope.fold(*attribute.value), result);
    return result;
  }

  static void add_setting(const std::string& name, const Value& value, BackendSettings& settings) {
    const auto attributes = to_attributes(Value{Value::Map{{name, value}}});
    for (const auto& [attribute, texts] : *attributes) {
      settings.values[attribute] = texts.size() == 1 ? texts.front().text : PartialText{std::nullopt};
    }
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

  /// `via` is the module's input; empty for the state's own directory.
  void visit_module(const Module& module, Arguments arguments, std::optional<std::uint32_t> via) {
    std::set<std::string>& seen = calls_[module.directory];
    if (seen.size() >= most_calls_of_a_module) {
      for (auto& [name, value] : arguments)
        value = Value::unknown("the module is called too often to follow each call", {});
    }
    if (!seen.insert(to_fingerprint(Value{Value::Map(arguments)})).second) return;
    const ModuleScope scope(module, lane_, std::move(arguments), !via);
    const Fold fold = [&](const hcl::Expression& expression, std::span<const hcl::Variable> variables) {
      return scope.fold(expression, variables);
    };
    for (const LoadedFile& file : module.files) {
      for (const FileReference& reference : file.facts->references) {
        // What names modules counts where they are called.
        if (!reference.defines.empty() && module.is_only_for_sources(reference.defines)) continue;
        references_.add(reference, fold, {via, {file.path, reference.line}}, module.directory);
      }
    }
    for (const Module::Read& read : module.remote_states) add_reads(read, fold);
    visit_calls(scope, fold, via, true);
  }

  /// Of a call without instances nothing is evaluated, but Terraform loads it with all that it calls.
  void load_module(const Module& module, std::optional<std::uint32_t> via) {
    if (!loaded_.insert(module.directory).second) return;
    const ModuleScope scope(module, lane_, {}, false);
    visit_calls(
        scope, [](const hcl::Expression&, std::span<const hcl::Variable>) { return Value{}; }, via, false);
  }

  void visit_calls(const ModuleScope& scope, const Fold& fold, std::optional<std::uint32_t> via, bool is_evaluated) {
    for (const Module::Call& call : scope.module().calls) {
      if (call.call.source == nullptr) continue;
      Value source = scope.fold(*call.call.source);
      if (!may_be_local(source)) continue;
      const Reach reach{via, {call.file->path, call.call.line}};
      visit_call({call, std::move(source), is_evaluated ? call_arguments(call, fold) : std::vector<Arguments>{}},
                 scope.module().directory, reach);
    }
  }

  void add_reads(const Module::Read& read, const Fold& fold) {
    const Place place{read.file->path, read.block.line};
    for (RemoteRead& found : find_remote_reads(read.block, fold, place, directory_, closure_.unknown)) {
      if (std::find(closure_.reads.begin(), closure_.reads.end(), found) == closure_.reads.end())
        closure_.reads.push_back(std::move(found));
    }
  }

  /// A call with what is known of its source and arguments; without arguments it has no instance.
  struct FoldedCall {
    const Module::Call& call;
    Value source;
    std::vector<Arguments> instances;
  };

  void visit_call(const FoldedCall& call, const RepoPath& from, const Reach& reach) {
    for (const PossibleText& source : to_texts(call.source)) {
      const bool is_known =
          std::all_of(source.text.begin(), source.text.end(), [](const auto& piece) { return piece.has_value(); });
      if (is_known) {
        std::string text;
        for (const auto& piece : source.text) text += *piece;
        if (is_local_source(text) && !lies_in_terraform_directory(text)) follow_call(call, text, from, reach);
      } else {
        follow_unknown_source(call, source, from, reach);
      }
    }
  }

  void follow_call(const FoldedCall& call, std::string_view source, const RepoPath& from, const Reach& reach) {
    const std::string_view name = call.call.call.name;
    const auto path = resolve_lexically(from, source);
    const auto resolved = path ? repo::resolve_links(sources_.tree, RepoPath(), path->str()) : repo::Resolved{};
    Reach way = reach;
    for (const RepoPath& link : resolved.links) way = {inputs_.add(InputKind::link, link, "", way), reach.place};
    if (!path || resolved.outcome == repo::Resolved::Outcome::outside ||
        resolved.outcome == repo::Resolved::Outcome::cycle) {
      closure_.unknown.push_back(
          {reach.place, fmt::format("module \"{}\": source \"{}\" leaves the repository", name, source)});
      return;
    }
    add_submodule(sources_.tree, resolved, way, inputs_);
    if (enter_module(call, resolved.path, way)) return;
    closure_.unknown.push_back(
        {reach.place, fmt::format("module \"{}\": there is no configuration in {}", name, resolved.path.display())});
  }

  /// False when there is no configuration; the directory is an input all the same.
  bool enter_module(const FoldedCall& call, const RepoPath& directory, const Reach& way) {
    const std::uint32_t input = inputs_.add(InputKind::module_directory, directory, "", way);
    const Module* module = sources_.modules.find(directory, tool_);
    if (module == nullptr) return false;
    for (const Arguments& arguments : call.instances) visit_module(*module, arguments, input);
    if (call.instances.empty()) load_module(*module, input);
    return true;
  }

  /// Every directory that the source may name counts with all its files, and those that are there are followed.
  void follow_unknown_source(const FoldedCall& call, const PossibleText& source, const RepoPath& from,
                             const Reach& reach) {
    const std::string_view name = call.call.call.name;
    const bool is_local = source.text.front() && is_local_source(*source.text.front());
    if (!is_local && source.text.front()) return;
    PartialText below = source.text;
    below.push_back("/");
    below.push_back(std::nullopt);
    const auto covered =
        is_local ? add_path_inputs(sources_.tree, from, below, ReferenceKind::file, std::nullopt, reach, inputs_).added
                 : std::vector{inputs_.add(InputKind::pattern, RepoPath(), "**/*", reach)};
    closure_.unknown.push_back({reach.place, fmt::format("module \"{}\": {} is not known: {}", name,
                                                         is_local ? "part of its source" : "its source", source.why)});
    for (const std::uint32_t index : covered) {
      const Input pattern = inputs_[index];
      for (const ScannedDirectory& scanned : sources_.directories_below(pattern.path)) {
        const bool is_meant = !scanned.configuration.empty() &&
                              matches_glob(pattern.glob, scanned.path.child(scanned.configuration.front()).str());
        if (is_meant) enter_module(call, scanned.path, {index, reach.place});
      }
    }
  }

  /// The arguments of each instance of a call.
  static std::vector<Arguments> call_arguments(const Module::Call& call, const Fold& fold) {
    std::vector<const terraform::ModuleCall*> blocks = {&call.call};
    blocks.insert(blocks.end(), call.overrides.begin(), call.overrides.end());
    std::vector<Arguments> result;
    for (const Round& round : find_rounds(call.call.loops, fold)) {
      Arguments& arguments = result.emplace_back();
      for (const terraform::ModuleCall* block : blocks) {
        for (const auto& argument : block->arguments)
          arguments.insert_or_assign(std::string(argument.name), fold(*argument.value, round));
      }
    }
    return result;
  }

  /// What symbolic links among the inputs point at, and the links in there, until nothing new is found.
  void add_links() {
    for (std::uint32_t index = 0; index < inputs_.size(); ++index) {
      const InputKind kind = inputs_[index].kind;
      const bool is_directory =
          kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
      if (!is_directory) continue;
      const RepoPath directory = inputs_[index].path;
      for (const RepoPath& link : sources_.links_below(directory)) {
        if (kind != InputKind::data_directory && lies_in_other_state(link, directory)) continue;
        if (kind == InputKind::own_directory && directory.is_root() && !link.parent().is_root()) continue;
        add_link(link, index);
      }
    }
  }

  bool lies_in_other_state(const RepoPath& path, const RepoPath& directory) const {
    for (RepoPath place = path.parent(); place != directory && !place.is_root(); place = place.parent()) {
      if (sources_.is_state_directory(place)) return true;
    }
    return false;
  }

  void add_link(const RepoPath& link, std::uint32_t via) {
    const auto resolved = repo::resolve_links(sources_.tree, link.parent(), link.name());
    Reach way{via, {link, 0}};
    for (const RepoPath& step : resolved.links) way = {inputs_.add(InputKind::link, step, "", way), {link, 0}};
    if (resolved.outcome == repo::Resolved::Outcome::outside || resolved.outcome == repo::Resolved::Outcome::cycle)
      return;
    const bool is_directory =
        resolved.outcome == repo::Resolved::Outcome::found && resolved.kind == repo::EntryKind::directory;
    inputs_.add(is_directory ? InputKind::data_directory : InputKind::file, resolved.path, "", way);
  }

  const Sources& sources_;
  const RepoPath& directory_;
  const Instance& instance_;
  const config::Settings& settings_;
  terraform::Tool tool_;
  Lane lane_;
  InputSet inputs_;
  Closure closure_;
  ReferenceInputs references_;
  std::set<RepoPath> loaded_;                        ///< modules that were loaded without being evaluated
  std::map<RepoPath, std::set<std::string>> calls_;  ///< per module, the arguments it was looked at with
};

}  // namespace

std::span<const RepoPath> Sources::links_below(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::links, directory);
  return scan.links_below(directory);
}

std::span<const ScannedDirectory> Sources::directories_below(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::configuration, directory);
  return scan.below(directory);
}

bool Sources::is_state_directory(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::state_directory, directory);
  return state_directories.contains(directory);
}

terraform::Tool tool_of(const config::Settings& settings) {
  return settings.tool ? terraform::tool_of(settings.tool->text) : terraform::Tool::unknown;
}

Closure find_closure(const Sources& sources, const RepoPath& directory, const Instance& instance,
                     const config::Settings& settings) {
  return ClosureBuilder(sources, directory, instance, settings).build();
}

}  // namespace statelane::states
