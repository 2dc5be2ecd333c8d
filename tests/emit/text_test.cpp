#include "emit/text.hpp"

#include <doctest/doctest.h>

#include "emit/words.hpp"
#include "pipeline/hand_made.hpp"

using hand_made::affected;
using hand_made::graph;
using hand_made::graph_of;
using hand_made::input;
using hand_made::state;
using statelane::RepoPath;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::states::EdgeKind;
using statelane::states::InputKind;

TEST_CASE("list is an aligned table") {
  auto network = state("network/prod");
  network.inputs.push_back(input(InputKind::module_directory, "m"));
  network.inputs.push_back(input(InputKind::module_directory, "n"));
  network.inputs.push_back(input(InputKind::file, "f"));
  auto deploy = state("é");
  deploy.kind = statelane::states::StateKind::custom;
  deploy.reason = statelane::states::StateReason::configured;
  const std::vector<RepoPath> unclaimed = {RepoPath::of("x.tf")};
  const statelane::states::LoadedStates loaded{
      graph({network, deploy}), {{RepoPath::of("m"), "no backend block"}, {RepoPath(), "excluded"}}, {}};
  CHECK(statelane::emit::render_list_text(loaded, unclaimed, false) ==
        "STATE         REASON         BACKEND                            INPUTS\n"
        "network/prod  backend block  s3 bucket=states key=network/prod  2 modules, 1 file\n"
        "é             configured     its own commands                   -\n"
        "\n"
        "left out:\n"
        "  m: no backend block\n"
        "  .: excluded\n"
        "\n"
        "no state's input:\n"
        "  x.tf\n");
  CHECK(statelane::emit::render_list_text({}, {}, false) == "no state directories\n");
}

TEST_CASE("affected has each state with every chain, then what does not run") {
  Impact impact = affected({"a"});
  impact.affected.push_back(
      {"new", Change::moved, "old", {hand_made::own_file("new/x.tf"), hand_made::own_file("new/y.tf")}});
  impact.skipped = {{"s", {}}};
  impact.dependents = {"d"};
  impact.unclaimed = {RepoPath::of("u.tf")};
  CHECK(statelane::emit::render_affected_text({"111", "merge-base", "the merge base with main", "", false}, impact,
                                              false) ==
        "base 111 (the merge base with main)\n"
        "head the work tree\n"
        "\n"
        "a  modified\n"
        "  a/main.tf changed, a file of the state's directory\n"
        "\n"
        "new  moved from old\n"
        "  new/x.tf changed, a file of the state's directory\n"
        "  new/y.tf changed, a file of the state's directory\n"
        "\n"
        "skipped, since only comments and layout differ:\n"
        "  s\n"
        "\n"
        "depend on these, and do not run:\n"
        "  d\n"
        "\n"
        "no state's input:\n"
        "  u.tf\n");
}

TEST_CASE("affected says so when there is nothing") {
  CHECK(statelane::emit::render_affected_text({"1", "parent", "its parent", "2", false}, {}, false) ==
        "base 1 (its parent)\nhead 2\n\nno state is affected\n");
}

TEST_CASE("inputs are modules, patterns, files and what is not known") {
  auto prod = state("a");
  prod.unknown = {{{RepoPath::of("a/main.tf"), 7}, "var.x is not known"}};
  prod.inputs.push_back(input(InputKind::module_directory, "a/m"));
  const std::vector<RepoPath> files = {RepoPath::of("a/main.tf")};
  CHECK(statelane::emit::render_inputs_text(prod, files, false) ==
        "modules:\n  a/m\n\npatterns:\n  a/**/*\n\nfiles:\n  a/main.tf\n\nnot known:\n  a/main.tf:7: var.x is not "
        "known\n");
}

TEST_CASE("the graph is text, DOT or Mermaid") {
  const auto states = graph_of({"a", "b\"x", "c"}, {{"b\"x", "a"}, {"c", "a", EdgeKind::possible}});
  CHECK(statelane::emit::render_graph_text(states, false) ==
        "a\nb\"x\n  depends on a (remote_state, b\"x/upstream.tf:1)\nc\n  depends on a (possible, c/upstream.tf:1)\n");
  CHECK(statelane::emit::render_graph_dot(states) ==
        "digraph states {\n  rankdir=LR;\n  node [shape=box];\n  \"a\";\n  \"b\\\"x\";\n  \"c\";\n"
        "  \"b\\\"x\" -> \"a\";\n  \"c\" -> \"a\" [style=dashed];\n}\n");
  CHECK(statelane::emit::render_graph_mermaid(states) ==
        "graph LR\n  s0[\"a\"]\n  s1[\"b#34;x\"]\n  s2[\"c\"]\n  s1 --> s0\n  s2 -.-> s0\n");
}

TEST_CASE("colour changes nothing but colour") {
  const Impact impact = affected({"a"});
  const auto colored = statelane::emit::render_affected_text({"1", "parent", "p", "2", false}, impact, true);
  CHECK(colored.find("\x1b[1ma\x1b[0m  modified") != std::string::npos);
}

TEST_CASE("no name can write to the terminal") {
  CHECK(statelane::emit::escape_for_terminal("a\x1b[31m\n\xFF\xE2\x80\xAE é") == "a\\x1b[31m\\x0a\\xff\\u{202e} é");
  Impact impact = affected({"a"});
  impact.unclaimed = {RepoPath::of("\x1b]0;x\x07")};
  CHECK(statelane::emit::render_affected_text({"1", "", "", "2", false}, impact, false).find('\x1b') ==
        std::string::npos);
}
