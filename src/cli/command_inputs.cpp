#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/find_state.hpp"
#include "cli/read_trees.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"
#include "states/existing_inputs.hpp"

namespace statelane::cli {

namespace {

std::string render_state(const LoadedTree& side, std::uint32_t index, const Options& options) {
  const states::StateGraph& graph = side.states.graph;
  const auto files = states::find_existing_inputs(*side.tree, graph, index);
  return options.json ? emit::render_inputs_json(graph.states()[index], files)
                      : emit::render_inputs_text(graph.states()[index], files, output_view(options));
}

std::string render_path(const LoadedTree& side, const RepoPath& path, const Options& options) {
  std::set<std::string> ids;
  for (const states::Claim& claim : side.states.graph.claims(path))
    ids.insert(side.states.graph.states()[claim.state].id);
  const std::vector<std::string> sorted(ids.begin(), ids.end());
  if (options.json) return emit::render_inputs_of_json(path, sorted);
  if (!sorted.empty()) return fmt::format("{}\n", fmt::join(sorted, "\n"));
  fmt::print(stderr, "note: {} is no state's input\n", path.display());
  return "";
}

}  // namespace

int run_inputs(const Options& options) {
  if (options.state.empty() == options.path.empty()) {
    throw Error(ErrorKind::usage, "inputs takes a STATE, or a path with --of");
  }
  const repo::Repository repository = open_repository(options);
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  if (side.has_faulty_config) return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
  write_output(options.path.empty()
                   ? render_state(side, find_state(side.states.graph, repository, options.state), options)
                   : render_path(side, to_repo_path(repository, options.path), options));
  return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
}

}  // namespace statelane::cli
