#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/content_id.hpp"
#include "repo/cat_file.hpp"
#include "repo/git_library.hpp"
#include "repo/tree.hpp"

namespace statelane::repo {

/// The objects of one repository: libgit2's database, and what that does not have or cannot read from the `git`
/// program, which fetches in a partial clone. Trees are parsed once and kept, for all commits together.
class ObjectStore {
 public:
  /// `database` is null when libgit2 cannot read this repository. `id_size`: 20, or 32 for SHA-256.
  ObjectStore(std::filesystem::path git_directory, GitOdb database, std::size_t id_size);

  /// The `objects` directory, for threads that open it once more.
  void set_directory(std::filesystem::path objects);

  /// The names of a partial clone's remote and of a shallow clone's remedy, for fetching and for messages.
  void set_promisor(std::string remote) { promisor_ = std::move(remote); }
  void set_shallow(bool is_shallow) { is_shallow_ = is_shallow; }

  /// The bytes of the object `id` of the type `blob`, `tree` or `commit`. Throws `Error` with the object's id, git's
  /// reason and a remedy when nobody has it, when it is damaged, and when it is of another type.
  std::string read(const ContentId& id, std::string_view type);

  /// Reads many blobs, in any order, on several threads; `take` may be called from all of them at once. Returns the
  /// indexes of those that have more than `most_bytes` or that libgit2 cannot read, sorted: `read` tells why, or has
  /// another way.
  std::vector<std::size_t> read_blobs(std::span<const ContentId> ids, std::size_t most_bytes,
                                      const std::function<void(std::size_t, std::string)>& take);

  /// The entries of a tree object, sorted by name as bytes. The span lives as long as the store. Throws like `read`.
  std::span<const TreeEntry> tree(const ContentId& id);

  /// The size of a blob that libgit2 finds, without its bytes.
  std::optional<std::uint64_t> blob_size(const ContentId& id) const;

  /// The object is here, without asking git.
  bool has(const ContentId& id) const;

  /// Objects may be missing because a remote has promised to give them.
  bool is_partial() const { return !promisor_.empty(); }

  /// Fetches many objects of a partial clone at once. What does not come is missed when it is read.
  void fetch(std::span<const ContentId> ids);

  /// After a fetch: looks for new packs.
  void refresh();

  std::size_t id_size() const { return id_size_; }

 private:
  struct Answer {
    std::optional<GitObjectBytes> object;
    std::string reason;  ///< why there is none, unless it is just not there
  };

  static Answer read_from(git_odb* database, const ContentId& id);
  std::string read_from_git(const ContentId& id, std::string_view type, const std::string& reason);
  std::vector<std::string> remedies() const;

  std::filesystem::path git_directory_;
  std::filesystem::path directory_;
  std::vector<std::filesystem::path> packs_;  ///< those that the database was told one by one, sorted
  GitOdb database_;
  std::size_t id_size_;
  std::string promisor_;
  bool is_shallow_ = false;
  CatFile cat_file_;
  std::unordered_map<ContentId, std::vector<TreeEntry>> trees_;
};

/// The entries of a tree object's bytes (`mode SP name NUL id` …), sorted by name. Empty when the bytes are no such
/// sequence or a name is none that a path can have (empty, `.`, `..`, with a slash): git never writes those.
std::optional<std::vector<TreeEntry>> parse_tree(std::string_view bytes, std::size_t id_size);

/// The remedy when history or a commit is missing.
inline constexpr const char* deepen_hint =
    "shallow clone: set GIT_DEPTH: \"0\" in the job, or run git fetch --deepen=N (or --unshallow)";

}  // namespace statelane::repo
