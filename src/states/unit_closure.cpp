#include "states/unit_closure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/digest.hpp"
#include "states/fixed_inputs.hpp"
#include "states/generated_module.hpp"
#include "states/linked_inputs.hpp"
#include "states/merge_files.hpp"
#include "states/module_walk.hpp"
#include "states/path_inputs.hpp"
#include "states/written_backend.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::ReferenceKind;

Place to_place(const terragrunt::Origin& origin) { return {origin.file, origin.line}; }

class UnitClosureBuilder {
 public:
  UnitClosureBuilder(const Sources& sources, const terragrunt::Unit& unit, const Instance& instance,
                     const config::Settings& settings)
      : sources_(sources),
        unit_(unit),
        instance_(instance),
        settings_(settings),
        module_directory_(unit.source ? unit.source->module : unit.files),
        lane_{sources.tree, module_directory_, unit.workspace, sources.modules, tool_of(settings)},
        links_(sources, inputs_),
        references_(lane_, sources.modules, links_, inputs_, closure_.unknown) {
    if (unit.source) lane_.copied = unit.source->copied;
  }

  UnitClosure build() {
    add_fixed_inputs(sources_, unit_.directory, instance_, settings_, inputs_);
    if (unit_.is_generated && unit_.files != unit_.directory)
      inputs_.add(InputKind::data_directory, unit_.files, "", from_unit());
    for (const terragrunt::Read& read : unit_.log.reads) add_read(read);
    for (const terragrunt::OpenPath& path : unit_.log.open) add_open_path(path);
    for (const terragrunt::Remark& remark : unit_.log.remarks)
      closure_.unknown.push_back({to_place(remark.origin), remark.what});
    for (const terragrunt::NamedFile& file : unit_.var_files) add_named_file(file.path, std::nullopt, file.origin);
    for (const terragrunt::HookWord& word : unit_.commands) add_hook_word(word);
    add_module();
    add_dependencies();
    references_.finish();
    if (unit_.source) add_overlay();
    links_.follow_all();
    Copied copied = find_copied();
    closure_.inputs = inputs_.finish();
    std::sort(closure_.unknown.begin(), closure_.unknown.end());
    closure_.unknown.erase(std::unique(closure_.unknown.begin(), closure_.unknown.end()), closure_.unknown.end());
    return {std::move(closure_), std::move(copied)};
  }

 private:
  Reach from_unit() const { return {std::nullopt, to_place(unit_.place)}; }

  void add_read(const terragrunt::Read& read) {
    const bool is_evaluated = read.kind == terragrunt::Read::Kind::evaluated;
    const InputKind kind = is_evaluated ? InputKind::unit_configuration : InputKind::unit_file;
    add_path(kind, read.path, read.glob, {std::nullopt, to_place(read.origin)});
  }

  /// The path, the links on the way to it and what they lead to.
  void add_path(InputKind kind, const RepoPath& path, const std::string& glob, const Reach& reach) {
    inputs_.add(kind, path, glob, reach);
    const auto resolved = repo::resolve_links(sources_.tree, RepoPath(), path.str());
    const Reach way = add_links(resolved, reach, inputs_);
    add_submodule(sources_.tree, resolved, way, inputs_);
    if (resolved.links.empty() || !is_inside(resolved)) return;
    if (glob.empty()) {
      inputs_.add(InputKind::unit_file, resolved.path, "", way);
    } else {
      inputs_.add(InputKind::unit_file, resolved.path, below_glob(resolved.path), way);
    }
  }

  void add_open_path(const terragrunt::OpenPath& path) {
    const Reach reach{std::nullopt, to_place(path.origin)};
    for (const PossibleText& text : to_texts(path.text)) {
      PartialText parts = spread(text, path.from);
      const bool is_source = path.what.find("source") != std::string::npos;
      if (is_source && !parts.empty() && parts.front() && !is_local_source(*parts.front()) &&
          !parts.front()->starts_with(repository_root)) {
        closure_.unknown.push_back({reach.place, fmt::format("{} is known in part: {}", path.what, text.why)});
        continue;
      }
      cover(path.from, parts, is_source, reach);
      closure_.unknown.push_back({reach.place, fmt::format("{} is not known: {}", path.what, text.why)});
    }
  }

  /// Everything that the text may name, and below it where it is a directory's.
  void cover(const RepoPath& from, PartialText parts, bool is_directory, const Reach& reach) {
    if (is_directory && !parts.empty()) {
      parts.emplace_back("/");
      parts.emplace_back(std::nullopt);
    }
    InputSet covered;
    const PathInputs found =
        add_path_inputs(sources_.tree, from, parts, ReferenceKind::file, std::nullopt, reach, covered);
    if (found.outcome == PathOutcome::anything)
      inputs_.add(InputKind::unit_file, RepoPath(), below_glob(RepoPath()), reach);
    for (const std::uint32_t index : found.added) {
      const Input& input = covered[index];
      const bool is_below = input.kind == InputKind::data_directory;
      add_path(InputKind::unit_file, input.path, is_below ? below_glob(input.path) : input.glob, reach);
    }
  }

  /// A file that Terraform or Terragrunt is told of by name: it is looked for in the unit and in the module.
  void add_named_file(const Value& path, const std::optional<RepoPath>& from, const terragrunt::Origin& origin) {
    const Reach reach{std::nullopt, to_place(origin)};
    for (const PossibleText& text : to_texts(path)) {
      // Optional ones are tried from where Terragrunt is started, too.
      const std::vector<RepoPath> places =
          from ? std::vector{*from} : std::vector{unit_.files, module_directory_, RepoPath()};
      for (const RepoPath& place : places) cover(place, spread(text, place), false, reach);
      if (!text.why.empty())
        closure_.unknown.push_back({reach.place, fmt::format("part of a path is not known: {}", text.why)});
    }
  }

  /// Words without a slash or an ending are mostly no files: they count where something of that name is there.
  void add_hook_word(const terragrunt::HookWord& word) {
    const auto* text = word.text.as_text();
    const bool is_known = text != nullptr && text->pieces.size() == 1 && text->pieces.front();
    if (!is_known) return;
    const std::string& name = *text->pieces.front();
    if (name.starts_with('-') || name.find_first_of(" \t\n") != std::string::npos) return;
    const bool is_path = name.find('/') != std::string::npos;
    const std::vector<RepoPath> places =
        word.from ? std::vector{*word.from} : std::vector{unit_.files, module_directory_};
    for (const RepoPath& place : places) {
      const auto path = resolve_lexically(place, name);
      if (!path || path->is_root()) continue;
      const auto entry = sources_.tree.find(*path);
      const bool is_directory = entry && entry->kind == repo::EntryKind::directory;
      if ((entry || is_path) && !is_directory)
        add_path(InputKind::unit_file, *path, "", {std::nullopt, to_place(word.origin)});
    }
  }

  void add_module() {
    std::optional<std::uint32_t> via;
    if (unit_.source) via = add_source();
    for (const terragrunt::GeneratedText& text : unit_.generated) generated_.add(text, module_directory_, lane_.tool);
    Arguments arguments(unit_.inputs.begin(), unit_.inputs.end());
    // Terragrunt leaves variables alone that the environment has.
    for (const LaneVariable& variable : instance_.variables)
      arguments.erase(variable.name.substr(std::string_view("TF_VAR_").size()));
    std::vector<const Module*> modules;
    if (const Module* module = sources_.modules.find(module_directory_, lane_.tool)) modules.push_back(module);
    const Module* own = unit_.source ? sources_.modules.find(unit_.files, lane_.tool) : nullptr;
    if (own != nullptr && unit_.files != module_directory_) {
      // The unit's own files lie over those of the module: what they name may lie in either.
      overlaid_ = std::make_unique<Module>(*own);
      overlaid_->directory = module_directory_;
      modules.push_back(own);
      modules.push_back(overlaid_.get());
    }
    for (const auto& module : generated_.modules()) modules.push_back(module.get());
    note_declared(modules);
    for (const Module* module : modules)
      ModuleWalk(sources_, lane_, inputs_, links_, references_, closure_).walk(*module, arguments, via);
    find_backend(modules, arguments);
  }

  /// The module's files, and of those that Terraform loads for a root module only, the ones of this name or that.
  std::uint32_t add_source() {
    const terragrunt::Source& source = *unit_.source;
    const auto resolved = repo::resolve_links(sources_.tree, RepoPath(), source.module.str());
    const Reach way = add_links(resolved, {std::nullopt, to_place(source.origin)}, inputs_);
    add_submodule(sources_.tree, resolved, way, inputs_);
    if (is_inside(resolved)) module_directory_ = resolved.path;
    lane_.working_directory = module_directory_;
    const std::uint32_t input = inputs_.add(InputKind::module_directory, module_directory_, "", way);
    for (const char* name : {"terraform.tfvars", "terraform.tfvars.json"})
      inputs_.add(InputKind::variable_file, module_directory_.child(name), "", way);
    for (const char* glob : {"*.auto.tfvars", "*.auto.tfvars.json"})
      inputs_.add(InputKind::pattern, module_directory_, below_glob(module_directory_, glob), way);
    const RepoPath lock = unit_.files.child(".terraform.lock.hcl");
    if (!sources_.tree.find(lock))
      inputs_.add(InputKind::lock_file, module_directory_.child(".terraform.lock.hcl"), "", way);
    if (unit_.is_generated) inputs_.add(InputKind::lock_file, lock, "", way);
    return input;
  }

  void find_backend(const std::vector<const Module*>& modules, const Arguments& arguments) {
    if (unit_.remote_state) return find_remote_state(*unit_.remote_state);
    for (const Module* module : modules) {
      if (module->backends.empty()) continue;
      const ModuleScope scope(*module, lane_, ".", arguments, true);
      closure_.backend = settings_of(*module->backends.front().backend, scope);
      for (auto& [name, text] : closure_.backend.values) text = with_gaps(text);
    }
    if (closure_.backend.type.empty()) return;
    for (const auto& [name, value] : unit_.backend_arguments) add_setting(name, value, closure_.backend);
  }

  void find_remote_state(const Value& state) {
    const auto* map = state.as_map();
    const auto backend = map == nullptr ? Value::Map::const_iterator{} : map->find("backend");
    const auto type = map == nullptr || backend == map->end() ? std::nullopt : backend->second.as_known_string();
    if (!type) {
      closure_.unknown.push_back({to_place(unit_.place), "where its state is stored is not known"});
      return;
    }
    closure_.backend.type = *type;
    const auto config = map->find("config");
    const auto* settings = config == map->end() ? nullptr : config->second.as_map();
    closure_.backend.is_open = settings == nullptr && config != map->end();
    if (settings == nullptr) return;
    for (const auto& [name, value] : *settings) {
      if (value.is_null()) continue;
      add_setting(name, value, closure_.backend);
      if (value.as_one_of() != nullptr) closure_.backend.values[name] = common_text(to_texts(value));
    }
  }

  /// What several possible texts begin and end with.
  static PartialText common_text(const std::vector<PossibleText>& texts) {
    std::optional<std::string> first, last;
    for (const PossibleText& text : texts) {
      const std::string begin = text.text.empty() ? "" : text.text.front().value_or("");
      const std::string end = text.text.empty() ? "" : text.text.back().value_or("");
      if (!first) first = begin, last = end;
      const auto differs = std::mismatch(first->begin(), first->end(), begin.begin(), begin.end()).first;
      first->erase(differs, first->end());
      const auto differs_at_end = std::mismatch(last->rbegin(), last->rend(), end.rbegin(), end.rend()).first;
      last->erase(0, static_cast<std::size_t>(last->rend() - differs_at_end));
    }
    PartialText result;
    if (first && !first->empty()) result.push_back(first);
    result.emplace_back(std::nullopt);
    if (last && !last->empty()) result.push_back(last);
    return result;
  }

  /// The unit's own files lie over the module's: what is read by name there may be its.
  void add_overlay() {
    if (unit_.files == module_directory_) return;
    const std::size_t count = inputs_.size();
    for (std::uint32_t index = 0; index < count; ++index) {
      const Input input = inputs_[index];
      const bool is_read =
          input.kind == InputKind::file || input.kind == InputKind::pattern || input.kind == InputKind::data_directory;
      if (!is_read || !input.path.is_within(module_directory_)) continue;
      const auto path = unit_.files.resolve(input.path.within(module_directory_));
      const std::string beginning = below_glob(module_directory_, "");
      if (!path || (!input.glob.empty() && !input.glob.starts_with(beginning))) continue;
      const std::string glob =
          input.glob.empty() ? "" : below_glob(unit_.files, std::string_view(input.glob).substr(beginning.size()));
      inputs_.add(input.kind, *path, glob, {index, input.reached.front().place});
    }
  }

  /// Variables that something declares which is run; empty: that is not known.
  void note_declared(const std::vector<const Module*>& modules) {
    // Hooks see every input in their environment.
    const bool is_known = (unit_.source || !unit_.has_source) && unit_.commands.empty();
    if (!is_known || modules.empty()) return;
    declared_.emplace();
    for (const Module* module : modules) {
      for (const auto& [name, variable] : module->variables) declared_->emplace(name);
    }
  }

  Copied find_copied() {
    Copied copied{"", unit_.files, std::nullopt, unit_.include_in_copy, unit_.exclude_from_copy, unit_.copies_all};
    if (unit_.source) copied.module = unit_.source->copied;
    std::string text = unit_.fingerprint;
    for (const auto& [name, mark] : unit_.input_marks) {
      // What no variable takes does nothing.
      if (!declared_ || name.empty() || declared_->contains(name)) text += name + "=" + mark + "\n";
    }
    copied.run = sha256_hex(text);
    if (unit_.source && unit_.files != module_directory_) add_overlaid(copied.excluded);
    return copied;
  }

  /// Files of the module that one of the unit's own takes the place of.
  void add_overlaid(std::vector<std::string>& excluded) const {
    std::size_t most = 1'000;
    for (const ScannedDirectory& directory : sources_.directories_below(unit_.files)) {
      for (const auto* names : {&directory.configuration, &directory.variables, &directory.others}) {
        for (const std::string& name : *names) {
          const auto path = module_directory_.resolve(directory.path.child(name).within(unit_.files));
          if (path && sources_.tree.find(*path)) excluded.push_back("/" + path->str());
          if (--most == 0) return;
        }
      }
    }
  }

  void add_dependencies() {
    for (const auto* list : {&unit_.dependencies, &unit_.log.fetched}) {
      for (const terragrunt::Dependency& dependency : *list)
        closure_.dependencies.push_back({dependency.directory, to_place(dependency.origin)});
    }
    std::sort(closure_.dependencies.begin(), closure_.dependencies.end());
    const auto end = std::unique(closure_.dependencies.begin(), closure_.dependencies.end());
    closure_.dependencies.erase(end, closure_.dependencies.end());
  }

  const Sources& sources_;
  const terragrunt::Unit& unit_;
  const Instance& instance_;
  const config::Settings& settings_;
  RepoPath module_directory_;
  Lane lane_;
  InputSet inputs_;
  Closure closure_;
  LinkedInputs links_;
  ReferenceInputs references_;
  GeneratedModules generated_;
  std::unique_ptr<Module> overlaid_;
  std::optional<std::set<std::string, std::less<>>> declared_;
};

}  // namespace

UnitClosure find_unit_closure(const Sources& sources, const terragrunt::Unit& unit, const Instance& instance,
                              const config::Settings& settings) {
  return UnitClosureBuilder(sources, unit, instance, settings).build();
}

}  // namespace statelane::states
