#include "states/module_index.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "repo/links.hpp"
#include "states/merge_files.hpp"
#include "states/trace.hpp"
#include "terraform/file_names.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::states {

namespace {

/// The file that `path` leads to through links; empty when there is no readable file.
std::optional<RepoPath> real_file(const repo::Tree& tree, const RepoPath& path) {
  const auto resolved = repo::resolve_links(tree, RepoPath(), path.str());
  const bool is_file = resolved.outcome == repo::Resolved::Outcome::found &&
                       resolved.kind != repo::EntryKind::directory && resolved.kind != repo::EntryKind::submodule;
  return is_file ? std::optional(resolved.path) : std::nullopt;
}

/// The same for `name` in a directory of the walk: no link leads there, and mostly the file is none.
std::optional<RepoPath> real_file_in(const repo::Tree& tree, const RepoPath& directory, const std::string& name) {
  const RepoPath path = directory.child(name);
  const repo::TreeEntry* entry = repo::find_entry(tree.list(directory), name);
  if (entry == nullptr) return std::nullopt;
  return entry->kind == repo::EntryKind::symlink ? real_file(tree, path) : std::optional(path);
}

bool is_tofu(const std::string& name) { return terraform::is_tofu_name(name); }

/// `x.tofu` beside `x.tf` hides it from OpenTofu, `x.tofu.json` hides `x.tf.json`.
bool is_hidden_from_tofu(const std::string& name, const std::vector<std::string>& names) {
  const std::string twin =
      std::string(terraform::configuration_stem(name)) + (name.ends_with(".json") ? ".tofu.json" : ".tofu");
  return !is_tofu(name) && std::find(names.begin(), names.end(), twin) != names.end();
}

/// The files that `tool` loads, in its order. Where the tool is not known all are read.
std::vector<std::string> loading_order(const ScannedDirectory& directory, terraform::Tool tool) {
  std::vector<std::string> names;
  for (const std::string& name : directory.configuration) {
    if (tool == terraform::Tool::terraform && is_tofu(name)) continue;
    if (tool == terraform::Tool::opentofu && is_hidden_from_tofu(name, directory.configuration)) continue;
    names.push_back(name);
  }
  std::stable_sort(names.begin(), names.end(), [](const std::string& left, const std::string& right) {
    const auto rank = [](const std::string& name) {
      return std::pair(terraform::is_override_name(name), is_tofu(name));
    };
    return rank(left) < rank(right);
  });
  return names;
}

bool is_too_large(const repo::Tree& tree, const RepoPath& path) {
  return tree.size(path) > terraform::largest_configuration;
}

/// What stands for the bytes of a file that is too large: as many as are refused unread.
std::string too_large_text() { return std::string(terraform::largest_configuration + 1, ' '); }

std::string read_bounded(const repo::Tree& tree, const RepoPath& path) {
  return is_too_large(tree, path) ? too_large_text() : tree.read(path);
}

}  // namespace

void ModuleIndex::read_ahead(const std::function<bool(const RepoPath&)>& is_wanted) {
  std::vector<RepoPath> paths;
  std::vector<facts::Wanted> wanted;
  for (const ScannedDirectory& directory : scan_.directories) {
    if (directory.configuration.empty() || !is_wanted(directory.path)) continue;
    const auto entries = tree_.list(directory.path);
    for (const std::string& name : directory.configuration) {
      const repo::TreeEntry* entry = repo::find_entry(entries, name);
      if (entry->kind == repo::EntryKind::symlink) continue;
      paths.push_back(directory.path.child(name));
      wanted.push_back({entry->id, terraform::syntax_of(name)});
    }
  }
  facts_.read_configurations(wanted, [&](std::span<const std::size_t> indexes, const facts::FactStore::Take& take) {
    std::vector<RepoPath> chosen;
    for (const std::size_t index : indexes) chosen.push_back(paths[index]);
    const auto larger = tree_.read_all(
        chosen, terraform::largest_configuration,
        [&](std::size_t place, const ContentId& id, std::string bytes) { take(indexes[place], id, std::move(bytes)); });
    for (const std::size_t place : larger) take(indexes[place], tree_.content_id(chosen[place]), too_large_text());
  });
}

bool Module::is_only_for_sources(std::string_view name) const {
  const std::string any = std::string(name.substr(0, name.find('.'))) + ".*";
  const auto holds = [](std::span<const std::string_view> names, std::string_view wanted) {
    return std::binary_search(names.begin(), names.end(), wanted);
  };
  const bool is_open = std::any_of(files.begin(), files.end(), [&](const LoadedFile& file) {
    return file.facts->has_faults || holds(file.facts->open_names, name) || holds(file.facts->open_names, any);
  });
  return !is_open && std::any_of(files.begin(), files.end(),
                                 [&](const LoadedFile& file) { return holds(file.facts->source_names, name); });
}

std::array<std::uint8_t, 32> ModuleIndex::fingerprint(const RepoPath& directory) const {
  Sha256 digest;
  const ScannedDirectory* scanned = scan_.find(directory);
  if (scanned == nullptr) return digest.finish();
  for (const std::string& name : scanned->configuration) {
    const auto real = real_file_in(tree_, directory, name);
    const ContentId id = real ? tree_.content_id(*real) : ContentId{};
    digest.add_field(name);
    digest.add({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
  return digest.finish();
}

void ModuleIndex::read_content_ids() const {
  std::vector<RepoPath> paths;
  for (const ScannedDirectory& directory : scan_.directories) {
    const auto entries =
        directory.configuration.empty() ? std::span<const repo::TreeEntry>{} : tree_.list(directory.path);
    for (const std::string& name : directory.configuration) {
      const repo::TreeEntry* entry = repo::find_entry(entries, name);
      if (entry->kind != repo::EntryKind::symlink && entry->id.is_zero()) paths.push_back(directory.path.child(name));
    }
  }
  if (!paths.empty())
    tree_.read_all(paths, terraform::largest_configuration, [](std::size_t, const ContentId&, const std::string&) {});
}

const Module* ModuleIndex::find(const RepoPath& directory, terraform::Tool tool) {
  if (trace_ != nullptr) trace_->add(Question::Kind::module, directory);
  const ScannedDirectory* scanned = scan_.find(directory);
  if (scanned == nullptr || scanned->configuration.empty()) return nullptr;
  if (trace_ != nullptr && scan_.has_linked_configuration(directory)) trace_linked_files(*scanned);
  const auto& names = scanned->configuration;
  if (std::none_of(names.begin(), names.end(), is_tofu)) tool = terraform::Tool::unknown;
  auto& module = modules_[directory][static_cast<std::size_t>(tool)];
  if (!module) {
    const Trace::Pause pause(trace_);
    module = std::make_unique<Module>(load(*scanned, tool));
  }
  const bool has_faults = std::any_of(module->files.begin(), module->files.end(),
                                      [](const LoadedFile& file) { return !file.facts->faults.empty(); });
  if (trace_ != nullptr && has_faults) trace_->spoil();
  return module->files.empty() ? nullptr : module.get();
}

/// The files that links lead to lie elsewhere, so they are asked for where they lie.
void ModuleIndex::trace_linked_files(const ScannedDirectory& directory) const {
  for (const std::string& name : directory.configuration) {
    if (const auto real = real_file_in(tree_, directory.path, name)) trace_->add(Question::Kind::content, *real);
  }
}

Module ModuleIndex::load(const ScannedDirectory& directory, terraform::Tool tool) {
  Module module;
  module.directory = directory.path;
  const std::vector<std::string> names = loading_order(directory, tool);
  module.files.reserve(names.size());  // what is merged points into it
  for (const std::string& name : names) {
    const RepoPath path = directory.path.child(name);
    const auto real = real_file_in(tree_, directory.path, name);
    if (!real) continue;
    const auto& facts = facts_.configuration(tree_.content_id(*real), terraform::syntax_of(name),
                                             [&] { return read_bounded(tree_, *real); });
    report(facts.faults, path);
    module.files.push_back({path, &facts});
    merge_file(module.files.back(), tool, module);
  }
  return module;
}

const terraform::VariableFile* ModuleIndex::find_variables(const RepoPath& path) {
  const auto real = real_file(tree_, path);
  if (!real) return nullptr;
  const auto& result = facts_.variables(tree_.content_id(*real), terraform::syntax_of(path.name()),
                                        [&] { return read_bounded(tree_, *real); });
  if (trace_ != nullptr && !result.faults.empty()) trace_->spoil();
  report(result.faults, path);
  return &result;
}

const terraform::TemplateFile* ModuleIndex::find_template(const RepoPath& path) {
  const auto real = real_file(tree_, path);
  if (!real) return nullptr;
  if (tree_.size(*real) > terraform::largest_template) return &too_large_;
  return &facts_.template_file(tree_.content_id(*real), [&] { return tree_.read(*real); });
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
