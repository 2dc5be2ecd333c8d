#include <map>
#include <set>

#include "base/error.hpp"
#include "repo/index_tree.hpp"
#include "repo/object_id.hpp"
#include "repo/repository_handle.hpp"
#include "repo/sparse_tree.hpp"

namespace statelane::repo {

namespace fs = std::filesystem;

namespace {

/// The file modes of git's index and of its diffs.
EntryKind kind_of_mode(std::string_view mode) {
  if (mode == "120000") return EntryKind::symlink;
  if (mode == "160000") return EntryKind::submodule;
  return mode == "100755" ? EntryKind::executable : EntryKind::file;
}

std::vector<std::string> ask_for_fields(const fs::path& work_tree, std::vector<std::string> arguments) {
  const process::Captured answer = ask_git({GitPlace::Kind::work_tree, work_tree}, std::move(arguments));
  if (answer.status.succeeded()) return split_nul(answer.out);
  throw Error(ErrorKind::environment, "cannot ask git about the work tree: " + first_complaint(answer.err),
              {"git status shows the same, and git's advice"});
}

/// A record of `git diff --raw -z`: `:oldmode newmode oldid newid status`.
FileChange parse_record(std::string_view record, const RepoPath& path) {
  FileChange change;
  change.path = path;
  if (record.size() < 15) return change;
  const char status = record.back();
  change.kind = status == 'A' ? ChangeKind::added : status == 'D' ? ChangeKind::deleted : ChangeKind::modified;
  if (status != 'A') {
    change.before_kind = kind_of_mode(record.substr(1, 6));
    const std::string_view ids = record.substr(15);
    change.before = parse_object_id(ids.substr(0, ids.find(' ')));
  }
  if (status != 'D') change.after_kind = kind_of_mode(record.substr(8, 6));
  return change;
}

/// The tracked paths that differ from `base` on disk.
std::map<RepoPath, FileChange> diff_tracked(const fs::path& work_tree, const CommitId& base) {
  std::map<RepoPath, FileChange> changes;
  const auto records =
      ask_for_fields(work_tree, {"diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-color", "--no-ext-diff",
                                 "--no-relative", "--ignore-submodules=dirty", base, "--"});
  for (std::size_t index = 0; index + 1 < records.size(); index += 2) {
    if (const auto path = RepoPath::parse(records[index + 1]))
      changes.emplace(*path, parse_record(records[index], *path));
  }
  return changes;
}

/// What is not in the index. A directory that is a repository of its own is listed with a slash at its end.
void add_untracked(std::map<RepoPath, FileChange>& changes, const Tree& work_tree, std::string_view name) {
  const auto path = RepoPath::parse(name);
  const auto entry = path ? work_tree.find(*path) : std::nullopt;
  if (!entry || entry->kind == EntryKind::directory) return;
  const auto [place, is_new] = changes.try_emplace(*path);
  FileChange& change = place->second;
  change.path = *path;
  // Deleted in the index but still on disk: the file is there, it only stopped being tracked.
  change.kind = is_new ? ChangeKind::added : ChangeKind::modified;
  change.after_kind = entry->kind;
  const bool is_same = !is_new && change.before_kind == entry->kind && change.before == work_tree.content_id(*path);
  if (is_same) changes.erase(place);
}

/// An entry of the index, as `git ls-files -t --stage -z` tells it: `TAG MODE ID STAGE TAB NAME`.
struct IndexEntry {
  RepoPath path;
  TreeEntry entry;
  bool is_absent = false;  ///< sparse checkout left it out
  bool is_unmerged = false;
};

std::optional<IndexEntry> parse_index_entry(std::string_view record) {
  const std::size_t tab = record.find('\t');
  const std::size_t id = record.find(' ', 2) + 1;
  if (tab == std::string_view::npos || id == 0) return std::nullopt;
  const auto path = RepoPath::parse(record.substr(tab + 1));
  if (!path) return std::nullopt;
  const std::string_view digits = record.substr(id, record.find(' ', id) - id);
  return IndexEntry{*path,
                    {std::string(path->name()), kind_of_mode(record.substr(2, 6)), parse_object_id(digits)},
                    record.starts_with("S "),
                    record[tab - 1] != '0'};
}

std::vector<IndexEntry> read_index(const fs::path& work_tree) {
  std::vector<IndexEntry> entries;
  for (const std::string& record : ask_for_fields(work_tree, {"ls-files", "-t", "--stage", "-z"})) {
    if (auto entry = parse_index_entry(record)) entries.push_back(*std::move(entry));
  }
  return entries;
}

/// The id of a file without content.
ContentId empty_blob(std::size_t id_size) {
  return parse_object_id(id_size == 32 ? "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
                                       : "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

/// Paths of `git add --intent-to-add`: they stand in the index with no content yet.
std::set<RepoPath> read_intended(const fs::path& work_tree) {
  std::set<RepoPath> paths;
  for (const std::string& name : ask_for_fields(
           work_tree, {"diff", "--name-only", "--diff-filter=A", "-z", "--no-ext-diff", "--no-relative", "--"})) {
    if (auto path = RepoPath::parse(name)) paths.insert(*std::move(path));
  }
  return paths;
}

}  // namespace

std::unique_ptr<Tree> Repository::disk_tree() const {
  if (!handle_->work_tree) {
    throw Error(ErrorKind::environment, "a bare repository has no work tree", {"name a revision with --rev or --head"});
  }
  // The file stays when sparse checkout is switched off; then nothing is absent.
  std::error_code fault;
  std::map<RepoPath, TreeEntry> absent;
  if (fs::exists(handle_->git_directory / "info" / "sparse-checkout", fault)) {
    for (const IndexEntry& entry : read_index(*handle_->work_tree)) {
      if (entry.is_absent) absent.emplace(entry.path, entry.entry);
    }
  }
  if (absent.empty()) return with_placed_file(std::make_unique<DiskTree>(*handle_->work_tree));
  return with_placed_file(std::make_unique<SparseTree>(*handle_->work_tree, absent, *handle_->objects));
}

std::unique_ptr<Tree> Repository::index_tree() const {
  if (!handle_->work_tree) {
    throw Error(ErrorKind::environment, "a bare repository has no index", {"name a revision with --rev or --head"});
  }
  std::map<RepoPath, TreeEntry> files;
  bool may_be_intended = false;
  for (const IndexEntry& entry : read_index(*handle_->work_tree)) {
    if (entry.is_unmerged) {
      throw Error(ErrorKind::environment, "the index has unmerged paths: " + entry.path.display(),
                  {"resolve the conflict and git add the file"});
    }
    may_be_intended = may_be_intended || entry.entry.id == empty_blob(handle_->objects->id_size());
    files.emplace(entry.path, entry.entry);
  }
  if (may_be_intended) {
    for (const RepoPath& path : read_intended(*handle_->work_tree)) files.erase(path);
  }
  return with_placed_file(std::make_unique<IndexTree>(files, *handle_->objects));
}

ChangeSet Repository::work_tree_changes(const CommitId& base) const {
  const auto disk = disk_tree();
  read_commit(*handle_->objects, base);
  std::map<RepoPath, FileChange> changes = diff_tracked(*handle_->work_tree, base);
  for (const std::string& name :
       ask_for_fields(*handle_->work_tree, {"ls-files", "--others", "--exclude-standard", "-z"})) {
    add_untracked(changes, *disk, name);
  }
  ChangeSet result;
  for (auto& [path, change] : changes) result.push_back(std::move(change));
  return result;
}

std::vector<RepoPath> Repository::modified_files(const CommitId& base) const {
  if (!handle_->work_tree) throw Error(ErrorKind::environment, "a bare repository has no work tree");
  const auto is_file = [](EntryKind kind) { return kind == EntryKind::file || kind == EntryKind::executable; };
  std::vector<RepoPath> result;
  for (const auto& [path, change] : diff_tracked(*handle_->work_tree, base)) {
    if (change.kind == ChangeKind::modified && is_file(change.after_kind)) result.push_back(path);
  }
  return result;
}

}  // namespace statelane::repo
