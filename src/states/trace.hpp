#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "repo/tree.hpp"
#include "states/changed_paths.hpp"
#include "states/module_index.hpp"
#include "states/scan.hpp"

namespace statelane::states {

/// Something that is asked of a tree on the way to a state's closure. They are compared in the order of their kinds:
/// names and links first, so that what is no longer there is not asked for its size.
struct Question {
  enum class Kind : std::uint8_t {
    names,    ///< which names there are in a directory, and what each is
    content,  ///< the bytes of a file, or where a link points
    module,   ///< everything that the configuration files of a directory say; links among them are asked for apart
    links,    ///< the symbolic links and the submodules below a directory
    configuration,    ///< the directories with configuration below a directory
    state_directory,  ///< whether a directory is one
    size,             ///< of a file, in bytes: a huge one is not read for more
  };
  Kind kind = Kind::names;
  RepoPath path;

  friend auto operator<=>(const Question&, const Question&) = default;
};

inline constexpr std::size_t question_kinds = 7;

/// Equal answers, equal content: the first bytes of a cryptographic digest.
struct Answer {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// The answers to `names` and to `content`.
Answer answer_names(std::span<const repo::TreeEntry> entries);
Answer answer_content(const ContentId& id);

/// What was asked while something was worked out. If all of it has the same answers in another tree, so has that.
class Trace {
 public:
  void add(Question::Kind kind, const RepoPath& path) {
    if (!is_paused_) questions_.insert({kind, path});
  }

  const std::set<Question>& questions() const { return questions_; }

  /// Not all that was found follows from the questions: files with faults were met, which have to be reported each
  /// time.
  void spoil() { is_spoilt_ = true; }
  bool is_spoilt() const { return is_spoilt_; }

  /// While this lives nothing is added: what is read answers a question that was added as a whole.
  class Pause {
   public:
    explicit Pause(Trace* trace) : trace_(trace), was_paused_(trace != nullptr && trace->is_paused_) {
      if (trace_ != nullptr) trace_->is_paused_ = true;
    }
    ~Pause() {
      if (trace_ != nullptr) trace_->is_paused_ = was_paused_;
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    Trace* trace_;
    bool was_paused_;
  };

 private:
  std::set<Question> questions_;
  bool is_paused_ = false;
  bool is_spoilt_ = false;
};

/// A tree that notes what it is asked, while there is something to note it in.
class TracedTree : public repo::Tree {
 public:
  explicit TracedTree(const repo::Tree& tree) : tree_(tree) {}

  /// Null: nothing is noted.
  void follow(Trace* trace) { trace_ = trace; }

  std::span<const repo::TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  std::vector<std::size_t> read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                    const Take& take) const override;
  ContentId content_id(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;

 private:
  void note(Question::Kind kind, const RepoPath& path) const {
    if (trace_ != nullptr) trace_->add(kind, path);
  }

  const repo::Tree& tree_;
  Trace* trace_ = nullptr;
};

/// What one tree answers. Each question is answered once.
class Answers {
 public:
  /// `changed`: since the tree from which earlier answers are.
  Answers(const repo::Tree& tree, const Scan& scan, ModuleIndex& modules, const std::set<RepoPath>& state_directories,
          const ChangedPaths& changed)
      : tree_(tree), scan_(scan), modules_(modules), state_directories_(state_directories), changed_(changed) {}

  const Answer& find(const Question& question);

  /// The earlier tree gave `answer` to the question, and this one does too. Where nothing has changed that is not
  /// worked out again: what is asked of a path hangs on nothing but what lies there, save for state directories.
  bool is_still(Question::Kind kind, std::string_view path, const Answer& answer);

  /// Another tree gave `answer` to the question, and this one does too.
  bool is_same(Question::Kind kind, std::string_view path, const Answer& answer);

 private:
  Answer work_out(const Question& question);

  const repo::Tree& tree_;
  const Scan& scan_;
  ModuleIndex& modules_;
  const std::set<RepoPath>& state_directories_;
  const ChangedPaths& changed_;
  std::array<std::unordered_map<RepoPath, Answer>, question_kinds> known_;  ///< by kind
};

}  // namespace statelane::states
