#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_id.hpp"
#include "base/repo_path.hpp"

namespace statelane::repo {

enum class EntryKind { file, executable, symlink, directory, submodule };

/// One name in a directory.
struct TreeEntry {
  std::string name;  ///< one component, bytes
  EntryKind kind = EntryKind::file;
  ContentId id;  ///< zero where it is not known without reading (`Tree::content_id` finds it)

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// The entry of that name among entries sorted by name; null when there is none.
const TreeEntry* find_entry(std::span<const TreeEntry> entries, std::string_view name);

/// git checks out no deeper chain of directories.
inline constexpr std::size_t deepest_directory = 2048;

/// A read-only view of the files of one revision or work tree. Symbolic links are entries, never followed.
/// Not safe for use by several threads at once.
class Tree {
 public:
  virtual ~Tree() = default;

  /// The entries of `directory`, sorted by name as bytes. Empty when there is no such directory (or it cannot be read:
  /// then an `Error` has been thrown, never silence). The span lives as long as the tree.
  virtual std::span<const TreeEntry> list(const RepoPath& directory) const = 0;

  /// The bytes of a file, or the target text of a symbolic link. Throws `Error` when it cannot be read.
  virtual std::string read(const RepoPath& path) const = 0;

  /// How many bytes `read` gives; where the tree can tell, without reading them. Throws like `read`.
  virtual std::uint64_t size(const RepoPath& path) const { return read(path).size(); }

  /// Takes the bytes of the file at `index` of a list, and their content id.
  using Take = std::function<void(std::size_t index, const ContentId& id, std::string bytes)>;

  /// Reads many files, in any order and on several threads where that is faster: `take` is called once for each, maybe
  /// from several threads at once. Returns the indexes of those that have more than `most_bytes`, which are not read,
  /// sorted. Throws like `read`; what `take` throws passes through.
  virtual std::vector<std::size_t> read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                            const Take& take) const;

  /// git's object id of the file's bytes, the link's target, the submodule's commit or the directory's tree. Zero when
  /// `path` does not exist, and for directories of a work tree.
  virtual ContentId content_id(const RepoPath& path) const = 0;

  /// Where this tree and the tree object `root` differ: every path at which they do not have the same file, link or
  /// submodule, in any order. Empty where that cannot be told without reading everything: the object is not here, or
  /// this is no commit's tree.
  virtual std::optional<std::vector<RepoPath>> differences_from(const ContentId& root) const;

  /// The entry at `path`, empty when it does not exist. The root is a directory.
  std::optional<TreeEntry> find(const RepoPath& path) const;
};

}  // namespace statelane::repo
