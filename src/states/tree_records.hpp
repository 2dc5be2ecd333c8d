#pragma once

#include <optional>
#include <string>

#include "facts/record_store.hpp"
#include "states/closure.hpp"
#include "states/trace.hpp"

namespace statelane::states {

/// Where a directory's stored state is set up.
struct BackendWords {
  std::string type;  ///< of the backend; `cloud` for a cloud block
  std::string file;  ///< its name in the directory
  std::uint32_t line = 0;
  bool is_partial = false;  ///< it leaves open what has to be known

  friend bool operator==(const BackendWords&, const BackendWords&) = default;
};

/// What discovery wants to know of a directory with configuration.
struct DirectoryWords {
  std::optional<BackendWords> backend;
  bool is_loaded = false;   ///< the tool loads something here
  bool has_faults = false;  ///< a file has faults, which have to be reported

  friend bool operator==(const DirectoryWords&, const DirectoryWords&) = default;
};

/// What a directory said, and what its configuration files were.
struct WordsRecord {
  RepoPath directory;
  terraform::Tool tool = terraform::Tool::unknown;
  Answer module;
  DirectoryWords words;
};

/// A closure, and what it was worked out from: `Trace::questions` with their answers, as `SameStates` reads them; empty
/// where not all of that is known.
struct RecordedClosure {
  Closure closure;
  std::string origin{};
};

/// What the load of an earlier tree, or of this one in an earlier run, worked out: taken from there when everything
/// that it was worked out from is the same, else worked out anew.
class TreeRecords {
 public:
  explicit TreeRecords(facts::RecordStore& store);

  bool is_on() const { return store_.is_on(); }

  /// Nothing is known from before.
  bool empty() const { return store_.empty(); }

  /// The scan of the earlier tree; empty where that was no commit's.
  Scan find_scan() const;

  std::optional<DirectoryWords> find_words(const RepoPath& directory, terraform::Tool tool, Answers& answers) const;
  void keep_words(const RepoPath& directory, terraform::Tool tool, Answers& answers, const DirectoryWords& words);

  /// `key` of `key_of_closure`. There may be two records with it, of two trees that take turns.
  std::optional<RecordedClosure> find_closure(const ContentId& key, Answers& answers);
  /// `trace`: all that the closure was worked out from.
  RecordedClosure keep_closure(const ContentId& key, const Trace& trace, Answers& answers, Closure closure);

  /// What was kept is from now on what is known, as of the tree object `tree`.
  void finish(const ContentId& tree, const Scan& scan);

 private:
  /// `holds`: whether a question with its answer holds in this tree.
  template <typename Holds>
  std::optional<RecordedClosure> read_closure(const ContentId& key, const Holds& holds) const;

  facts::RecordStore& store_;
  PathTable<WordsRecord> earlier_words_;
  std::vector<WordsRecord> words_;
};

/// A question with the answer that a tree gave.
struct AnsweredQuestion {
  Question::Kind kind = Question::Kind::names;
  std::string_view path;
  Answer answer;
};

/// Those of `RecordedClosure::origin`. The paths live as long as its bytes.
std::vector<AnsweredQuestion> read_origin(std::string_view origin);

/// Everything that a closure depends on besides the tree.
ContentId key_of_closure(const RepoPath& directory, const Instance& instance, const config::Settings& settings,
                         const config::Config& config, std::span<const std::string> own_addresses);

}  // namespace statelane::states
