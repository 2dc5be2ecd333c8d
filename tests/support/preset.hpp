#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/memory_tree.hpp"
#include "support/random.hpp"

namespace statelane::support {

using Files = std::map<RepoPath, repo::MemoryTree::File>;

/// The measure of a repository, after what real ones are like.
struct Preset {
  std::string_view name;
  std::size_t directories = 0;          ///< state directories
  std::size_t nested = 0;               ///< of them below another state's directory
  std::size_t configuration_files = 0;  ///< `.tf`, modules included
  std::size_t configuration_bytes = 0;
  std::size_t modules = 0;       ///< local module directories
  std::size_t module_depth = 0;  ///< modules call modules so deep; 0: they call none
  std::size_t hubs = 0;          ///< modules that nearly every state calls
  std::size_t hub_permille = 0;
  std::size_t remote_calls = 0;  ///< of modules from elsewhere, a state
  std::size_t file_calls = 0;
  std::size_t absent_file_calls = 0;  ///< of the file calls, guarded by `fileexists`, name what is not there
  std::size_t other_files = 0;        ///< templates, policies, scripts, YAML, documents
  std::size_t layers = 0;             ///< a state may read states of the layer before
  std::size_t remote_state_permille = 0;
  bool has_cycle = false;
  bool has_instances = false;  ///< partial backends with two or three environments each
};

/// `small`, `typical`, `matrix`, `farm` and `large`. Throws `std::invalid_argument` for another name. `states=N` is
/// shaped like `large` with that many states.
Preset find_preset(std::string_view name);

/// A made-up repository of a preset's measure: the same bytes for the same seed, everywhere.
class PresetRepository {
 public:
  explicit PresetRepository(const Preset& preset, std::uint64_t seed = 1);

  const Files& files() const { return files_; }
  const std::vector<RepoPath>& state_directories() const { return states_; }
  const std::vector<RepoPath>& module_directories() const { return modules_; }

  /// What one commit does: the new file, or empty where it is gone.
  using Change = std::map<RepoPath, std::optional<repo::MemoryTree::File>>;

  /// Goes on to the next commit and says what it changed. Commits are as large, and of the kinds, that real ones are:
  /// most touch one or two states; a few touch hundreds. Among them are states and modules that come and go, sources
  /// and file calls that change, files that move, links, changes of layout only, and files that cannot be parsed.
  Change make_change();

 private:
  void place_directories();
  void distribute_files();
  std::vector<std::string> special_blocks(const RepoPath& directory, std::size_t index);
  std::string backend_block(const RepoPath& directory);
  std::string remote_state_block(const RepoPath& from, const RepoPath& to);
  std::string module_block(const RepoPath& from, const RepoPath& module);
  std::string file_call_block(const RepoPath& directory);
  void add_module_calls(const RepoPath& directory, std::vector<std::string>& blocks);
  void add_environments(const RepoPath& directory);
  void add_other_files();
  void fill_directory(const RepoPath& directory, std::size_t count, std::vector<std::string> blocks);

  void change_file(const RepoPath& path, Change& change);
  void change_configuration(const RepoPath& path, std::string& text);
  void add_file(const RepoPath& directory, Change& change);
  void remove_file(const RepoPath& path, Change& change);
  void move_file(const RepoPath& path, Change& change);
  void change_whole_directory(Change& change);
  void put(const RepoPath& path, std::optional<repo::MemoryTree::File> file, Change& change);
  std::vector<RepoPath> files_below(const RepoPath& directory) const;

  Preset preset_;
  Random random_;
  Files files_;
  std::vector<RepoPath> states_;
  std::vector<std::size_t> layers_;  ///< of each state
  std::vector<RepoPath> modules_;    ///< those behind call those before
  std::size_t written_bytes_ = 0;
  std::size_t written_files_ = 0;
  std::size_t made_calls_ = 0;
  std::size_t made_absent_calls_ = 0;
  std::size_t commits_ = 0;
};

}  // namespace statelane::support
