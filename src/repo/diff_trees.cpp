#include <algorithm>

#include "repo/change_set.hpp"

namespace statelane::repo {

namespace {

bool is_directory(const TreeEntry* entry) { return entry != nullptr && entry->kind == EntryKind::directory; }

class Walker {
 public:
  Walker(const Tree* base, const Tree* head) : base_(base), head_(head) {}

  ChangeSet walk() {
    compare_directories(RepoPath(), base_ != nullptr, head_ != nullptr);
    std::sort(changes_.begin(), changes_.end(),
              [](const FileChange& left, const FileChange& right) { return left.path < right.path; });
    return std::move(changes_);
  }

 private:
  void compare_directories(const RepoPath& path, bool in_base, bool in_head) {
    const auto before = in_base ? base_->list(path) : std::span<const TreeEntry>{};
    const auto after = in_head ? head_->list(path) : std::span<const TreeEntry>{};
    auto left = before.begin();
    auto right = after.begin();
    while (left != before.end() || right != after.end()) {
      const bool take_left = right == after.end() || (left != before.end() && left->name <= right->name);
      const bool take_right = left == before.end() || (right != after.end() && right->name <= left->name);
      compare_entries(path, take_left ? &*left : nullptr, take_right ? &*right : nullptr);
      if (take_left) ++left;
      if (take_right) ++right;
    }
  }

  void compare_entries(const RepoPath& directory, const TreeEntry* before, const TreeEntry* after) {
    const RepoPath path = directory.child(before != nullptr ? before->name : after->name);
    const ContentId before_id = id_of(base_, path, before);
    const ContentId after_id = id_of(head_, path, after);
    const bool is_same = before != nullptr && after != nullptr && before->kind == after->kind && before_id == after_id;
    if (is_same && !before_id.is_zero()) return;
    if (is_directory(before) || is_directory(after))
      compare_directories(path, is_directory(before), is_directory(after));
    const TreeEntry* old_file = is_directory(before) ? nullptr : before;
    const TreeEntry* new_file = is_directory(after) ? nullptr : after;
    if (old_file == nullptr && new_file == nullptr) return;
    FileChange change;
    change.path = path;
    change.kind = old_file == nullptr   ? ChangeKind::added
                  : new_file == nullptr ? ChangeKind::deleted
                                        : ChangeKind::modified;
    if (old_file != nullptr) {
      change.before_kind = old_file->kind;
      change.before = before_id;
    }
    if (new_file != nullptr) {
      change.after_kind = new_file->kind;
      change.after = after_id;
    }
    changes_.push_back(std::move(change));
  }

  /// The id in the entry, or the one that has to be computed. Directories of a work tree have none.
  static ContentId id_of(const Tree* tree, const RepoPath& path, const TreeEntry* entry) {
    if (entry == nullptr) return {};
    return entry->id.is_zero() && entry->kind != EntryKind::directory ? tree->content_id(path) : entry->id;
  }

  const Tree* base_;
  const Tree* head_;
  ChangeSet changes_;
};

}  // namespace

ChangeSet diff_trees(const Tree* base, const Tree* head) { return Walker(base, head).walk(); }

}  // namespace statelane::repo
