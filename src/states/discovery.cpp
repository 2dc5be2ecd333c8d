#include "states/discovery.hpp"

#include <algorithm>

#include "states/backend_identity.hpp"
#include "states/closure.hpp"

namespace statelane::states {

namespace {

/// The backend block leaves open what has to be known.
bool is_partial(const terraform::Backend& backend, const RepoPath& directory) {
  BackendSettings settings{std::string(backend.type), {}};
  for (const auto& attribute : backend.attributes) settings.values[std::string(attribute.name)] = {"set"};
  return !identify_backend(settings, std::nullopt, directory).is_complete();
}

}  // namespace

bool matches_any(const std::vector<config::Located>& globs, const RepoPath& directory) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const config::Located& glob) { return config::matches_glob(glob.text, directory.display()); });
}

/// What the configuration in `directory` says to discovery. Faults of its files are reported.
DirectoryWords Discoverer::words_of(const RepoPath& directory, terraform::Tool tool) {
  if (auto known = records_.find_words(directory, tool, answers_)) {
    if (known->has_faults) sources_.modules.find(directory, tool);
    records_.keep_words(directory, tool, answers_, *known);
    return *std::move(known);
  }
  DirectoryWords words;
  if (const Module* module = sources_.modules.find(directory, tool)) {
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
  if (!sources_.scan.has_linked_configuration(directory)) records_.keep_words(directory, tool, answers_, words);
  return words;
}

std::optional<Discovery> Discoverer::discover(const ScannedDirectory& scanned) {
  Discovery discovery{scanned.path,
                      StateReason::configured,
                      {RepoPath::of(config::file_name), 0},
                      config::settings_for(sources_.config, scanned.path)};
  const DirectoryWords words =
      scanned.configuration.empty() ? DirectoryWords{} : words_of(scanned.path, tool_of(discovery.settings));
  if (words.backend) {
    discovery.reason = words.backend->type == "cloud" ? StateReason::cloud_block : StateReason::backend_block;
    discovery.place = {scanned.path.child(words.backend->file), words.backend->line};
    discovery.has_partial_backend = words.backend->is_partial;
    discovery.has_open_workspace =
        words.backend->is_partial && (words.backend->type == "cloud" || words.backend->type == "remote");
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
  const bool is_included = matches_any(sources_.config.include, scanned.path) && holds_files(scanned.path);
  return is_included ? std::optional(std::move(discovery)) : std::nullopt;
}

bool Discoverer::holds_files(const RepoPath& directory) const {
  const auto entries = sources_.tree.list(directory);
  return std::any_of(entries.begin(), entries.end(),
                     [](const repo::TreeEntry& entry) { return entry.kind != repo::EntryKind::directory; });
}

}  // namespace statelane::states
