#include <algorithm>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/find_state.hpp"
#include "cli/read_trees.hpp"
#include "emit/why.hpp"

namespace statelane::cli {

namespace {

/// A state that only base has is asked for by its id.
std::string find_id(const Comparison& comparison, const repo::Repository& repository, const std::string& typed) {
  if (comparison.impact.find(typed) != nullptr) return typed;
  const states::StateGraph& graph = comparison.head.states.graph;
  return graph.states()[find_state(graph, repository, typed)].id;
}

emit::Why explain(const Comparison& comparison, const std::string& id) {
  emit::Why why{id, comparison.impact, comparison.changes.size(), {}, {}};
  const states::StateGraph& graph = comparison.head.states.graph;
  const auto state = graph.find(id);
  if (!state || comparison.impact.find(id) != nullptr) return why;
  why.near = impact::find_near_misses(graph, *state, comparison.changes);
  for (const states::Edge& edge : graph.edges()) {
    const std::string& dependency = graph.states()[edge.to].id;
    if (edge.from == *state && comparison.impact.find(dependency) != nullptr) why.dependencies.push_back(dependency);
  }
  std::sort(why.dependencies.begin(), why.dependencies.end());
  why.dependencies.erase(std::unique(why.dependencies.begin(), why.dependencies.end()), why.dependencies.end());
  return why;
}

}  // namespace

int run_why(const Options& options) {
  const repo::Repository repository = open_repository(options);
  const Comparison comparison = read_comparison(repository, options);
  if (comparison.head.has_faulty_config)
    return write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict) ? 1 : 0;
  const emit::Why why = explain(comparison, find_id(comparison, repository, options.state));
  write_output(options.json ? emit::render_why_json(describe_comparison(comparison), why)
                            : emit::render_why_text(why, output_view(options)));
  const bool has_errors = write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
  write_next_step(comparison, options);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
