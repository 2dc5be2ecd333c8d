#include "states/changed_outputs.hpp"

#include <algorithm>
#include <map>

#include "terraform/declarations.hpp"
#include "terraform/file_names.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::states {

namespace {

using terraform::Declaration;
using terraform::Declarations;

/// The declarations of one directory by file.
using Configuration = std::map<RepoPath, Declarations>;

/// Empty when a file is not native syntax, is no plain file, is too large, or has faults.
std::optional<Configuration> read_configuration(const repo::Tree& tree, const RepoPath& directory) {
  Configuration result;
  for (const repo::TreeEntry& entry : tree.list(directory)) {
    if (!terraform::is_configuration_name(entry.name) || entry.kind == repo::EntryKind::directory) continue;
    const bool is_plain = entry.kind == repo::EntryKind::file || entry.kind == repo::EntryKind::executable;
    if (!is_plain || terraform::syntax_of(entry.name) == terraform::Syntax::json) return std::nullopt;
    const RepoPath path = directory.child(entry.name);
    if (tree.size(path) > terraform::largest_configuration) return std::nullopt;
    Declarations declarations = terraform::read_declarations(tree.read(path));
    if (!declarations.is_whole) return std::nullopt;
    result.emplace(path, std::move(declarations));
  }
  return result;
}

using Digests = std::multimap<std::string, std::string>;

Digests digests_of(const Configuration& configuration, const std::set<RepoPath>& files) {
  Digests result;
  for (const RepoPath& path : files) {
    const auto found = configuration.find(path);
    if (found == configuration.end()) continue;
    for (const Declaration& declaration : found->second.all) result.emplace(declaration.address, declaration.digest);
  }
  return result;
}

std::multiset<std::string> digests_at(const Digests& digests, const std::string& address) {
  std::multiset<std::string> result;
  const auto [begin, end] = digests.equal_range(address);
  for (auto entry = begin; entry != end; ++entry) result.insert(entry->second);
  return result;
}

/// Addresses that differ between the two sides of `files`, or that span one of the places.
std::set<std::string> find_differing(const Configuration& base, const Configuration& head,
                                     const TouchedConfiguration& touched) {
  std::set<std::string> result;
  const Digests before = digests_of(base, touched.files);
  const Digests after = digests_of(head, touched.files);
  for (const Digests* side : {&before, &after}) {
    for (const auto& [address, digest] : *side) {
      if (digests_at(before, address) != digests_at(after, address)) result.insert(address);
    }
  }
  for (const Place& place : touched.places) {
    for (const Configuration* side : {&base, &head}) {
      const auto file = side->find(place.file);
      if (file == side->end()) continue;
      for (const Declaration& declaration : file->second.all) {
        if (declaration.first_line <= place.line && place.line <= declaration.last_line)
          result.insert(declaration.address);
      }
    }
  }
  return result;
}

bool begins_with(const std::set<std::string>& addresses, std::string_view prefix) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& address) { return address.starts_with(prefix); });
}

using References = std::map<std::string, std::set<std::string>>;

References join_references(const Configuration& base, const Configuration& head) {
  References result;
  for (const Configuration* side : {&base, &head}) {
    for (const auto& [path, declarations] : *side) {
      for (const Declaration& declaration : declarations.all)
        result[declaration.address].insert(declaration.references.begin(), declaration.references.end());
    }
  }
  return result;
}

/// Everything that `address` mentions, directly or through others, itself included.
std::set<std::string> reach_of(const References& references, const std::string& address) {
  std::set<std::string> seen = {address};
  std::vector<std::string> open = {address};
  while (!open.empty()) {
    const auto found = references.find(open.back());
    open.pop_back();
    if (found == references.end()) continue;
    for (const std::string& next : found->second) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

/// Data sources, and modules, which may hold some.
bool reads_infrastructure(const std::set<std::string>& addresses) {
  return std::any_of(addresses.begin(), addresses.end(), [](const std::string& address) {
    const bool is_data = address.starts_with("data.") && !address.starts_with("data.terraform_remote_state.");
    return is_data || address.starts_with("module.");
  });
}

}  // namespace

std::optional<std::set<std::string>> find_changed_outputs(const repo::Tree& base, const repo::Tree& head,
                                                          const RepoPath& directory,
                                                          const TouchedConfiguration& touched) {
  const auto before = read_configuration(base, directory);
  const auto after = read_configuration(head, directory);
  if (!before || !after) return std::nullopt;
  const std::set<std::string> differing = find_differing(*before, *after, touched);
  if (differing.contains("other") || begins_with(differing, "provider.")) return std::nullopt;
  const bool makes_other_things = begins_with(differing, "resource.") || begins_with(differing, "module.");
  const References references = join_references(*before, *after);
  std::set<std::string> result;
  for (const auto& [address, mentioned] : references) {
    if (!address.starts_with("output.")) continue;
    const std::set<std::string> reach = reach_of(references, address);
    const bool leads_there = reach.contains("*") || std::any_of(differing.begin(), differing.end(),
                                                                [&](const auto& each) { return reach.contains(each); });
    if (leads_there || (makes_other_things && reads_infrastructure(reach)))
      result.insert(address.substr(std::string_view("output.").size()));
  }
  return result;
}

std::optional<std::set<std::string>> find_read_outputs(const repo::Tree& tree, const Place& place) {
  const auto configuration = read_configuration(tree, place.file.parent());
  if (!configuration) return std::nullopt;
  const auto file = configuration->find(place.file);
  if (file == configuration->end()) return std::nullopt;
  constexpr std::string_view prefix = "data.terraform_remote_state.";
  std::string name;
  for (const Declaration& declaration : file->second.all) {
    const bool is_there = declaration.first_line <= place.line && place.line <= declaration.last_line;
    if (is_there && declaration.address.starts_with(prefix)) name = declaration.address.substr(prefix.size());
  }
  if (name.empty()) return std::nullopt;
  std::set<std::string> result;
  for (const auto& [path, declarations] : *configuration) {
    for (const auto& [read, output] : declarations.remote_outputs) {
      if (read != name) continue;
      if (output == "*") return std::nullopt;
      result.insert(output);
    }
  }
  return result;
}

}  // namespace statelane::states
