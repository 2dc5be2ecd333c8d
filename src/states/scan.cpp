#include "states/scan.hpp"

#include <algorithm>

#include "states/state_graph.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

/// Sorting by bytes would put `a-b` between `a` and `a/c`; with `/` before all other bytes what lies below a directory
/// follows it.
bool precedes(const RepoPath& left, const RepoPath& right) {
  const auto [mine, other] =
      std::mismatch(left.str().begin(), left.str().end(), right.str().begin(), right.str().end());
  if (mine == left.str().end() || other == right.str().end()) return other != right.str().end();
  const auto rank = [](char byte) { return byte == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(byte)) + 1; };
  return rank(*mine) < rank(*other);
}

/// Where Terraform puts an override among the files of a directory: after all that are none.
void sort_for_loading(std::vector<std::string>& names) {
  std::stable_sort(names.begin(), names.end(), [](const std::string& left, const std::string& right) {
    return terraform::is_override_name(left) < terraform::is_override_name(right);
  });
}

/// Those of `sorted` that lie below `path`.
std::span<const RepoPath> paths_below(const std::vector<RepoPath>& sorted, const RepoPath& path) {
  const auto begin = std::lower_bound(sorted.begin(), sorted.end(), path, precedes);
  auto end = begin;
  while (end != sorted.end() && end->is_within(path)) ++end;
  return {begin, end};
}

ScannedDirectory scan_directory(const repo::Tree& tree, const RepoPath& path, Scan& scan,
                                std::vector<RepoPath>& pending) {
  ScannedDirectory result;
  result.path = path;
  const std::size_t first = pending.size();
  for (const repo::TreeEntry& entry : tree.list(path)) {
    if (entry.kind == repo::EntryKind::directory) {
      if (entry.name != ".terraform") pending.push_back(path.child(entry.name));
      continue;
    }
    const bool is_file = entry.kind != repo::EntryKind::submodule;
    const bool is_configuration = is_file && terraform::is_configuration_name(entry.name);
    const bool is_variables = is_file && terraform::is_variable_name(entry.name);
    (is_configuration ? result.configuration : is_variables ? result.variables : result.others).push_back(entry.name);
    if (entry.kind == repo::EntryKind::symlink) scan.links.push_back(path.child(entry.name));
    if (entry.kind == repo::EntryKind::submodule) scan.submodules.push_back(path.child(entry.name));
    if (is_file && entry.name == ".terraform.lock.hcl") result.has_lock_file = true;
    if (is_file && is_infrastructure_name(entry.name)) result.has_infrastructure = true;
  }
  std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(first), pending.end());
  sort_for_loading(result.configuration);
  return result;
}

}  // namespace

const ScannedDirectory* Scan::find(const RepoPath& path) const {
  const auto found = std::lower_bound(
      directories.begin(), directories.end(), path,
      [](const ScannedDirectory& entry, const RepoPath& wanted) { return precedes(entry.path, wanted); });
  return found != directories.end() && found->path == path ? &*found : nullptr;
}

std::span<const ScannedDirectory> Scan::below(const RepoPath& path) const {
  const auto begin = std::lower_bound(
      directories.begin(), directories.end(), path,
      [](const ScannedDirectory& entry, const RepoPath& wanted) { return precedes(entry.path, wanted); });
  auto end = begin;
  while (end != directories.end() && end->path.is_within(path)) ++end;
  return {begin, end};
}

std::span<const RepoPath> Scan::links_below(const RepoPath& path) const { return paths_below(links, path); }

std::span<const RepoPath> Scan::submodules_below(const RepoPath& path) const { return paths_below(submodules, path); }

bool Scan::has_linked_configuration(const RepoPath& directory) const {
  const auto candidates = links_below(directory);
  return std::any_of(candidates.begin(), candidates.end(), [&](const RepoPath& link) {
    return terraform::is_configuration_name(link.name()) && link.parent() == directory;
  });
}

Scan scan_tree(const repo::Tree& tree, const Scan& earlier, const ChangedPaths& changed) {
  Scan scan;
  std::vector<RepoPath> pending = {RepoPath()};  // the next one last, so that what lies below a directory follows it
  while (!pending.empty()) {
    const RepoPath path = std::move(pending.back());
    pending.pop_back();
    const auto known = changed.touches(path) ? std::span<const ScannedDirectory>() : earlier.below(path);
    if (known.empty()) {
      scan.directories.push_back(scan_directory(tree, path, scan, pending));
      continue;
    }
    const auto links = earlier.links_below(path);
    const auto submodules = earlier.submodules_below(path);
    scan.directories.insert(scan.directories.end(), known.begin(), known.end());
    scan.links.insert(scan.links.end(), links.begin(), links.end());
    scan.submodules.insert(scan.submodules.end(), submodules.begin(), submodules.end());
  }
  std::sort(scan.links.begin(), scan.links.end(), precedes);
  std::sort(scan.submodules.begin(), scan.submodules.end(), precedes);
  return scan;
}

}  // namespace statelane::states
