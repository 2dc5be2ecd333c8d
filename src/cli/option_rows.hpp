#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_table.hpp"

namespace statelane::cli {

// How rows of the command table are written. Each gives its option a variable: `--on-missing-base` has
// `STATELANE_OPT_ON_MISSING_BASE`.

/// Where a value goes: a member of `Options`, or a function that finds the place.
template <typename Value>
using Field = std::function<Value&(Options&)>;

/// An option without value.
OptionRow flag(std::string names, Field<bool> field, std::string help);

/// A flag that is on by default and has a `--no-` form.
OptionRow negatable_flag(std::string names, Field<bool> field, std::string help);

/// An option with any value; of several the last one counts.
OptionRow text(std::string names, std::string value, Field<std::string> field, std::string help,
               Offers offers = Offers::nothing);

/// An option that may be given several times. In its variable, blanks part the values.
OptionRow texts(std::string names, std::string value, Field<std::vector<std::string>> field, std::string help,
                Offers offers = Offers::nothing);

/// The smallest and the greatest value that a number may have.
struct Range {
  std::size_t smallest = 1;
  std::size_t greatest = 1'000'000;
};

/// An option that takes a whole number.
OptionRow number(std::string names, std::string value, Range range, std::function<void(Options&, std::size_t)> take,
                 std::string help);

/// An option that takes a span of time.
OptionRow duration(std::string names, std::function<void(Options&, std::chrono::milliseconds)> take, std::string help);

/// `--on-missing-base` → `STATELANE_OPT_ON_MISSING_BASE`; empty for an option that has only a short name.
std::string variable_of(const std::string& names);

/// An option that takes one of a few words, each standing for a value.
template <typename Value, typename Target>
OptionRow choice(std::string names, Target field, std::vector<std::pair<std::string, Value>> choices,
                 std::string help) {
  OptionRow row{.names = names, .help = std::move(help), .variable = variable_of(names)};
  for (const auto& [word, value] : choices) {
    row.value += (row.value.empty() ? "" : "|") + word;
    row.choices.push_back(word);
  }
  row.set = [field, choices = std::move(choices)](Options& options, std::string_view typed) {
    const auto found = std::ranges::find_if(choices, [&](const auto& entry) { return entry.first == typed; });
    if (found == choices.end()) return false;
    std::invoke(field, options) = found->second;
    return true;
  };
  return row;
}

// Groups that several commands take.

/// `--json` and `--strict`.
OptionGroup answer_options();

/// What the ledger is asked, and how long.
OptionGroup ledger_options();
OptionRow ledger_timeout_option();

/// `--strict` alone, for commands without JSON.
OptionGroup strict_option();

/// `--config`.
OptionRow config_file_option();

/// `--rev`, `--staged` and `--config`, for commands that read one tree.
OptionGroup tree_options();

/// Which commits are compared, and which states are taken.
std::vector<OptionGroup> comparison_options();

/// `--cache` and `--no-cache`, for commands that read trees.
OptionGroup cache_options();

/// `--config-from`.
OptionRow config_from_option();

/// COMMIT, A..B or A...B.
ArgumentRow range_argument();

/// STATE.
ArgumentRow state_argument(bool is_required);

}  // namespace statelane::cli
