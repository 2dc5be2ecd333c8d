#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/find_state.hpp"
#include "cli/read_trees.hpp"
#include "comparison/state_owners.hpp"
#include "emit/owners.hpp"

namespace statelane::cli {

int run_owners(const Options& options) {
  const repo::Repository repository = open_repository(options);
  const Comparison comparison = read_comparison(repository, options);
  if (comparison.head.has_faulty_config)
    return write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict) ? 1 : 0;
  std::set<std::string> asked;
  for (const std::string& typed : options.states) {
    const states::StateGraph& graph = comparison.head.states.graph;
    const bool is_affected = comparison.impact.find(typed) != nullptr;
    asked.insert(is_affected ? typed : graph.states()[find_state(graph, repository, typed)].id);
  }
  comparison::OwnersAnswer answer = comparison::find_state_owners(comparison, asked);
  if (!asked.empty()) std::erase_if(answer.states, [&](const auto& entry) { return !asked.contains(entry.first); });
  const bool has_errors = write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
  if (options.json) {
    write_output(emit::render_owners_json(answer));
  } else if (answer.states.empty()) {
    fmt::print(stderr, "no state is affected\n");
    write_next_step(comparison, options);
  } else if (answer.file.empty()) {
    fmt::print(stderr, "nobody owns anything: there is no CODEOWNERS file where GitLab looks for it\n");
  } else {
    write_output(emit::render_owners_text(answer, output_view(options)));
  }
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
