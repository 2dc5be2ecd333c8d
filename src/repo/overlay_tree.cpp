#include "repo/overlay_tree.hpp"

#include <algorithm>
#include <utility>

namespace statelane::repo {

OverlayTree::OverlayTree(std::unique_ptr<Tree> below, std::string name, std::string content)
    : below_(std::move(below)),
      path_(RepoPath::of(name)),
      file_(std::map<RepoPath, MemoryTree::File>{{path_, {std::move(content), EntryKind::file}}}) {}

std::span<const TreeEntry> OverlayTree::list(const RepoPath& directory) const {
  if (!directory.is_root()) return below_->list(directory);
  if (root_.empty()) {
    for (const TreeEntry& entry : below_->list(directory))
      if (entry.name != path_.str()) root_.push_back(entry);
    root_.push_back(file_.list(directory).front());
    std::ranges::sort(root_, {}, &TreeEntry::name);
  }
  return root_;
}

std::string OverlayTree::read(const RepoPath& path) const {
  return path == path_ ? file_.read(path) : below_->read(path);
}

std::uint64_t OverlayTree::size(const RepoPath& path) const {
  return path == path_ ? file_.size(path) : below_->size(path);
}

std::vector<std::size_t> OverlayTree::read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                               const Take& take) const {
  if (std::ranges::find(paths, path_) == paths.end()) return below_->read_all(paths, most_bytes, take);
  return Tree::read_all(paths, most_bytes, take);
}

ContentId OverlayTree::content_id(const RepoPath& path) const {
  if (path.is_root()) return {};
  return path == path_ ? file_.content_id(path) : below_->content_id(path);
}

std::optional<std::vector<RepoPath>> OverlayTree::differences_from(const ContentId& root) const {
  auto paths = below_->differences_from(root);
  if (paths && std::ranges::find(*paths, path_) == paths->end()) paths->push_back(path_);
  return paths;
}

}  // namespace statelane::repo
