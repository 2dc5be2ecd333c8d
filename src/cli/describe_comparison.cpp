#include "cli/describe_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/console.hpp"
#include "cli/no_states.hpp"
#include "emit/words.hpp"

namespace statelane::cli {

pipeline::ComparedCommits describe_comparison(const Comparison& comparison) {
  pipeline::ComparedCommits result;
  result.base = comparison.ends.base.value_or("");
  result.base_reason = gitlab::base_reason_name(comparison.ends.reason);
  result.base_text = comparison.ends.text;
  result.head = comparison.ends.head.value_or("");
  result.is_staged = comparison.ends.is_staged;
  result.is_push = comparison.is_push;
  return result;
}

bool write_unclaimed(const Comparison& comparison, const Options& options, bool is_shown) {
  const auto& unclaimed = comparison.impact.unclaimed;
  if (unclaimed.empty()) return false;
  const char* severity = options.fail_on_unclaimed ? "error" : "warning";
  for (const RepoPath& path : unclaimed) {
    if (is_shown && !options.fail_on_unclaimed) break;
    fmt::print(stderr, "{}: {}: changed, but no state reads it, in base or head\n", escape_for_terminal(path.display()),
               severity);
  }
  write_hint(fmt::format("a state that reads such a file in a way that cannot be seen names it under inputs in {}",
                         config::file_name));
  return options.fail_on_unclaimed;
}

void write_next_step(const Comparison& comparison, const Options& options) {
  if (!options.json && comparison.impact.affected.empty()) write_no_states_hint(comparison.head.states);
  if (comparison.ends.is_on_default_branch_tip && comparison.changes.empty()) {
    write_hint("this is the default branch and nothing is uncommitted; statelane affected HEAD shows the last commit");
  }
}

void write_ledger_notes(const Comparison& comparison) {
  for (const std::string& remark : comparison.remarks)
    fmt::print(stderr, "statelane: note: {}\n", escape_for_terminal(remark));
  for (const impact::Affected& affected : comparison.impact.affected) {
    if (!affected.also.empty()) fmt::print(stderr, "{}: also {}\n", escape_for_terminal(affected.id), affected.also);
    if (!affected.pending || affected.pending->text.empty()) continue;
    fmt::print(stderr, "{}: {}\n", escape_for_terminal(affected.id), escape_for_terminal(affected.pending->text));
  }
}

std::size_t count_states(const Comparison& comparison) {
  const auto& affected = comparison.impact.affected;
  const auto left = std::count_if(affected.begin(), affected.end(), [](const impact::Affected& one) {
    return one.change == impact::Change::deleted || one.change == impact::Change::retired;
  });
  return comparison.head.states.graph.states().size() + static_cast<std::size_t>(left);
}

}  // namespace statelane::cli
