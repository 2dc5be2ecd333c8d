#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/no_states.hpp"
#include "cli/read_trees.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"

namespace statelane::cli {

namespace {

std::string render(const states::LoadedStates& loaded, const Options& options) {
  const states::StateGraph& graph = loaded.graph;
  switch (options.json ? GraphFormat::json : options.graph_format) {
    case GraphFormat::dot: return emit::render_graph_dot(graph);
    case GraphFormat::mermaid: return emit::render_graph_mermaid(graph);
    case GraphFormat::json: return emit::render_graph_json(loaded);
    case GraphFormat::text: break;
  }
  return emit::render_graph_text(graph, output_view(options));
}

/// Circles are real: they are named with their way, and pipelines put them into one step.
void write_cycles(const states::StateGraph& graph) {
  for (const auto& circle : states::find_cycles(graph)) {
    std::string way;
    for (const std::uint32_t state : circle) way += graph.states()[state].id + " -> ";
    fmt::print(stderr, "warning: states depend on each other in a circle: {}{}\n", way,
               graph.states()[circle.front()].id);
  }
}

}  // namespace

int run_graph(const Options& options) {
  const repo::Repository repository = open_repository(options);
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  if (side.has_faulty_config) return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
  write_output(render(side.states, options));
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  write_no_states_hint(side.states);
  write_cycles(side.states.graph);
  for (const states::Unmatched& unmatched : side.states.unmatched) {
    fmt::print(stderr, "{}:{}: note: {} reads a state that is not in this repository: {}\n", unmatched.place.file.str(),
               unmatched.place.line, unmatched.state, unmatched.what);
  }
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
