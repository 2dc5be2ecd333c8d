#pragma once

#include <string>
#include <vector>

#include "emit/view.hpp"

namespace statelane::emit {

/// One commit of a replayed history, compared with its first parent.
struct HistoryStep {
  std::string commit;
  std::string parent;                             ///< empty for a root commit
  std::string subject;                            ///< the first line of its message
  std::size_t states = 0;                         ///< that the commit has
  std::vector<std::string> affected{};            ///< ids, sorted
  std::size_t plans = 0;                          ///< affected states that the commit still has: each is a plan
  std::size_t by_globs = 0;                       ///< states in whose directory something changed
  std::vector<std::string> missed_by_globs{};     ///< affected states in whose directory nothing changed
  std::size_t unread = 0;                         ///< changed infrastructure files that no state reads
  bool is_read_from_pipeline = false;             ///< a hand-written pipeline has triggers for some states
  std::size_t by_pipeline = 0;                    ///< states that its triggers would have planned
  std::vector<std::string> missed_by_pipeline{};  ///< affected states with triggers that would not have fired
};

struct History {
  std::vector<HistoryStep> steps;  ///< the newest first
  std::string cut;                 ///< why there are fewer commits than were asked for; empty when there are not
};

/// Sums over all steps.
struct HistoryTotals {
  std::size_t plans = 0;
  std::size_t all_states = 0;  ///< plans if every state ran each time
  std::size_t by_globs = 0;
  std::size_t missed_by_globs = 0;
  std::size_t unread = 0;
  bool is_read_from_pipeline = false;
  std::size_t by_pipeline = 0;
  std::size_t missed_by_pipeline = 0;
};

HistoryTotals totals_of(const History& history);

/// A table with one line a commit, then the totals, then each commit that globs or the pipeline would have missed.
std::string render_history_text(const History& history, const View& view);

/// `statelane/history/1`
std::string render_history_json(const History& history);

}  // namespace statelane::emit
