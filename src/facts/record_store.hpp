#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "facts/cache_file.hpp"

namespace statelane::facts {

/// What was worked out of one tree, beyond the facts of single files: bytes by a key that says what they answer.
/// Whoever reads another tree takes from here what still holds; what is kept meanwhile takes the place of all this at
/// `turn`, so that there is never more than one tree's. The last one is there for the next run, in one file for each
/// build. Like `FactCache` it never fails: a damaged, foreign or missing file is an empty one.
class RecordStore {
 public:
  /// Past this many bytes nothing is written.
  static constexpr std::uintmax_t default_limit = std::uintmax_t{64} << 20;

  /// Nothing is found, nothing is kept.
  RecordStore() = default;

  /// Reads the file in `directory`, which need not exist. `build`: of the program; with an empty one nothing is kept.
  RecordStore(std::filesystem::path directory, std::string build, std::uintmax_t limit = default_limit);

  /// Keeps records, and only for this run where there is no file.
  void keep_in_memory() { is_on_ = true; }

  bool is_on() const { return is_on_; }

  /// The tree object that the records are of; zero where they are of no commit's tree, and where there are none.
  const ContentId& tree() const { return tree_; }

  /// There are no records.
  bool empty() const { return known_.empty(); }

  /// The record with this key. Its bytes live as long as the store, also when that is moved.
  std::optional<std::string_view> find(const ContentId& key) const;

  /// From now on is kept what belongs to the next tree. What was kept for one that could not be read to its end is
  /// dropped.
  void start() { next_.clear(); }

  /// Keeps a record that was worked out.
  void keep(const ContentId& key, std::string bytes);

  /// Keeps the record that `find` gave for `found`, as that of `key`: it holds for the next tree too, or may hold for
  /// the one after it.
  void keep_found(const ContentId& key, const ContentId& found);

  /// What was kept since `start` is from now on what there is, and of `tree`. Records of no commit's tree (zero)
  /// do not take the place of a commit's: that one is compared with faster, and differs little.
  void turn(const ContentId& tree);

  /// Writes the records, if enough of them is new to be worth it.
  void save() const noexcept;

 private:
  struct Record {
    std::string_view bytes;
    bool is_new = false;  ///< not from the file
  };
  using Records = std::unordered_map<ContentId, Record>;

  bool is_worth_writing() const;
  void try_save() const;

  bool is_on_ = false;
  std::filesystem::path directory_;  ///< empty: only in memory
  std::string build_;
  std::uintmax_t limit_ = default_limit;
  std::optional<CacheFile> file_;
  ContentId written_tree_;  ///< of `file_`
  ContentId tree_;
  Records known_;
  Records next_;
  std::deque<std::string> bytes_;  ///< of the records that are new
};

}  // namespace statelane::facts
