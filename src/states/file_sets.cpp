#include "states/file_sets.hpp"

#include <algorithm>
#include <span>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/file_set_pattern.hpp"
#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

using repo::EntryKind;
using repo::Resolved;

/// Entries that one walk may look at.
constexpr std::size_t most_entries = 20'000;

/// Walks the files below a directory.
class Walk {
 public:
  explicit Walk(const repo::Tree& tree) : tree_(tree) {}

  /// Calls `take(path, kind)` for everything below `directory` but directories. False when the walk got too long.
  template <typename Take>
  bool visit(const RepoPath& directory, const Take& take) {
    for (const repo::TreeEntry& entry : tree_.list(directory)) {
      if (++entries_ > most_entries) return false;
      const RepoPath path = directory.child(entry.name);
      if (entry.kind != EntryKind::directory) {
        take(path, entry.kind);
      } else if (entry.name != ".terraform" && !visit(path, take)) {
        return false;
      }
    }
    return true;
  }

 private:
  const repo::Tree& tree_;
  std::size_t entries_ = 0;
};

/// Looks for the files of one set as doublestar's `doGlob` does.
class FileSetWalk {
 public:
  using Components = std::span<const std::string>;

  explicit FileSetWalk(const repo::Tree& tree) : tree_(tree) {}

  /// Empty when the set is not certain.
  std::optional<std::vector<RepoPath>> find(const FileSetPattern& pattern) {
    const Resolved base = repo::resolve_links(tree_, RepoPath(), pattern.base.str());
    visit(pattern.base, base, pattern.components);
    if (!is_certain_) return std::nullopt;
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  /// `path` is what Terraform calls the place, `place` what is there.
  void visit(const RepoPath& path, const Resolved& place, Components components) {
    if (place.outcome == Resolved::Outcome::missing) {
      is_certain_ = is_certain_ && !lies_in_submodule(tree_, place.path);
      return;
    }
    const bool may_be_anything = place.outcome != Resolved::Outcome::found || place.kind == EntryKind::submodule;
    if (may_be_anything) is_certain_ = false;
    if (!is_certain_) return;
    if (components.empty()) return take(path, place);
    if (place.kind != EntryKind::directory) return;
    if (components.front() == "**") {
      visit_deeper(path, place.path, components);
      components = components.subspan(1);
    }
    if (!components.empty()) visit_matches(path, place.path, components);
  }

  void visit_deeper(const RepoPath& path, const RepoPath& directory, Components components) {
    visit_entries(path, directory, [&](const RepoPath& name, const Resolved& place, const std::string&) {
      const bool is_file = place.outcome == Resolved::Outcome::found && place.kind != EntryKind::directory;
      if (!is_file || place.kind == EntryKind::submodule) {
        visit(name, place, components);
      } else if (components.size() == 1) {
        take(name, place);
      }
    });
  }

  void visit_matches(const RepoPath& path, const RepoPath& directory, Components components) {
    visit_entries(path, directory, [&](const RepoPath& name, const Resolved& place, const std::string& component) {
      const auto matches = matches_component(components.front(), component);
      if (!matches) is_certain_ = false;
      if (!matches || !*matches) return;
      // A link that leads nowhere fails the function once it is in the set.
      if (components.size() == 1 && place.outcome == Resolved::Outcome::missing) is_certain_ = false;
      visit(name, place, components.subspan(1));
    });
  }

  template <typename Visit>
  void visit_entries(const RepoPath& path, const RepoPath& directory, const Visit& visit) {
    for (const repo::TreeEntry& entry : tree_.list(directory)) {
      if (++entries_ > most_entries) is_certain_ = false;
      if (!is_certain_) return;
      if (entry.kind == EntryKind::directory && entry.name == ".terraform") continue;
      const Resolved place = entry.kind == EntryKind::symlink
                                 ? repo::resolve_links(tree_, directory, entry.name)
                                 : Resolved{Resolved::Outcome::found, directory.child(entry.name), entry.kind, {}};
      visit(path.child(entry.name), place, entry.name);
    }
  }

  void take(const RepoPath& path, const Resolved& place) {
    if (place.kind == EntryKind::directory) return;
    if (found_.size() == most_set_files) is_certain_ = false;
    if (is_certain_) found_.push_back(path);
  }

  const repo::Tree& tree_;
  std::vector<RepoPath> found_;
  std::size_t entries_ = 0;
  bool is_certain_ = true;
};

}  // namespace

std::optional<std::vector<RepoPath>> find_matches(const repo::Tree& tree, const RepoPath& directory,
                                                  std::string_view glob, std::size_t most) {
  std::vector<RepoPath> result;
  const bool is_whole = Walk(tree).visit(directory, [&](const RepoPath& path, EntryKind kind) {
    if (kind != EntryKind::submodule && result.size() <= most && matches_glob(glob, path.str())) result.push_back(path);
  });
  if (!is_whole || result.size() > most) return std::nullopt;
  std::sort(result.begin(), result.end());
  return result;
}

std::optional<std::vector<std::string>> list_file_set(const repo::Tree& tree, const RepoPath& working_directory,
                                                      std::string_view directory, std::string_view pattern) {
  const auto anchor = anchor_of(working_directory, directory);
  const auto named = anchor ? anchor->directory.resolve(anchor->rest) : std::nullopt;
  const auto joined =
      anchor ? parse_file_set(anchor->directory, anchor->rest + "/" + std::string(pattern)) : std::nullopt;
  if (!named || !joined) return std::nullopt;
  const auto files = FileSetWalk(tree).find(*joined);
  if (!files) return std::nullopt;
  std::vector<std::string> names;
  for (const RepoPath& file : *files) names.push_back(relative_path(*named, file));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace statelane::states
