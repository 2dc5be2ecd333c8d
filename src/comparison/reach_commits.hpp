#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/repository.hpp"

namespace statelane::comparison {

/// A commit that was looked for.
struct Reached {
  std::optional<repo::CommitId> commit;
  std::string why_not{};  ///< when there is none: `X is not in this clone and cannot be fetched: …`
  std::vector<std::string> hints{};
};

/// Finds commits in a clone that may be shallow or may have one branch only, and fetches from `origin` what it lacks: a
/// commit by its id, a branch's tip, more of the history in growing steps. Each fetch has the same time-out. Nothing
/// is moved or checked out.
class CommitReach {
 public:
  CommitReach(const repo::Repository& repository, std::chrono::milliseconds time_out)
      : repository_(repository), time_out_(std::chrono::ceil<std::chrono::seconds>(time_out)) {}

  /// Like `Repository::resolve`, but a commit's whole id is fetched where the clone lacks it.
  repo::CommitId resolve(const std::string& revision) const;

  /// The same without an error.
  Reached find(const std::string& revision) const;

  /// The branch `name` of `origin`, or the default branch when it is empty: by its names in this clone, else asked of
  /// the remote.
  Reached find_branch(std::string_view name) const;

  // As `Repository` answers, with as much more of a shallow clone's history as the answer takes. When that cannot be
  // had the error says why.
  std::optional<repo::CommitId> merge_base(const repo::CommitId& one, const repo::CommitId& other) const;
  bool is_ancestor(const repo::CommitId& ancestor, const repo::CommitId& descendant) const;
  std::optional<repo::CommitId> first_parent(const repo::CommitId& commit) const;

 private:
  template <typename Question>
  auto ask_deeper(const std::vector<repo::CommitId>& commits, const Question& question) const;

  const repo::Repository& repository_;
  std::chrono::seconds time_out_;
};

}  // namespace statelane::comparison
