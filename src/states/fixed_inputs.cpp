#include "states/fixed_inputs.hpp"

#include <algorithm>

#include "states/path_inputs.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

/// A file that is read by its name, and the links on the way to it.
void add_named_file(const Sources& sources, InputKind kind, const RepoPath& path, const Reach& reach,
                    InputSet& inputs) {
  const auto resolved = repo::resolve_links(sources.tree, RepoPath(), path.str());
  const Reach way = add_links(resolved, reach, inputs);
  inputs.add(kind, resolved.links.empty() ? path : resolved.path, "", way);
}

void add_configured(const Sources& sources, const RepoPath& from, const config::Located& glob, InputSet& inputs) {
  const auto split = split_configured(from, glob.text);
  if (!split) return;
  const Reach reach{std::nullopt, {RepoPath::of(config::file_name), glob.range.begin.line}};
  inputs.add(InputKind::configured, split->directory, split->glob, reach);
  const auto resolved = repo::resolve_links(sources.tree, RepoPath(), split->directory.str());
  const Reach way = add_links(resolved, reach, inputs);
  add_submodule(sources.tree, resolved, way, inputs);
  if (resolved.links.empty() || !is_inside(resolved)) return;
  inputs.add(InputKind::configured, resolved.path, below_glob(resolved.path, split->rest), way);
}

}  // namespace

std::optional<ConfiguredGlob> split_configured(const RepoPath& from, std::string text) {
  if (text == "**" || text.ends_with("/**")) text += "/*";
  const std::size_t wildcard = std::min(text.find_first_of("*?[{\\"), text.size());
  const std::size_t slash = text.rfind('/', wildcard);
  const std::size_t split = slash == std::string::npos || wildcard == 0 ? 0 : slash + 1;
  auto directory = from.resolve(text.substr(0, split));
  if (!directory) return std::nullopt;
  std::string rest = text.substr(split);
  std::string glob = below_glob(*directory, rest);
  return ConfiguredGlob{*std::move(directory), std::move(rest), std::move(glob)};
}

std::vector<RepoPath> loaded_variable_files(const Sources& sources, const RepoPath& directory,
                                            const Instance& instance) {
  std::vector<RepoPath> result;
  const ScannedDirectory* scanned = sources.find_directory(directory);
  const std::vector<std::string> names = scanned == nullptr ? std::vector<std::string>{} : scanned->variables;
  for (const std::string_view first : {"terraform.tfvars", "terraform.tfvars.json"}) {
    if (std::find(names.begin(), names.end(), first) != names.end()) result.push_back(directory.child(first));
  }
  for (const std::string& name : names) {
    const bool is_first = name.starts_with("terraform.tfvars");
    if (terraform::is_automatic_variable_name(name) && !is_first) result.push_back(directory.child(name));
  }
  result.insert(result.end(), instance.var_files.begin(), instance.var_files.end());
  return result;
}

void add_fixed_inputs(const Sources& sources, const RepoPath& directory, const Instance& instance,
                      const config::Settings& settings, InputSet& inputs) {
  const Reach conventional{std::nullopt, {directory, 0}};
  inputs.add(InputKind::own_directory, directory, "", conventional);
  inputs.add(InputKind::version_pin, directory, "", conventional);
  inputs.add(InputKind::lock_file, directory.child(".terraform.lock.hcl"), "", conventional);
  // Vendored providers, for which init looks: below any other directory they are its own files already. A link or a
  // submodule may come in the place of the directory.
  for (const auto kind : {terraform::ReferenceKind::file, terraform::ReferenceKind::path_text}) {
    if (directory.is_root())
      add_path_inputs(sources.tree, directory, {"./terraform.d/plugins"}, kind, std::nullopt, conventional, inputs);
  }
  for (const RepoPath& file : loaded_variable_files(sources, directory, instance))
    add_named_file(sources, InputKind::variable_file, file, conventional, inputs);
  for (const RepoPath& file : backend_files(instance.backend_config))
    add_named_file(sources, InputKind::backend_file, file, conventional, inputs);
  for (const config::Located& glob : sources.config.global_inputs) add_configured(sources, RepoPath(), glob, inputs);
  if (!settings.inputs) return;
  for (const config::Located& glob : *settings.inputs) add_configured(sources, directory, glob, inputs);
}

}  // namespace statelane::states
