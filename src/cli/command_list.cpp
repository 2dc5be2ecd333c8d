#include "cli/commands.hpp"
#include "cli/comparison.hpp"
#include "cli/console.hpp"
#include "cli/no_states.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"

namespace statelane::cli {

namespace {

std::string render_ids(const states::StateGraph& graph) {
  std::string result;
  for (const states::State& state : graph.states()) result += state.id + "\n";
  return result;
}

}  // namespace

int run_list(const Options& options) {
  const repo::Repository repository = open_repository();
  Diagnostics diagnostics;
  const Side side = load_only_side(repository, options, diagnostics);
  const auto unclaimed = states::find_unclaimed(side.states);
  write_output(options.ids    ? render_ids(side.states.graph)
               : options.json ? emit::render_list_json(side.states, unclaimed)
                              : emit::render_list_text(side.states, unclaimed, output_view(options)));
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  if (options.json || options.ids) return has_errors ? 1 : 0;
  write_no_states_hint(side.states);
  if (!side.states.graph.states().empty()) {
    const std::string& first = side.states.graph.states().front().id;
    write_next_commands({"statelane affected HEAD", "statelane inputs " + as_typed(first)});
  }
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
