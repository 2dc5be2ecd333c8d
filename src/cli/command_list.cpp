#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/comparison.hpp"
#include "cli/console.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"
#include "gitlab/expansion.hpp"

namespace statelane::cli {

namespace {

std::string render_ids(const states::StateGraph& graph) {
  std::string result;
  for (const states::State& state : graph.states()) result += state.id + "\n";
  return result;
}

/// What to do when there is nothing to do anything with; else what to ask next.
void write_advice(const states::StateGraph& graph) {
  if (graph.states().empty()) {
    fmt::print(stderr,
               "hint: no directory has a backend or cloud block, or a committed .terraform.lock.hcl\n"
               "hint: name those that are states all the same under states.include in {}\n",
               config::file_name);
    return;
  }
  write_next_commands(
      fmt::format("statelane affected HEAD, statelane inputs {}", gitlab::quote_for_shell(graph.states().front().id)));
}

}  // namespace

int run_list(const Options& options) {
  const repo::Repository repository = open_repository();
  Diagnostics diagnostics;
  const Side side = load_only_side(repository, options, diagnostics);
  const auto unclaimed = states::find_unclaimed(*side.tree, side.states.graph);
  write_output(options.ids    ? render_ids(side.states.graph)
               : options.json ? emit::render_list_json(side.states, unclaimed)
                              : emit::render_list_text(side.states, unclaimed, output_view(options)));
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  if (!options.json && !options.ids) write_advice(side.states.graph);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
