#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/no_states.hpp"
#include "cli/read_trees.hpp"
#include "cli/remembered_ids.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"
#include "states/propose_rules.hpp"

namespace statelane::cli {

namespace {

/// As they are pasted: never folded.
void write_rules(const std::vector<std::string>& rules) {
  std::string text = fmt::format("hint: {}\n", states::rules_hint);
  for (const std::string& rule : rules) text += "    " + rule + "\n";
  fmt::print(stderr, "{}", text);
}

}  // namespace

int run_list(const Options& options) {
  const repo::Repository repository = open_repository(options);
  if (const auto ids = options.remembered_ids ? recall_ids(repository, options) : std::nullopt) {
    write_output(*ids);
    return 0;
  }
  const bool is_for_ids = options.ids || options.remembered_ids;
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  if (side.has_faulty_config) return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
  if (is_for_ids) {
    write_output(render_ids(side.states.graph));
  } else {
    const auto unclaimed = states::find_unclaimed(side.states);
    write_output(options.json ? emit::render_list_json(side.states, unclaimed)
                              : emit::render_list_text(side.states, unclaimed, output_view(options)));
  }
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  if (options.json || is_for_ids) return has_errors ? 1 : 0;
  if (side.states.workspace_rules.size() > states::most_rules_in_note) write_rules(side.states.workspace_rules);
  write_no_states_hint(side.states);
  if (!side.states.graph.states().empty()) {
    const std::string& first = side.states.graph.states().front().id;
    write_next_commands({"statelane affected HEAD", "statelane inputs " + as_typed(first)});
  }
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
