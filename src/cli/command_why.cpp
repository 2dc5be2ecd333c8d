#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/comparison.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/find_state.hpp"
#include "emit/text.hpp"

namespace statelane::cli {

namespace {

/// A state that only base has is asked for by its id.
std::string find_id(const Comparison& comparison, const repo::Repository& repository, const std::string& typed) {
  if (comparison.impact.find(typed) != nullptr) return typed;
  const states::StateGraph& graph = comparison.head.states.graph;
  return graph.states()[find_state(graph, repository, typed)].id;
}

}  // namespace

int run_why(const Options& options) {
  const repo::Repository repository = open_repository();
  const Comparison comparison = compare(repository, options);
  const std::string id = find_id(comparison, repository, options.state);
  write_output(emit::render_why_text(id, comparison.impact, wants_color(options)));
  const bool has_errors = write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
  write_next_step(comparison);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
