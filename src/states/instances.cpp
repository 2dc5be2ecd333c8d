#include "states/instances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "base/replace_all.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using namespace std::string_view_literals;
using repo::EntryKind;
using repo::TreeEntry;

constexpr std::string_view placeholder = "{instance}";
constexpr std::array backend_endings = {".tfvars"sv, ".hcl"sv, ".conf"sv, ".tfbackend"sv, ".config"sv, ".ini"sv};
constexpr std::array file_directories = {""sv,        "backend"sv, "backends"sv, "config"sv,
                                         "configs"sv, "env"sv,     "envs"sv,     "environments"sv};

bool is_file(const TreeEntry& entry) {
  return entry.kind != EntryKind::directory && entry.kind != EntryKind::submodule;
}

/// What stands for `{instance}` when `name` matches `component`; empty when it does not match.
std::optional<std::string> captured(std::string_view component, std::string_view name) {
  const std::size_t at = component.find(placeholder);
  const std::string_view before = component.substr(0, at);
  const std::string_view after = component.substr(at + placeholder.size());
  if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after))
    return std::nullopt;
  return std::string(name.substr(before.size(), name.size() - before.size() - after.size()));
}

/// A name that the pattern of instances found, the entry that stands for it, and the file.
struct Match {
  std::string name;
  RepoPath entry;
  RepoPath file;
};

/// Every instance that `pattern` finds: `{instance}` is (part of) one path component; what follows it must exist.
std::vector<Match> match_pattern(const repo::Tree& tree, const RepoPath& directory, const std::string& pattern) {
  const std::size_t at = pattern.find(placeholder);
  if (at == std::string::npos) return {};
  const std::size_t begin = pattern.rfind('/', at) == std::string::npos ? 0 : pattern.rfind('/', at) + 1;
  const std::size_t end = std::min(pattern.find('/', at), pattern.size());
  const std::string component = pattern.substr(begin, end - begin);
  const auto parent = directory.resolve(pattern.substr(0, begin));
  if (!parent) return {};
  std::vector<Match> result;
  for (const TreeEntry& entry : tree.list(*parent)) {
    const auto name = captured(component, entry.name);
    if (!name) continue;
    const RepoPath found = parent->child(entry.name);
    const std::string rest = replace_all(pattern.substr(std::min(end + 1, pattern.size())), placeholder, *name);
    const auto target = found.resolve(rest);
    if (target && tree.find(*target)) result.push_back({*name, found, *target});
  }
  return result;
}

/// The files that every instance loads, by the configuration: no instance is named by one.
std::set<RepoPath> shared_files(const RepoPath& directory, const config::Settings& settings) {
  std::set<RepoPath> result;
  for (const auto* patterns : {&settings.var_files, &settings.backend_config}) {
    if (!*patterns) continue;
    for (const config::Located& pattern : **patterns) {
      const std::string text = fill_in(pattern.text, directory, placeholder);
      const auto path = text.find(placeholder) == std::string::npos ? directory.resolve(text) : std::nullopt;
      if (path) result.insert(*path);
    }
  }
  return result;
}

/// What a lane is said to have, filled in for one instance or for the only state of a directory.
class ConfiguredInstance {
 public:
  ConfiguredInstance(const RepoPath& directory, const config::Settings& settings, std::optional<std::string> name,
                     Diagnostics& diagnostics)
      : directory_(directory), settings_(settings), diagnostics_(diagnostics) {
    result_.name = std::move(name);
  }

  Instance build() {
    add_files(settings_.var_files, [&](const RepoPath& path) { result_.var_files.push_back(path); });
    add_backend_config();
    if (settings_.variables) {
      for (const config::Pair& pair : *settings_.variables) {
        if (can_fill_in(pair.value)) result_.variables.push_back({pair.key.text, fill_in_all(pair.value.text)});
      }
    }
    add_workspace();
    std::sort(result_.exclusive.begin(), result_.exclusive.end());
    result_.exclusive.erase(std::unique(result_.exclusive.begin(), result_.exclusive.end()), result_.exclusive.end());
    return std::move(result_);
  }

  void add_exclusive(const RepoPath& path) { result_.exclusive.push_back(path); }

 private:
  static bool is_setting(const config::Located& pattern) { return pattern.text.find('=') != std::string::npos; }

  std::string name() const { return result_.name.value_or(std::string()); }

  std::string fill_in_all(const std::string& pattern) const {
    return replace_all(fill_in(pattern, directory_, name()), "{id}", to_state_id(directory_, result_.name));
  }

  void add_files(const std::optional<std::vector<config::Located>>& patterns,
                 const std::function<void(const RepoPath&)>& add) {
    if (!patterns) return;
    for (const config::Located& pattern : *patterns) add_file(pattern, add);
  }

  void add_file(const config::Located& pattern, const std::function<void(const RepoPath&)>& add) {
    const auto path = directory_.resolve(fill_in(pattern.text, directory_, name()));
    if (!path) {
      diagnostics_.error(RepoPath::of(config::file_name), pattern.range,
                         fmt::format("\"{}\" leaves the repository from {}", pattern.text, directory_.display()));
      return;
    }
    add(*path);
    if (result_.name) note_exclusive(pattern.text);
  }

  /// What lies at the first name that holds the instance's is the instance's own.
  void note_exclusive(const std::string& pattern) {
    const std::size_t at = pattern.find(placeholder);
    if (at == std::string::npos) return;
    const auto entry = directory_.resolve(fill_in(pattern.substr(0, pattern.find('/', at)), directory_, name()));
    if (entry) result_.exclusive.push_back(*entry);
  }

  void add_backend_config() {
    if (!settings_.backend_config) return;
    for (const config::Located& pattern : *settings_.backend_config) {
      if (!is_setting(pattern)) {
        add_file(pattern, [&](const RepoPath& path) { result_.backend_config.push_back({path, ""}); });
      } else if (can_fill_in(pattern)) {
        result_.backend_config.push_back({std::nullopt, fill_in_all(pattern.text)});
      }
    }
  }

  /// An empty name would be another state's, or nobody's.
  bool can_fill_in(const config::Located& pattern) {
    if (result_.name || pattern.text.find(placeholder) == std::string::npos) return true;
    diagnostics_.warning(RepoPath::of(config::file_name), pattern.range,
                         fmt::format("{} has no instance for \"{}\"", directory_.display(), pattern.text),
                         {"it is left out there; a rule of its own gives a directory instances"});
    return false;
  }

  void add_workspace() {
    if (!settings_.workspace) return;
    if (result_.name || settings_.workspace->text.find(placeholder) == std::string::npos) {
      result_.workspace = fill_in_all(settings_.workspace->text);
      return;
    }
    diagnostics_.warning(
        RepoPath::of(config::file_name), settings_.workspace->range,
        fmt::format("{} has no instance, and so no workspace \"{}\"", directory_.display(), settings_.workspace->text),
        {"its lane stays in the default workspace"});
  }

  const RepoPath& directory_;
  const config::Settings& settings_;
  Diagnostics& diagnostics_;
  Instance result_;
};

std::vector<Instance> instances_of_names(const RepoPath& directory, const config::Settings& settings,
                                         const std::vector<config::Located>& names, Diagnostics& diagnostics) {
  std::set<std::string> sorted;
  for (const config::Located& name : names) sorted.insert(name.text);
  std::vector<Instance> result;
  for (const std::string& name : sorted)
    result.push_back(ConfiguredInstance(directory, settings, name, diagnostics).build());
  return result;
}

std::vector<Instance> instances_of_pattern(const repo::Tree& tree, const RepoPath& directory,
                                           const config::Settings& settings, const config::Located& pattern,
                                           Diagnostics& diagnostics) {
  std::map<std::string, Match> matches;
  const std::set<RepoPath> shared = shared_files(directory, settings);
  for (Match& match : match_pattern(tree, directory, fill_in(pattern.text, directory, placeholder))) {
    if (!shared.contains(match.file)) matches.emplace(match.name, match);
  }
  std::vector<Instance> result;
  for (const auto& [name, match] : matches) {
    ConfiguredInstance instance(directory, settings, name, diagnostics);
    instance.add_exclusive(match.entry);
    result.push_back(instance.build());
  }
  if (result.empty()) {
    diagnostics.warning(
        RepoPath::of(config::file_name), pattern.range,
        fmt::format("no file below {} matches \"{}\", and so it has no lane", directory.display(), pattern.text),
        {"a later rule may give it instances of its own, and exclude says that it is no state"});
  }
  return result;
}

/// `backend.tfvars` and its like.
bool is_plain_backend_name(std::string_view name) {
  return std::any_of(backend_endings.begin(), backend_endings.end(), [&](std::string_view ending) {
    return name.size() == "backend"sv.size() + ending.size() && name.starts_with("backend") && name.ends_with(ending);
  });
}

/// The instance that a backend file's own name tells: `prod` for `prod.tfbackend`, `prod.backend.hcl`,
/// `backend-prod.tfvars`.
std::optional<std::string> instance_of_backend_name(std::string_view name) {
  const auto between = [&](std::string_view before, std::string_view after) -> std::optional<std::string> {
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after))
      return std::nullopt;
    return std::string(name.substr(before.size(), name.size() - before.size() - after.size()));
  };
  for (const std::string_view after : {".backend"sv, ".backend.hcl"sv, ".backend.tfvars"sv, ".backend.conf"sv}) {
    if (auto found = between("", after)) return found;
  }
  for (const std::string_view after : backend_endings) {
    if (auto found = between("backend-", after)) return found;
  }
  return between("", ".tfbackend");
}

/// `<name>/backend.tfvars` below `parent`.
void add_directory_instances(const repo::Tree& tree, const RepoPath& parent,
                             std::map<std::string, Instance>& instances) {
  for (const TreeEntry& entry : tree.list(parent)) {
    if (entry.kind != EntryKind::directory) continue;
    const RepoPath path = parent.child(entry.name);
    const auto entries = tree.list(path);
    const bool holds_configuration = std::any_of(entries.begin(), entries.end(), [](const TreeEntry& file) {
      return is_file(file) && terraform::is_configuration_name(file.name);
    });
    if (holds_configuration) continue;
    Instance instance;
    for (const TreeEntry& file : entries) {
      if (!is_file(file)) continue;
      if (is_plain_backend_name(file.name)) {
        instance.backend_config.push_back({path.child(file.name), ""});
      } else if (terraform::is_variable_name(file.name)) {
        instance.var_files.push_back(path.child(file.name));
      }
    }
    if (instance.backend_config.empty()) continue;
    instance.name = entry.name;
    instance.exclusive = {path};
    instances.emplace(entry.name, std::move(instance));
  }
}

/// `<name>.tfbackend` and its like in `parent`.
void add_file_instances(const repo::Tree& tree, const RepoPath& directory, const RepoPath& parent,
                        std::map<std::string, Instance>& instances) {
  for (const TreeEntry& entry : tree.list(parent)) {
    const auto name = is_file(entry) ? instance_of_backend_name(entry.name) : std::nullopt;
    if (!name || instances.contains(*name)) continue;
    Instance instance;
    instance.name = *name;
    const RepoPath file = parent.child(entry.name);
    instance.backend_config = {{file, ""}};
    for (const RepoPath& place : {parent, directory}) {
      const RepoPath values = place.child(*name + ".tfvars");
      const auto found = tree.find(values);
      if (!instance.var_files.empty() || !found || !is_file(*found) || values == file) continue;
      instance.var_files = {values};
    }
    instance.exclusive = {file};
    instance.exclusive.insert(instance.exclusive.end(), instance.var_files.begin(), instance.var_files.end());
    instances.emplace(*name, std::move(instance));
  }
}

std::vector<Instance> conventional_instances(const repo::Tree& tree, const RepoPath& directory) {
  std::map<std::string, Instance> instances;
  for (const TreeEntry& entry : tree.list(directory)) {
    if (entry.kind == EntryKind::directory && !directory.is_root()) {
      add_directory_instances(tree, directory.child(entry.name), instances);
    }
  }
  if (!directory.is_root()) add_directory_instances(tree, directory, instances);
  for (const std::string_view place : file_directories) {
    add_file_instances(tree, directory, *directory.resolve(place), instances);
  }
  std::vector<Instance> result;
  for (auto& [name, instance] : instances) result.push_back(std::move(instance));
  return result;
}

/// `backend.tfvars` in the directory itself completes the only state.
Instance only_instance(const repo::Tree& tree, const RepoPath& directory) {
  Instance result;
  for (const TreeEntry& entry : tree.list(directory)) {
    if (is_file(entry) && is_plain_backend_name(entry.name))
      result.backend_config.push_back({directory.child(entry.name), ""});
  }
  return result;
}

/// `%` and `@` of a name's own, so that an id has one reading.
std::string escape_id(std::string_view text) {
  return replace_all(replace_all(std::string(text), "%", "%25"), "@", "%40");
}

}  // namespace

std::string to_state_id(const RepoPath& directory, const std::optional<std::string>& instance) {
  const std::string id = escape_id(directory.display());
  return instance ? id + "@" + escape_id(*instance) : id;
}

std::vector<RepoPath> backend_files(std::span<const BackendArgument> arguments) {
  std::vector<RepoPath> result;
  for (const BackendArgument& argument : arguments)
    if (argument.file) result.push_back(*argument.file);
  return result;
}

std::vector<LaneVariable> find_variables(const RepoPath& directory, const config::Settings& settings,
                                         const std::optional<std::string>& instance, Diagnostics& diagnostics) {
  config::Settings only;
  only.variables = settings.variables;
  return ConfiguredInstance(directory, only, instance, diagnostics).build().variables;
}

std::vector<std::string> variable_arguments(const State& state) {
  std::vector<std::string> result;
  for (const RepoPath& file : state.var_files) result.push_back(relative_path(state.directory, file));
  return result;
}

std::vector<std::string> backend_arguments(const State& state) {
  std::vector<std::string> result;
  for (const BackendArgument& argument : state.backend_config)
    result.push_back(argument.file ? relative_path(state.directory, *argument.file) : argument.setting);
  return result;
}

std::string fill_in(const std::string& pattern, const RepoPath& directory, std::string_view instance) {
  return replace_all(replace_all(pattern, "{dir}", directory.name()), placeholder, instance);
}

std::vector<Instance> find_instances(const repo::Tree& tree, const RepoPath& directory,
                                     const config::Settings& settings, bool has_partial_backend,
                                     Diagnostics& diagnostics) {
  if (settings.instances) {
    if (const auto* names = std::get_if<std::vector<config::Located>>(&*settings.instances))
      return instances_of_names(directory, settings, *names, diagnostics);
    return instances_of_pattern(tree, directory, settings, std::get<config::Located>(*settings.instances), diagnostics);
  }
  const bool is_configured = settings.var_files || settings.backend_config || settings.workspace;
  if (!is_configured && has_partial_backend) {
    std::vector<Instance> result = conventional_instances(tree, directory);
    if (result.empty()) result = {only_instance(tree, directory)};
    for (Instance& instance : result)
      instance.variables = find_variables(directory, settings, instance.name, diagnostics);
    return result;
  }
  return {ConfiguredInstance(directory, settings, std::nullopt, diagnostics).build()};
}

}  // namespace statelane::states
