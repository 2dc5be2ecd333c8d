#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "repo/git_program.hpp"
#include "repo/repository.hpp"

namespace statelane::repo {

namespace {

EntryKind kind_of_mode(std::string_view mode) {
  if (mode == "120000") return EntryKind::symlink;
  if (mode == "160000") return EntryKind::submodule;
  return mode == "100755" ? EntryKind::executable : EntryKind::file;
}

std::vector<std::string> fields_of(const process::Captured& answer) {
  if (!answer.status.succeeded()) {
    throw Error(ErrorKind::environment, "cannot ask git what changed in the work tree: " + trim_end(answer.err));
  }
  return split_nul(answer.out);
}

/// One record of `git diff --raw -z`: `:oldmode newmode oldid newid status`, then the path.
FileChange parse_record(std::string_view record, const RepoPath& path) {
  FileChange change;
  change.path = path;
  const char status = record.empty() ? 'M' : record.back();
  change.kind = status == 'A' ? ChangeKind::added : status == 'D' ? ChangeKind::deleted : ChangeKind::modified;
  change.before_kind = kind_of_mode(record.substr(1, 6));
  change.after_kind = kind_of_mode(record.substr(8, 6));
  return change;
}

}  // namespace

ChangeSet Repository::work_tree_changes(const CommitId& base) const {
  const auto directory = work_tree();
  if (!directory) throw Error(ErrorKind::environment, "a bare repository has no work tree", {"name a revision with --head"});
  std::map<RepoPath, FileChange> changes;
  const auto records = fields_of(ask_git(*directory, {"diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=dirty", base}));
  for (std::size_t index = 0; index + 1 < records.size(); index += 2) {
    if (const auto path = RepoPath::parse(records[index + 1])) changes.emplace(*path, parse_record(records[index], *path));
  }
  for (const std::string& name : fields_of(ask_git(*directory, {"ls-files", "--others", "--exclude-standard", "-z"}))) {
    const auto path = RepoPath::parse(name);
    if (!path || name.ends_with('/')) continue;
    const auto [entry, is_new] = changes.try_emplace(*path);
    entry->second.path = *path;
    // Deleted in the index but still on disk: the file is there, it only stopped being tracked.
    entry->second.kind = is_new ? ChangeKind::added : ChangeKind::modified;
  }
  ChangeSet result;
  for (auto& [path, change] : changes) result.push_back(std::move(change));
  return result;
}

}  // namespace statelane::repo
