#include "cli/commands.hpp"
#include "cli/option_rows.hpp"

namespace statelane::cli {

namespace {

CommandRow list_row() {
  return {.name = "list",
          .summary = "which states there are, and why each directory is one",
          .description =
              "Shows each state with the reason why its directory is one, its backend and its inputs counted by kind, "
              "and the infrastructure files that no state reads.",
          .options = {answer_options(),
                      {"Which tree",
                       {tree_options().rows[0], tree_options().rows[1],
                        flag("--ids", &Options::ids, "print only the ids, one a line"),
                        flag("--remembered", &Options::remembered_ids,
                             "the same as the last run met them, without looking again; for completion")}},
                      cache_options()},
          .examples = {{"statelane list", "the states of the work tree, untracked files included"},
                       {"statelane list --rev v1.2", "those of a tag, straight from git's objects"},
                       {"statelane list --json | jq '.states[].id'", "for a script"}},
          .run = run_list};
}

CommandRow inputs_row() {
  return {
      .name = "inputs",
      .summary = "what a state watches; with --of, which states watch a path",
      .arguments = {state_argument(false)},
      .options = {{"Question",
                   {text("--of", "PATH", &Options::path, "a path, relative to the current directory", Offers::files)}},
                  answer_options(),
                  tree_options(),
                  cache_options()},
      .examples = {{"statelane inputs network/prod", "files, modules and patterns that this state depends on"},
                   {"statelane inputs --of modules/vpc/main.tf", "the states that a change of this file touches"}},
      .run = run_inputs};
}

CommandRow graph_row() {
  using enum GraphFormat;
  OptionRow format = choice<GraphFormat>("--format", &Options::graph_format,
                                         {{"text", text}, {"dot", dot}, {"mermaid", mermaid}, {"json", json}},
                                         "how the graph is written");
  return {.name = "graph",
          .summary = "the states and the edges between them",
          .description = "An edge says that one state reads another's outputs, or that the configuration declares so.",
          .options = {{"Answer", {std::move(format), answer_options().rows[0], answer_options().rows[1]}},
                      tree_options(),
                      cache_options()},
          .examples = {{"statelane graph --format dot | dot -Tsvg > states.svg", "a picture, by Graphviz"},
                       {"statelane graph --format mermaid", "for a Markdown file"}},
          .run = run_graph};
}

CommandRow lint_row() {
  return {
      .name = "lint",
      .section = Section::adopting,
      .summary = "what an existing pipeline gets wrong",
      .description =
          "Reads a hand-written pipeline as GitLab does, with local includes, and finds the inputs of states that "
          "its triggers miss, patterns that are not needed or never match, unsafe habits around plan and apply, and "
          "what GitLab would refuse. Exit code 1 when something is found.",
      .arguments = {{.name = "FILE",
                     .help = "the pipeline file (default: .gitlab-ci.yml in the repository's root)",
                     .offers = Offers::files,
                     .field = &Options::path}},
      .options = {answer_options(), tree_options()},
      .examples = {{"statelane lint", "the repository's own pipeline"},
                   {"statelane lint ci/terraform.yml", "another pipeline file"},
                   {"statelane lint --rev main --json", "the pipeline of a branch, for a script"}},
      .run = run_lint};
}

}  // namespace

std::vector<CommandRow> reading_commands() { return {list_row(), inputs_row(), graph_row(), lint_row()}; }

}  // namespace statelane::cli
