#include "states/instances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

std::vector<RepoPath> resolve_files(const std::optional<std::vector<config::Located>>& patterns,
                                    const RepoPath& directory, std::string_view instance, Diagnostics& diagnostics) {
  std::vector<RepoPath> result;
  if (!patterns) return result;
  for (const config::Located& pattern : *patterns) {
    if (const auto path = directory.resolve(fill_in(pattern.text, directory, instance))) {
      result.push_back(*path);
    } else {
      diagnostics.error(RepoPath::of(config::file_name), pattern.range,
                        fmt::format("\"{}\" leaves the repository from {}", pattern.text, directory.display()));
    }
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

Instance configured_instance(const RepoPath& directory, const config::Settings& settings, const Match* match,
                             Diagnostics& diagnostics) {
  Instance result;
  const std::string name = match == nullptr ? "" : match->name;
  if (match != nullptr) result.name = name;
  result.var_files = resolve_files(settings.var_files, directory, name, diagnostics);
  result.backend_files = resolve_files(settings.backend_config, directory, name, diagnostics);
  const bool is_nameless =
      match == nullptr && settings.workspace && settings.workspace->text.find(placeholder) != std::string::npos;
  if (is_nameless) {
    diagnostics.warning(
        RepoPath::of(config::file_name), settings.workspace->range,
        fmt::format("{} has no instance, and so no workspace \"{}\"", directory.display(), settings.workspace->text),
        {"its lane stays in the default workspace"});
  } else if (settings.workspace) {
    result.workspace = fill_in(settings.workspace->text, directory, name);
  }
  if (match != nullptr) result.exclusive.push_back(match->entry);
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
        instance.backend_files.push_back(path.child(file.name));
      } else if (terraform::is_variable_name(file.name)) {
        instance.var_files.push_back(path.child(file.name));
      }
    }
    if (instance.backend_files.empty()) continue;
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
    instance.backend_files = {parent.child(entry.name)};
    for (const RepoPath& place : {parent, directory}) {
      const RepoPath values = place.child(*name + ".tfvars");
      const auto found = tree.find(values);
      if (!instance.var_files.empty() || !found || !is_file(*found) || values == instance.backend_files.front())
        continue;
      instance.var_files = {values};
    }
    instance.exclusive = instance.backend_files;
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
      result.backend_files.push_back(directory.child(entry.name));
  }
  return result;
}

}  // namespace

std::string fill_in(const std::string& pattern, const RepoPath& directory, std::string_view instance) {
  return replace_all(replace_all(pattern, "{dir}", directory.name()), placeholder, instance);
}

std::vector<Instance> find_instances(const repo::Tree& tree, const RepoPath& directory,
                                     const config::Settings& settings, bool has_partial_backend,
                                     Diagnostics& diagnostics) {
  std::vector<Instance> result;
  if (settings.instances) {
    std::map<std::string, Match> matches;
    const std::set<RepoPath> shared = shared_files(directory, settings);
    for (Match& match : match_pattern(tree, directory, fill_in(settings.instances->text, directory, placeholder))) {
      if (!shared.contains(match.file)) matches.emplace(match.name, match);
    }
    for (const auto& [name, match] : matches) {
      result.push_back(configured_instance(directory, settings, &match, diagnostics));
    }
    if (!result.empty()) return result;
    diagnostics.warning(RepoPath::of(config::file_name), settings.instances->range,
                        fmt::format("no file below {} matches \"{}\"", directory.display(), settings.instances->text),
                        {"the directory is taken as one state without an instance"});
  }
  const bool is_configured = settings.instances || settings.var_files || settings.backend_config || settings.workspace;
  if (!is_configured && has_partial_backend) {
    result = conventional_instances(tree, directory);
    if (result.empty()) result = {only_instance(tree, directory)};
    return result;
  }
  return {configured_instance(directory, settings, nullptr, diagnostics)};
}

}  // namespace statelane::states
