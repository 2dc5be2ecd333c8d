#include "states/file_sets.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

using repo::EntryKind;

/// Entries that one walk may look at.
constexpr std::size_t most_entries = 20'000;

/// Walks the files below a directory.
class Walk {
 public:
  explicit Walk(const repo::Tree& tree) : tree_(tree) {}

  /// Calls `take(path, kind)` for everything below `directory` but directories, `depth` levels deep. False when the
  /// walk got too long.
  template <typename Take>
  bool visit(const RepoPath& directory, std::size_t depth, const Take& take) {
    for (const repo::TreeEntry& entry : tree_.list(directory)) {
      if (++entries_ > most_entries) return false;
      const RepoPath path = directory.child(entry.name);
      if (entry.kind != EntryKind::directory) {
        take(path, entry.kind);
      } else if (depth > 1 && entry.name != ".terraform" && !visit(path, depth - 1, take)) {
        return false;
      }
    }
    return true;
  }

 private:
  const repo::Tree& tree_;
  std::size_t entries_ = 0;
};

constexpr std::size_t any_depth = 1'000;

/// Terraform's own glob language: `**` means something only as a whole component, as here.
bool is_plain_pattern(std::string_view pattern) {
  std::size_t begin = 0;
  while (begin <= pattern.size()) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    const std::string_view component = pattern.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == "." || component == "..") return false;
    if (component != "**" && component.find("**") != std::string_view::npos) return false;
  }
  return pattern.find('\\') == std::string_view::npos && count_alternatives(pattern, 64) < 64;
}

bool leads_to_file(const repo::Tree& tree, const RepoPath& link) {
  const auto target = repo::resolve_links(tree, RepoPath(), link.str());
  return target.outcome == repo::Resolved::Outcome::found && target.kind != EntryKind::directory;
}

/// As many components of `pattern` as `name` has: what lies at or below `name` can match only if these match it.
std::string_view first_components(std::string_view pattern, std::string_view name) {
  std::size_t end = pattern.find('/');
  for (auto more = std::count(name.begin(), name.end(), '/'); more > 0 && end != std::string_view::npos; --more) {
    end = pattern.find('/', end + 1);
  }
  return pattern.substr(0, end);
}

}  // namespace

std::optional<std::vector<RepoPath>> find_matches(const repo::Tree& tree, const RepoPath& directory,
                                                  std::string_view glob, std::size_t most) {
  std::vector<RepoPath> result;
  const bool is_whole = Walk(tree).visit(directory, any_depth, [&](const RepoPath& path, EntryKind kind) {
    if (kind != EntryKind::submodule && result.size() <= most && matches_glob(glob, path.str())) result.push_back(path);
  });
  if (!is_whole || result.size() > most) return std::nullopt;
  std::sort(result.begin(), result.end());
  return result;
}

std::optional<std::vector<std::string>> list_file_set(const repo::Tree& tree, const RepoPath& working_directory,
                                                      std::string_view directory, std::string_view pattern) {
  if (!is_plain_pattern(pattern)) return std::nullopt;
  const auto path = resolve_lexically(working_directory, directory);
  if (!path) return std::nullopt;
  const auto resolved = repo::resolve_links(tree, RepoPath(), path->str());
  if (resolved.outcome == repo::Resolved::Outcome::missing) return std::vector<std::string>{};
  if (resolved.outcome != repo::Resolved::Outcome::found || resolved.kind != EntryKind::directory) return std::nullopt;
  const bool is_deep = pattern.find("**") != std::string_view::npos || pattern.find('{') != std::string_view::npos;
  const std::size_t depth =
      is_deep ? any_depth : 1 + static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '/'));
  const std::string glob = std::string(pattern) + (pattern == "**" || pattern.ends_with("/**") ? "/*" : "");
  std::vector<std::string> names;
  bool is_certain = true;
  const bool is_whole = Walk(tree).visit(resolved.path, depth, [&](const RepoPath& file, EntryKind kind) {
    const std::string_view name = file.within(resolved.path);
    const bool is_file = kind == EntryKind::symlink ? leads_to_file(tree, file) : kind != EntryKind::submodule;
    if (!is_file && (is_deep || matches_glob(first_components(pattern, name), name))) is_certain = false;
    if (names.size() <= most_set_files && matches_glob(glob, name)) names.emplace_back(name);
  });
  if (!is_certain || !is_whole || names.size() > most_set_files) return std::nullopt;
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace statelane::states
