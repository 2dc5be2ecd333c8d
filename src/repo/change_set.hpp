#pragma once

#include <optional>
#include <vector>

#include "base/changed_path.hpp"
#include "base/content_id.hpp"
#include "base/repo_path.hpp"
#include "repo/tree.hpp"

namespace statelane::repo {

using statelane::ChangeKind;

/// One path that differs between two trees. Renames are a deletion and an addition. A change of kind only (a mode
/// change, a file that became a link) is a modification. A file that became a directory is a deletion and additions.
struct FileChange {
  RepoPath path;
  ChangeKind kind = ChangeKind::modified;
  EntryKind before_kind = EntryKind::file;  ///< meaningless for `added`
  EntryKind after_kind = EntryKind::file;   ///< meaningless for `deleted`
  ContentId before;                         ///< zero for `added`
  ContentId after;                          ///< zero for `deleted`, and where a work tree's file has not been hashed

  friend bool operator==(const FileChange&, const FileChange&) = default;
};

/// What differs between base and head: files, links and submodules, never directories; sorted by path, each path once.
using ChangeSet = std::vector<FileChange>;

/// Walks both trees together and skips directories whose content ids are equal and known: work grows with the change. A
/// null tree is the empty tree.
ChangeSet diff_trees(const Tree* base, const Tree* head);

}  // namespace statelane::repo
