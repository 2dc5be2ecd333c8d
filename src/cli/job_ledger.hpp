#pragma once

#include <optional>
#include <string>

#include "applied/ledger.hpp"
#include "cli/options.hpp"
#include "comparison/loaded_tree.hpp"
#include "repo/repository.hpp"
#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::cli {

/// What a plan or apply job asks GitLab of earlier applies of its state. Nothing is asked before it is needed, and then
/// once.
class JobLedger {
 public:
  JobLedger(const repo::Repository& repository, const Options& options, const runner::JobEnvironment& job,
            const comparison::LoadedTree& tree, std::uint32_t state);

  /// A job of a push, or of another pipeline, of a branch on which the state is applied.
  bool is_on_apply_branch() const;

  /// Whether another commit was applied since this pipeline was written, which this job's commit neither contains nor
  /// equals in what the state reads. Trees decide first.
  runner::LedgerCheck check() const;

  /// GitLab says that the state, which came after its first record, was never applied.
  bool was_never_applied() const;

  /// Records the commit as applied, where this job may; what became of it, as a phrase.
  std::string record_as_applied() const;

 private:
  const applied::Ledger& ledger() const;
  std::string find_difference(const repo::CommitId& applied) const;

  const repo::Repository& repository_;
  const Options& options_;
  const runner::JobEnvironment& job_;
  const comparison::LoadedTree& tree_;
  applied::Wanted wanted_;
  mutable std::optional<applied::Ledger> ledger_;
};

}  // namespace statelane::cli
