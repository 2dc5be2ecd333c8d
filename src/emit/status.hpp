#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "comparison/standings.hpp"
#include "emit/view.hpp"

namespace statelane::emit {

/// What the last drift pipeline found of a state.
struct Drift {
  bool has_drifted = false;
  std::string text{};                             ///< "1 to add, 2 to change, 0 to destroy"
  std::optional<std::int64_t> changed_outside{};  ///< objects that somebody else changed; empty: not told
  std::string tool_version{};                     ///< that planned; empty: not told
};

/// The answer of `status`.
struct Status {
  std::string head;    ///< the commit that is compared
  std::string branch;  ///< whose records count
  applied::Source source = applied::Source::none;
  std::vector<std::string> remarks{};  ///< of the ledger
  comparison::Standings standings{};
  std::map<std::string, Drift> drift{};  ///< by id; empty: nobody asked
};

// The words of JSON.
std::string_view word_of(comparison::Standing standing);
std::string_view word_of(applied::Source source);

/// As people say it: "never applied".
std::string words_of(comparison::Standing standing);

/// Why the world is not as the branch says, as far as it is known; empty where it is.
std::string describe_drift_cause(const comparison::StateStanding& state, const Drift& drift);

// One phrase each, for tables and pages; not escaped.
std::string describe_applied(const comparison::StateStanding& state);
std::string describe_standing(const Status& status, const comparison::StateStanding& state);
std::string count_standings(const std::vector<comparison::StateStanding>& states);
std::string describe_source(const Status& status);

/// What needs a person first; those alike by their ids.
std::vector<const comparison::StateStanding*> sort_by_need(const std::vector<comparison::StateStanding>& states);

/// A table of all states.
std::string render_status_text(const Status& status, const View& view);

/// Everything about one state, as a tree.
std::string render_status_tree(const Status& status, const comparison::StateStanding& state, const View& view);

/// `statelane/status/1`
std::string render_status_json(const Status& status);

}  // namespace statelane::emit
