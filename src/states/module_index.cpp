#include "states/module_index.hpp"

#include <algorithm>

#include "repo/links.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

/// The file that `path` leads to through links; empty when there is no readable file.
std::optional<RepoPath> real_file(const repo::Tree& tree, const RepoPath& path) {
  const auto resolved = repo::resolve_links(tree, RepoPath(), path.str());
  const bool is_file = resolved.outcome == repo::Resolved::Outcome::found &&
                       resolved.kind != repo::EntryKind::directory && resolved.kind != repo::EntryKind::submodule;
  return is_file ? std::optional(resolved.path) : std::nullopt;
}

/// OpenTofu reads `x.tofu` instead of `x.tf`. Which tool runs is not known here, and what `x.tf` says can only make the
/// answer wider: both are read, `x.tofu` last.
std::vector<std::string> loading_order(const ScannedDirectory& directory) {
  std::vector<std::string> names = directory.configuration;
  std::stable_sort(names.begin(), names.end(), [](const std::string& left, const std::string& right) {
    const auto rank = [](const std::string& name) {
      return std::pair(terraform::is_override_name(name), terraform::is_tofu_name(name));
    };
    return rank(left) < rank(right);
  });
  return names;
}

}  // namespace

const Module* ModuleIndex::find(const RepoPath& directory) {
  const auto [entry, is_new] = modules_.try_emplace(directory);
  if (is_new) {
    const ScannedDirectory* scanned = scan_.find(directory);
    if (scanned != nullptr && !scanned->configuration.empty()) entry->second = std::make_unique<Module>(load(*scanned));
  }
  return entry->second.get();
}

Module ModuleIndex::load(const ScannedDirectory& directory) {
  Module module;
  module.directory = directory.path;
  const std::vector<std::string> names = loading_order(directory);
  module.files.reserve(names.size());  // definitions point into it
  for (const std::string& name : names) {
    const RepoPath path = directory.path.child(name);
    const auto real = real_file(tree_, path);
    if (!real) continue;
    const auto& facts =
        facts_.configuration(tree_.content_id(*real), terraform::syntax_of(name), [&] { return tree_.read(*real); });
    report(facts.faults, path);
    module.files.push_back({path, &facts});
    const LoadedFile& file = module.files.back();
    for (const auto& local : facts.locals) module.locals[local.name] = {&local, &file};
    for (const auto& variable : facts.variables) module.variables[variable.name] = {&variable, &file};
    for (const auto& backend : facts.backends) {
      module.backend = &backend;
      module.backend_file = &file;
    }
  }
  return module;
}

const terraform::VariableFile* ModuleIndex::find_variables(const RepoPath& path) {
  const auto real = real_file(tree_, path);
  if (!real) return nullptr;
  const auto& result =
      facts_.variables(tree_.content_id(*real), terraform::syntax_of(path.name()), [&] { return tree_.read(*real); });
  report(result.faults, path);
  return &result;
}

void ModuleIndex::report(const Diagnostics& faults, const RepoPath& path) {
  if (faults.empty()) return;
  for (Diagnostic fault : faults.sorted()) {
    fault.path = path;
    fault.severity = Severity::warning;
    diagnostics_.add(std::move(fault));
  }
}

}  // namespace statelane::states
