#include "states/closure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "repo/links.hpp"
#include "states/input_set.hpp"
#include "states/module_scope.hpp"
#include "states/partial_text.hpp"
#include "states/path_inputs.hpp"
#include "states/remote_reads.hpp"
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

/// Directories that Terraform makes itself hold nothing that is in git.
bool lies_in_terraform_directory(std::string_view path) { return path.find(".terraform/") != std::string_view::npos; }

class ClosureBuilder {
 public:
  ClosureBuilder(const Sources& sources, const RepoPath& directory, const Instance& instance,
                 const config::Settings& settings)
      : sources_(sources), directory_(directory), instance_(instance), settings_(settings) {}

  Closure build() {
    add_fixed_inputs();
    if (const Module* module = sources_.modules.find(directory_)) {
      closure_.backend = backend_settings(*module);
      visit_module(*module, root_arguments(), std::nullopt);
    }
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
        add_texts(hcl::fold(*reference.value, nothing), reference, {std::nullopt, {path, reference.line}}, RepoPath());
      }
    }
    return result;
  }

  BackendSettings backend_settings(const Module& module) {
    BackendSettings result;
    if (module.backend == nullptr) return result;
    result.type = module.backend->type;
    const ModuleScope scope(module, directory_, {}, true, instance_.workspace);
    const auto add = [&](const std::string& name, const Value& value) {
      const auto attributes = to_attributes(Value{Value::Map{{name, value}}});
      for (const auto& [attribute, texts] : *attributes) {
        result.values[attribute] = texts.size() == 1 ? texts.front().text : PartialText{std::nullopt};
      }
    };
    for (const auto& attribute : module.backend->attributes)
      add(std::string(attribute.name), scope.fold(*attribute.value));
    for (const RepoPath& path : instance_.backend_files) {
      const terraform::VariableFile* file = sources_.modules.find_variables(path);
      if (file == nullptr) continue;
      for (const auto& entry : file->values) add(std::string(entry.name), scope.fold(*entry.value));
    }
    return result;
  }

  /// `via` is the module's input; empty for the state's own directory.
  void visit_module(const Module& module, Arguments arguments, std::optional<std::uint32_t> via) {
    std::set<std::string>& seen = calls_[module.directory];
    if (seen.size() >= most_calls_of_a_module) {
      for (auto& [name, value] : arguments)
        value = Value::unknown("the module is called too often to follow each call", {});
    }
    if (!seen.insert(to_fingerprint(Value{Value::Map(arguments)})).second) return;
    const ModuleScope scope(module, directory_, std::move(arguments), !via, instance_.workspace);
    for (const LoadedFile& file : module.files) {
      for (const FileReference& reference : file.facts->references)
        add_reference(reference, scope, {via, {file.path, reference.line}});
      for (const auto& block : file.facts->remote_states) {
        for (RemoteRead& read :
             find_remote_reads(block, scope, {file.path, block.line}, directory_, closure_.unknown)) {
          if (std::find(closure_.reads.begin(), closure_.reads.end(), read) == closure_.reads.end()) {
            closure_.reads.push_back(std::move(read));
          }
        }
      }
      for (const auto& call : file.facts->modules) visit_call(call, scope, {via, {file.path, call.line}});
    }
  }

  void visit_call(const terraform::ModuleCall& call, const ModuleScope& scope, const Reach& reach) {
    if (call.source == nullptr) return;
    for (const PossibleText& source : to_texts(scope.fold(*call.source))) {
      const bool is_known =
          std::all_of(source.text.begin(), source.text.end(), [](const auto& piece) { return piece.has_value(); });
      if (is_known) {
        std::string text;
        for (const auto& piece : source.text) text += *piece;
        if (is_local_source(text) && !lies_in_terraform_directory(text)) follow_call(call, text, scope, reach);
        continue;
      }
      add_unknown_source(call, source, scope, reach);
    }
  }

  void follow_call(const terraform::ModuleCall& call, std::string_view source, const ModuleScope& scope,
                   const Reach& reach) {
    RepoPath from = scope.module().directory;
    if (source.starts_with(repository_root)) {
      from = RepoPath();
      source.remove_prefix(std::min(source.size(), repository_root.size() + 1));
    }
    const auto resolved = repo::resolve_links(sources_.tree, from, source);
    if (resolved.outcome == repo::Resolved::Outcome::outside || resolved.outcome == repo::Resolved::Outcome::cycle) {
      closure_.unknown.push_back(
          {reach.place, fmt::format("module \"{}\": source \"{}\" leaves the repository", call.name, source)});
      return;
    }
    Reach way = reach;
    for (const RepoPath& link : resolved.links) way = {inputs_.add(InputKind::link, link, "", way), reach.place};
    const std::uint32_t input = inputs_.add(InputKind::module_directory, resolved.path, "", way);
    if (const Module* module = sources_.modules.find(resolved.path)) {
      visit_module(*module, call_arguments(call, scope), input);
      return;
    }
    closure_.unknown.push_back({reach.place, fmt::format("module \"{}\": there is no configuration in {}", call.name,
                                                         resolved.path.display())});
  }

  /// Every directory that the source may name counts with all its files; what those call in turn cannot be followed.
  void add_unknown_source(const terraform::ModuleCall& call, const PossibleText& source, const ModuleScope& scope,
                          const Reach& reach) {
    const bool is_local = !source.text.empty() && source.text.front() && is_local_source(*source.text.front());
    if (!is_local) {
      if (source.text.front()) return;
      closure_.unknown.push_back(
          {reach.place, fmt::format("module \"{}\": its source is not known: {}", call.name, source.why)});
      return;
    }
    PartialText below = source.text;
    below.push_back("/");
    below.push_back(std::nullopt);
    add_path_inputs(sources_.tree, scope.module().directory, below, ReferenceKind::file, std::nullopt, reach, inputs_);
    closure_.unknown.push_back(
        {reach.place, fmt::format("module \"{}\": part of its source is not known: {}", call.name, source.why)});
  }

  Arguments call_arguments(const terraform::ModuleCall& call, const ModuleScope& scope) {
    Arguments result;
    for (const auto& argument : call.arguments) result.emplace(std::string(argument.name), scope.fold(*argument.value));
    return result;
  }

  void add_reference(const FileReference& reference, const ModuleScope& scope, const Reach& reach) {
    if (reference.kind == ReferenceKind::file_set) return add_file_set(reference, scope, reach);
    add_texts(scope.fold(*reference.value, reference.bound), reference, reach, scope.module().directory);
  }

  void add_texts(const Value& value, const FileReference& reference, const Reach& reach,
                 const RepoPath& module_directory) {
    const auto definition_of = reference.is_definition ? std::optional(module_directory) : std::nullopt;
    for (const PossibleText& text : to_texts(value)) {
      if (is_remote_cache(text)) continue;
      note(add_path_inputs(sources_.tree, directory_, text.text, reference.kind, definition_of, reach, inputs_), text,
           reach);
    }
  }

  void add_file_set(const FileReference& reference, const ModuleScope& scope, const Reach& reach) {
    if (reference.value->operands.size() != 2) return;
    const auto patterns = to_texts(scope.fold(*reference.value->operands[1], reference.bound));
    for (const PossibleText& directory : to_texts(scope.fold(*reference.value->operands[0], reference.bound))) {
      for (const PossibleText& pattern : patterns) {
        note(add_file_set_inputs(sources_.tree, directory_, directory.text, pattern.text, reach, inputs_),
             directory.why.empty() ? pattern : directory, reach);
      }
    }
  }

  /// Files that `terraform init` puts there are not in git.
  static bool is_remote_cache(const PossibleText& text) {
    return !text.text.empty() && text.text.front() && lies_in_terraform_directory(*text.text.front());
  }

  /// Reports what is not known. A path of which nothing is known may be any file: everything becomes an input.
  void note(PathOutcome outcome, const PossibleText& text, const Reach& reach) {
    if (outcome == PathOutcome::anything) {
      inputs_.add(InputKind::pattern, RepoPath(), "**/*", reach);
      closure_.unknown.push_back(
          {reach.place, fmt::format("any file of the repository may be read here: {}", text.why)});
    } else if (outcome == PathOutcome::covered) {
      closure_.unknown.push_back({reach.place, fmt::format("part of a path is not known: {}", text.why)});
    }
  }

  /// What symbolic links among the inputs point at, and the links in there, until nothing new is found.
  void add_links() {
    for (std::uint32_t index = 0; index < inputs_.size(); ++index) {
      const InputKind kind = inputs_[index].kind;
      const bool is_directory =
          kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
      if (!is_directory) continue;
      const RepoPath directory = inputs_[index].path;
      for (const RepoPath& link : sources_.scan.links_below(directory)) {
        if (kind != InputKind::data_directory && lies_in_other_state(link, directory)) continue;
        if (kind == InputKind::own_directory && directory.is_root() && !link.parent().is_root()) continue;
        add_link(link, index);
      }
    }
  }

  bool lies_in_other_state(const RepoPath& path, const RepoPath& directory) const {
    for (RepoPath place = path.parent(); place != directory && !place.is_root(); place = place.parent()) {
      if (sources_.state_directories.contains(place)) return true;
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
  InputSet inputs_;
  Closure closure_;
  std::map<RepoPath, std::set<std::string>> calls_;  ///< per module, the arguments it was looked at with
};

}  // namespace

Closure find_closure(const Sources& sources, const RepoPath& directory, const Instance& instance,
                     const config::Settings& settings) {
  return ClosureBuilder(sources, directory, instance, settings).build();
}

}  // namespace statelane::states
