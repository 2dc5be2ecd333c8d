#include "states/load_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/replace_all.hpp"
#include "gitlab/names.hpp"
#include "states/check_settings.hpp"
#include "states/closure.hpp"
#include "states/edges.hpp"
#include "states/open_addresses.hpp"
#include "states/trace.hpp"
#include "states/tree_records.hpp"
#include "states/unit_closure.hpp"
#include "states/variable_files.hpp"
#include "terraform/file_names.hpp"
#include "terragrunt/units.hpp"

namespace statelane::states {

namespace {

bool matches_any(const std::vector<config::Located>& globs, const RepoPath& directory) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const config::Located& glob) { return config::matches_glob(glob.text, directory.display()); });
}

/// Why a directory is a state directory.
struct Discovery {
  RepoPath directory;
  StateReason reason = StateReason::backend_block;
  Place place;
  config::Settings settings;
  bool has_partial_backend = false;
};

/// What one state directory becomes: its states with the stored states that each reads.
struct Member {
  State state;
  std::vector<RemoteRead> reads;
  std::vector<UnitDependency> dependencies = {};
};

class Loader {
 public:
  Loader(const repo::Tree& tree, const config::Config& config, facts::FactStore& facts, Diagnostics& diagnostics)
      : tree_(tree),
        config_(config),
        diagnostics_(diagnostics),
        changed_(tree, facts.records().tree()),
        records_(facts.records()),
        scan_(scan_tree(tree, records_.find_scan(), changed_)),
        traced_(tree),
        modules_(traced_, scan_, facts, diagnostics),
        attributes_(find_attributes()),
        answers_(tree, scan_, modules_, state_directories_, changed_) {}

  LoadedStates load() {
    read_ahead();
    find_units();
    discover();
    std::vector<Member> members = build_members();
    std::sort(members.begin(), members.end(),
              [](const Member& left, const Member& right) { return left.state.id < right.state.id; });
    std::vector<State> states;
    std::vector<std::vector<RemoteRead>> reads;
    std::vector<std::vector<UnitDependency>> dependencies;
    for (Member& member : members) {
      states.push_back(std::move(member.state));
      reads.push_back(std::move(member.reads));
      dependencies.push_back(std::move(member.dependencies));
    }
    LoadedStates result;
    std::vector<Edge> edges = find_edges(states, reads, dependencies, result.unmatched, diagnostics_);
    check_identities(states, diagnostics_);
    // What was left out for a fault of its own is not missed.
    if (!diagnostics_.has_errors()) check_settings(config_, scan_, states, diagnostics_);
    report_deep_directories();
    result.left_out = find_left_out(states);
    records_.finish(tree_.content_id(RepoPath()), scan_);
    std::vector<std::string> ignore;
    for (const config::Located& glob : config_.ignore) ignore.push_back(glob.text);
    result.graph = StateGraph(std::move(states), std::move(edges), directory_files(), std::move(ignore));
    result.scan = std::move(scan_);
    return result;
  }

 private:
  /// Every unit, generated ones too, but for those that the configuration leaves out.
  void find_units() {
    terragrunt::Candidates candidates;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const auto holds = [&](std::string_view name) {
        return std::binary_search(scanned.others.begin(), scanned.others.end(), name);
      };
      if (is_cache_of_terragrunt(scanned.path)) continue;
      if (holds("terragrunt.hcl") || holds("terragrunt.hcl.json")) candidates.units.push_back(scanned.path);
      if (holds("terragrunt.stack.hcl")) candidates.stacks.push_back(scanned.path);
    }
    if (candidates.empty()) return;
    const auto has_code = [&](const RepoPath& directory) {
      const ScannedDirectory* scanned = scan_.find(directory);
      return scanned != nullptr && !scanned->configuration.empty();
    };
    units_ = terragrunt::find_units(tree_, candidates, has_code, diagnostics_);
    std::erase_if(units_.units,
                  [&](const terragrunt::Unit& unit) { return matches_any(config_.exclude, unit.directory); });
    for (const terragrunt::Unit& unit : units_.units) {
      state_directories_.insert(unit.directory);
      if (unit.source) unit_modules_.insert(unit.source->module);
    }
  }

  static bool is_cache_of_terragrunt(const RepoPath& path) {
    return ("/" + path.str() + "/").find("/.terragrunt-cache/") != std::string::npos;
  }

  /// A tree tells directories beyond git's own limit as submodules.
  void report_deep_directories() {
    for (const RepoPath& path : scan_.submodules_below(RepoPath())) {
      const auto depth = static_cast<std::size_t>(std::count(path.str().begin(), path.str().end(), '/'));
      if (depth < repo::deepest_directory) continue;
      const std::string_view text = path.str();
      const RepoPath top = RepoPath::of(text.substr(0, text.find('/')));
      diagnostics_.warning(top, std::nullopt,
                           fmt::format("directories below are nested deeper than {} and not looked into: what is there "
                                       "counts as one thing that changes",
                                       repo::deepest_directory),
                           {"git itself checks out no deeper directories"});
    }
  }

  void discover() {
    for (const ScannedDirectory& scanned : scan_.directories) {
      if (matches_any(config_.exclude, scanned.path) || state_directories_.contains(scanned.path)) continue;
      if (is_cache_of_terragrunt(scanned.path)) continue;
      if (auto discovery = discover_directory(scanned)) {
        state_directories_.insert(scanned.path);
        discoveries_.push_back(*std::move(discovery));
      }
    }
  }

  /// Files of which records tell enough are not read.
  void read_ahead() {
    const bool is_commit = !tree_.content_id(RepoPath()).is_zero();
    if (!is_commit && !records_.empty()) modules_.read_content_ids();
    modules_.read_ahead([&](const RepoPath& directory) {
      return !matches_any(config_.exclude, directory) &&
             !records_.find_words(directory, tool_of(config::settings_for(config_, directory)), answers_);
    });
  }

  /// What the configuration in `directory` says to discovery. Faults of its files are reported.
  DirectoryWords words_of(const RepoPath& directory, terraform::Tool tool) {
    if (auto known = records_.find_words(directory, tool, answers_)) {
      if (known->has_faults) modules_.find(directory, tool);
      records_.keep_words(directory, tool, answers_, *known);
      return *std::move(known);
    }
    DirectoryWords words;
    if (const Module* module = modules_.find(directory, tool)) {
      words.is_loaded = true;
      words.has_faults = std::any_of(module->files.begin(), module->files.end(),
                                     [](const LoadedFile& file) { return !file.facts->faults.empty(); });
      if (!module->backends.empty()) {
        const Module::BackendBlock& block = module->backends.front();
        words.backend = {std::string(block.backend->type), std::string(block.file->path.name()), block.backend->line,
                         is_partial(*block.backend, directory)};
      }
    }
    // What a link leads to may change elsewhere.
    if (!scan_.has_linked_configuration(directory)) records_.keep_words(directory, tool, answers_, words);
    return words;
  }

  /// The backend block leaves open what has to be known.
  static bool is_partial(const terraform::Backend& backend, const RepoPath& directory) {
    BackendSettings settings{std::string(backend.type), {}};
    for (const auto& attribute : backend.attributes) settings.values[std::string(attribute.name)] = {"set"};
    return !identify_backend(settings, std::nullopt, directory).is_complete();
  }

  std::optional<Discovery> discover_directory(const ScannedDirectory& scanned) {
    Discovery discovery{scanned.path,
                        StateReason::configured,
                        {RepoPath::of(config::file_name), 0},
                        config::settings_for(config_, scanned.path)};
    const DirectoryWords words =
        scanned.configuration.empty() ? DirectoryWords{} : words_of(scanned.path, tool_of(discovery.settings));
    if (words.backend) {
      discovery.reason = words.backend->type == "cloud" ? StateReason::cloud_block : StateReason::backend_block;
      discovery.place = {scanned.path.child(words.backend->file), words.backend->line};
      discovery.has_partial_backend = words.backend->is_partial;
      // Terragrunt completes the backend of a module that units run.
      const bool is_of_units = words.backend->is_partial && unit_modules_.contains(scanned.path);
      if (!is_of_units || discovery.settings.backend_config || discovery.settings.instances) return discovery;
      return std::nullopt;
    }
    if (scanned.has_lock_file && words.is_loaded && !unit_modules_.contains(scanned.path)) {
      discovery.reason = StateReason::lock_file;
      discovery.place = {scanned.path.child(".terraform.lock.hcl"), 0};
      return discovery;
    }
    const bool is_included = matches_any(config_.include, scanned.path) && holds_files(scanned.path);
    const bool is_lane = discovery.settings.commands && holds_files(scanned.path);
    return is_included || is_lane ? std::optional(std::move(discovery)) : std::nullopt;
  }

  bool holds_files(const RepoPath& directory) const {
    const auto entries = tree_.list(directory);
    return std::any_of(entries.begin(), entries.end(),
                       [](const repo::TreeEntry& entry) { return entry.kind != repo::EntryKind::directory; });
  }

  std::vector<Member> build_members() {
    std::vector<Member> members;
    for (const Discovery& discovery : discoveries_) {
      const std::vector<Instance> instances =
          find_instances(tree_, discovery.directory, discovery.settings, discovery.has_partial_backend, diagnostics_);
      for (const Instance& instance : instances) members.push_back(build_member(discovery, instance, instances));
      check_variable_files(discovery, members.back().state);
    }
    for (const terragrunt::Unit& unit : units_.units) members.push_back(build_unit(unit));
    return members;
  }

  Member build_unit(const terragrunt::Unit& unit) {
    Member member;
    State& state = member.state;
    state.id = to_state_id(unit.directory, std::nullopt);
    state.directory = unit.directory;
    state.settings = config::settings_for(config_, unit.directory);
    state.kind = state.settings.commands ? StateKind::custom : StateKind::terragrunt;
    state.reason = unit.is_generated ? StateReason::stack_unit : StateReason::unit;
    state.reason_place = {unit.place.file, unit.place.line};
    state.workspace = unit.workspace;
    if (state.kind == StateKind::terragrunt) state.tool = state.settings.tool ? state.settings.tool->text : "terraform";
    const Sources sources{tree_, scan_, modules_, state_directories_, config_};
    UnitClosure found = find_unit_closure(sources, unit, state.settings);
    // What other commands than Terragrunt's read is not known.
    if (state.kind == StateKind::terragrunt) state.copied = std::move(found.copied);
    Closure& closure = found.closure;
    if (!closure.backend.type.empty()) {
      const auto workspace = unit.workspace.empty() ? std::nullopt : std::optional(unit.workspace);
      state.backend = identify_backend(closure.backend, workspace, unit.directory);
      name_state(state);
    }
    state.inputs = std::move(closure.inputs);
    add_attributes(state.inputs);
    state.unknown = std::move(closure.unknown);
    member.reads = std::move(closure.reads);
    member.dependencies = std::move(closure.dependencies);
    return member;
  }

  /// Files of values that nothing loads beside one backend: which lane they belong to cannot be guessed, since two
  /// lanes on one state would destroy each other's resources.
  void check_variable_files(const Discovery& discovery, const State& state) {
    const bool has_block =
        discovery.reason == StateReason::backend_block || discovery.reason == StateReason::cloud_block;
    const bool is_said =
        state.instance || discovery.settings.var_files || state.kind == StateKind::custom || !has_block;
    if (is_said) return;
    const std::vector<RepoPath> files = find_unloaded_variable_files(scan_, discovery.directory, state_directories_);
    if (files.empty()) return;
    SourcePos place;
    place.line = std::max<std::uint32_t>(1, discovery.place.line);
    const std::string more = files.size() > 3 ? fmt::format(" and {} more", files.size() - 3) : "";
    std::vector<std::string> names;
    for (const RepoPath& file : std::span(files).first(std::min<std::size_t>(3, files.size())))
      names.emplace_back(file.within(discovery.directory));
    diagnostics_.warning(
        discovery.place.file, SourceRange{place, place},
        fmt::format("{} has one backend, and its lane does not load {}{}", state.id, fmt::join(names, ", "), more),
        {fmt::format(
            "name the states in .statelane.yml: under states.rules, match \"{}\" with instances and var_files, "
            "and workspace or backend_config where each has its own; or only var_files",
            discovery.directory.display())});
  }

  /// An address that is written always wins over the configured pattern.
  static void name_state(State& state) {
    if (!state.settings.gitlab_state || state.backend->type != "http") return;
    if (!std::binary_search(state.backend->unknown.begin(), state.backend->unknown.end(), "address")) return;
    state.gitlab_state =
        replace_all(fill_in(state.settings.gitlab_state->text, state.directory, state.instance.value_or(std::string())),
                    "{slug}", gitlab::slug(state.id));
    name_gitlab_state(*state.backend, state.gitlab_state);
  }

  Closure closure_of(const Discovery& discovery, const Instance& instance) {
    const Sources untraced{tree_, scan_, modules_, state_directories_, config_};
    if (!records_.is_on()) return find_closure(untraced, discovery.directory, instance, discovery.settings);
    const ContentId key = key_of_closure(discovery.directory, instance, discovery.settings, config_);
    if (auto known = records_.find_closure(key, answers_)) return *std::move(known);
    Trace trace;
    const Sources sources{traced_, scan_, modules_, state_directories_, config_, &trace};
    traced_.follow(&trace);
    modules_.follow(&trace);
    Closure closure = find_closure(sources, discovery.directory, instance, discovery.settings);
    traced_.follow(nullptr);
    modules_.follow(nullptr);
    records_.keep_closure(key, trace, answers_, closure);
    return closure;
  }

  Member build_member(const Discovery& discovery, const Instance& instance, const std::vector<Instance>& siblings) {
    Member member;
    State& state = member.state;
    state.id = to_state_id(discovery.directory, instance.name);
    state.directory = discovery.directory;
    state.instance = instance.name;
    state.kind = discovery.settings.commands ? StateKind::custom : StateKind::terraform;
    state.reason = discovery.reason;
    state.reason_place = discovery.place;
    state.var_files = instance.var_files;
    state.backend_files = instance.backend_files;
    state.workspace = instance.workspace;
    if (state.kind == StateKind::terraform) {
      state.tool = discovery.settings.tool ? discovery.settings.tool->text : "terraform";
    }
    state.settings = discovery.settings;
    for (const Instance& sibling : siblings) {
      if (sibling.name == instance.name) continue;
      state.foreign.insert(state.foreign.end(), sibling.exclusive.begin(), sibling.exclusive.end());
    }
    std::sort(state.foreign.begin(), state.foreign.end());
    Closure closure = closure_of(discovery, instance);
    if (!closure.backend.type.empty()) {
      const auto workspace = instance.workspace.empty() ? std::nullopt : std::optional(instance.workspace);
      state.backend = identify_backend(closure.backend, workspace, discovery.directory);
      name_state(state);
    }
    state.inputs = std::move(closure.inputs);
    add_attributes(state.inputs);
    state.unknown = std::move(closure.unknown);
    state.open_addresses = find_open_addresses(closure, discovery.place);
    member.reads = std::move(closure.reads);
    return member;
  }

  std::unordered_map<RepoPath, DirectoryFiles> directory_files() const {
    std::unordered_map<RepoPath, DirectoryFiles> result;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const DirectoryFiles files{!scanned.configuration.empty(), scanned.has_infrastructure};
      if (files.has_configuration || files.has_infrastructure) result.emplace(scanned.path, files);
    }
    return result;
  }

  /// Which `.gitattributes` decide what a checkout holds of the state's inputs. Those that lie in a directory which
  /// counts as a whole count with it.
  void add_attributes(std::vector<Input>& inputs) const {
    for (const RepoPath& file : attributes_) {
      const RepoPath directory = file.parent();
      for (std::uint32_t index = 0; index < inputs.size(); ++index) {
        const Input& input = inputs[index];
        const bool is_glob = input.kind == InputKind::pattern || input.kind == InputKind::configured;
        const bool is_below = input.path.is_within(directory) || (is_glob && directory.is_within(input.path));
        if (!is_below || input.kind == InputKind::attributes) continue;
        inputs.push_back({InputKind::attributes, file, "", {{index, {file, 0}}}});
        break;
      }
    }
  }

  std::vector<RepoPath> find_attributes() const {
    constexpr std::string_view name = ".gitattributes";
    std::vector<RepoPath> result;
    for (const ScannedDirectory& scanned : scan_.directories) {
      if (std::binary_search(scanned.others.begin(), scanned.others.end(), name))
        result.push_back(scanned.path.child(name));
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  std::vector<LeftOut> find_left_out(const std::vector<State>& states) const {
    std::set<RepoPath> called;
    for (const State& state : states) {
      for (const Input& input : state.inputs) {
        if (input.kind == InputKind::module_directory) called.insert(input.path);
      }
    }
    std::vector<LeftOut> result;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const bool says_something = !scanned.configuration.empty() || scanned.has_lock_file;
      if (!says_something || state_directories_.contains(scanned.path) || called.contains(scanned.path)) continue;
      result.push_back({scanned.path, why_left_out(scanned)});
    }
    for (const terragrunt::NoUnit& other : units_.others) {
      std::erase_if(result, [&](const LeftOut& entry) { return entry.directory == other.directory; });
      result.push_back({other.directory, other.why});
    }
    for (const RepoPath& submodule : scan_.submodules) {
      if (!called.contains(submodule))
        result.push_back({submodule, "a submodule: what lies in it is not seen from here, run statelane in it"});
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  std::string why_left_out(const ScannedDirectory& scanned) const {
    if (matches_any(config_.exclude, scanned.path)) return "excluded by .statelane.yml";
    if (scanned.configuration.empty()) return "a lock file, but no configuration";
    const bool is_for_tofu = std::all_of(scanned.configuration.begin(), scanned.configuration.end(),
                                         [](const std::string& name) { return terraform::is_tofu_name(name); });
    if (is_for_tofu && tool_of(config::settings_for(config_, scanned.path)) == terraform::Tool::terraform) {
      return "only files of OpenTofu, and its tool is terraform";
    }
    if (scanned.has_lock_file) return "a lock file, but its configuration is a link that leads to no file";
    return "no backend block and no lock file, and no state calls it as a module";
  }

  const repo::Tree& tree_;
  const config::Config& config_;
  Diagnostics& diagnostics_;
  ChangedPaths changed_;
  TreeRecords records_;
  Scan scan_;
  TracedTree traced_;
  ModuleIndex modules_;
  std::vector<RepoPath> attributes_;  ///< every `.gitattributes`, sorted
  std::set<RepoPath> state_directories_;
  terragrunt::Units units_;
  std::set<RepoPath> unit_modules_;  ///< directories that units run
  Answers answers_;
  std::vector<Discovery> discoveries_;
};

/// `%` and `@` of a name's own, so that an id has one reading.
std::string escape_id(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '%') {
      result += "%25";
    } else if (letter == '@') {
      result += "%40";
    } else {
      result += letter;
    }
  }
  return result;
}

}  // namespace

std::string to_state_id(const RepoPath& directory, const std::optional<std::string>& instance) {
  const std::string id = escape_id(directory.display());
  return instance ? id + "@" + escape_id(*instance) : id;
}

LoadedStates load_states(const repo::Tree& tree, const config::Config& config, facts::FactStore& facts,
                         Diagnostics& diagnostics) {
  return Loader(tree, config, facts, diagnostics).load();
}

std::vector<RepoPath> find_unclaimed(const LoadedStates& loaded) {
  const StateGraph& graph = loaded.graph;
  std::vector<RepoPath> result;
  for (const ScannedDirectory& directory : loaded.scan.directories) {
    const bool is_claimed = graph.claims_all_in(directory.path);
    for (const auto* names : {&directory.configuration, &directory.variables, &directory.others}) {
      // Those of a module that is called are nobody's, and lock files lie among the others.
      if (is_claimed && names != &directory.variables && !directory.has_lock_file) continue;
      for (const std::string& name : *names) {
        RepoPath path = directory.path.child(name);
        if (graph.is_infrastructure(path) && !graph.is_claimed(path)) result.push_back(std::move(path));
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace statelane::states
