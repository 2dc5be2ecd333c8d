#pragma once

#include <optional>
#include <string>

#include "facts/record_store.hpp"
#include "states/closure.hpp"
#include "states/trace.hpp"

namespace statelane::states {

/// What discovery wants to know of a directory with configuration.
struct DirectoryWords {
  struct Block {
    std::string type;  ///< of the backend; `cloud` for a cloud block
    std::string file;  ///< its name in the directory
    std::uint32_t line = 0;
    bool is_partial = false;  ///< it leaves open what has to be known

    friend bool operator==(const Block&, const Block&) = default;
  };
  std::optional<Block> backend;
  bool is_loaded = false;   ///< the tool loads something here
  bool has_faults = false;  ///< a file has faults, which have to be reported

  friend bool operator==(const DirectoryWords&, const DirectoryWords&) = default;
};

/// Records between runs of what directories say and of closures: taken from there when everything that they were worked
/// out from is the same, else worked out. Answers are those of one tree.
class LaneRecords {
 public:
  LaneRecords(facts::RecordStore& store, Answers& answers) : store_(store), answers_(answers) {}

  bool is_on() const { return store_.is_on(); }

  /// Nothing is known from before.
  bool empty() const { return store_.empty(); }

  std::optional<DirectoryWords> find_words(const RepoPath& directory, terraform::Tool tool);
  void keep_words(const RepoPath& directory, terraform::Tool tool, const DirectoryWords& words);

  /// `key` of `key_of_closure`.
  std::optional<Closure> find_closure(const ContentId& key);
  /// `trace`: all that the closure was worked out from.
  void keep_closure(const ContentId& key, const Trace& trace, const Closure& closure);

 private:
  ContentId key_of_words(const RepoPath& directory, terraform::Tool tool);

  facts::RecordStore& store_;
  Answers& answers_;
};

/// Everything that a closure depends on besides the tree.
ContentId key_of_closure(const RepoPath& directory, const Instance& instance, const config::Settings& settings,
                         const config::Config& config);

/// A closure with the questions that it answers, as bytes and back; empty for other bytes.
struct ClosureRecord {
  std::vector<Question> questions;
  std::vector<Answer> answers;  ///< of the questions, in their order
  Closure closure;
};
std::string encode_record(ClosureRecord record);
std::optional<ClosureRecord> decode_record(std::string_view bytes);

}  // namespace statelane::states
