#include "emit/text.hpp"

#include <doctest/doctest.h>

#include "emit/backend_text.hpp"
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

TEST_CASE("list is an aligned table, and counts") {
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
  CHECK(statelane::emit::render_list_text(loaded, unclaimed, {}) ==
        "STATE         REASON         BACKEND                 INPUTS\n"
        "network/prod  backend block  s3 states/network/prod  2 modules, 1 file\n"
        "é             configured     its own commands        -\n"
        "\n"
        "left out, excluded:\n"
        "  .\n"
        "\n"
        "left out, no backend block:\n"
        "  m\n"
        "\n"
        "no state's input:\n"
        "  x.tf\n"
        "\n"
        "2 states, 1 infrastructure file that is no state's input\n");
  CHECK(statelane::emit::render_list_text({}, {}, {}) == "no state directories\n\n0 states\n");
}

TEST_CASE("list counts each kind of input, and of several states the reason once") {
  auto one = state("one");
  one.inputs.push_back(input(InputKind::data_directory, "d"));
  one.inputs.push_back(input(InputKind::data_directory, "e"));
  const std::vector<RepoPath> unclaimed = {RepoPath::of("x.tf"), RepoPath::of("y.tf")};
  const statelane::states::LoadedStates loaded{graph({one, state("two")}), {}, {}};
  CHECK(statelane::emit::render_list_text(loaded, unclaimed, {.width = 80}) ==
        "STATE  BACKEND        INPUTS\n"
        "one    s3 states/one  2 data directories\n"
        "two    s3 states/two  -\n"
        "\n"
        "no state's input:\n"
        "  x.tf\n"
        "  y.tf\n"
        "\n"
        "reason of each: backend block\n"
        "2 states, 2 infrastructure files that are no state's input\n");
}

TEST_CASE("a table that is too wide loses the middle of its cells, ids last") {
  auto network = state("network/production");
  network.backend->known["key"] = "platform/network/production.tfstate";
  network.inputs.push_back(input(InputKind::module_directory, "m"));
  CHECK(statelane::emit::render_list_text({graph({network}), {}, {}}, {}, {.width = 64}) ==
        "STATE               BACKEND                             INPUTS\n"
        "network/production  s3 states/platfo…roduction.tfstate  1 module\n"
        "\n"
        "reason: backend block\n"
        "1 state\n");
  auto named = state("b");
  named.reason = statelane::states::StateReason::configured;
  const std::string mixed = statelane::emit::render_list_text({graph({named, network}), {}, {}}, {}, {.width = 64});
  CHECK(mixed.find("REASON") != std::string::npos);
  CHECK(mixed.find("configured") != std::string::npos);
  CHECK(mixed.ends_with("\n2 states\n"));
  CHECK(statelane::emit::render_list_text({graph({network}), {}, {}}, {}, {.width = 45}) ==
        "STATE               INPUTS\n"
        "network/production  1 module\n"
        "\n"
        "reason: backend block\n"
        "backends: in a wider terminal, or with --json\n"
        "1 state\n");
  CHECK(statelane::emit::render_list_text({graph({network}), {}, {}}, {}, {.width = 10})
            .starts_with("STATE         INPUTS\nnetwo…uction  1 module\n\nreason:\n  backend\n  block\n"));
}

TEST_CASE("what all backends share is told once where the table is too wide") {
  auto one = state("network/production"), other = state("cluster/production");
  one.backend->known["key"] = "platform/network.tfstate";
  other.backend->known["key"] = "platform/cluster.tfstate";
  const statelane::states::LoadedStates loaded{graph({one, other}), {}, {}};
  CHECK(statelane::emit::render_list_text(loaded, {}, {.width = 46}) ==
        "STATE               BACKEND  INPUTS\n"
        "cluster/production  cluster  -\n"
        "network/production  network  -\n"
        "\n"
        "reason of each: backend block\n"
        "backend of each: s3 states/platform/….tfstate\n"
        "2 states\n");
  CHECK(statelane::emit::render_list_text(loaded, {}, {.width = 80}).find("s3 states/platform/cluster.tfstate") !=
        std::string::npos);
}

TEST_CASE("long lists of what is unclaimed are told by their number") {
  std::vector<RepoPath> unclaimed;
  for (int index = 10; index < 30; ++index) unclaimed.push_back(RepoPath::of("x/" + std::to_string(index) + ".tf"));
  const std::string text = statelane::emit::render_list_text({graph({state("a")}), {}, {}}, unclaimed, {});
  CHECK(text.find("  x/21.tf\n  … and 8 more (--json has all)\n") != std::string::npos);
  CHECK(text.find("x/22.tf") == std::string::npos);
}

TEST_CASE("a backend is shown from the whole to the part, without defaults and secrets") {
  using statelane::emit::render_backend;
  using statelane::states::BackendIdentity;
  auto shown = state("a");
  const auto show = [&](BackendIdentity backend) {
    shown.backend = std::move(backend);
    return render_backend(shown);
  };
  CHECK(show({"s3", {{"bucket", "b"}, {"endpoint", ""}, {"key", "k"}, {"workspace_key_prefix", "env:"}}, {}, {}}) ==
        "s3 b/k");
  CHECK(show({"s3", {{"key", "k"}}, {{"bucket", {"logs-", std::nullopt}}}, {"workspace_key_prefix"}}) ==
        "s3 logs-*/*/k");
  CHECK(show({"azurerm", {{"container_name", "c"}, {"key", "k"}, {"storage_account_name", "a"}}, {}, {}}) ==
        "azurerm a/c/k");
  CHECK(show({"http", {{"address", "https://gitlab.example.com/state"}}, {}, {}}) ==
        "http https://gitlab.example.com/state");
  CHECK(show({"pg", {{"conn_str", "postgres://me:secret@db/x"}, {"schema_name", "s"}}, {}, {}}) ==
        "pg postgres://db/x/s");
  CHECK(show({"pg", {{"conn_str", "password=secret"}}, {}, {}}) == "pg *");
  shown.backend.reset();
  CHECK(render_backend(shown) == "no backend: stored in the job, lost");
}

TEST_CASE("affected has each state with what touches it, then what does not run, and counts") {
  Impact impact = affected({"a"});
  impact.affected.push_back(
      {"new", Change::moved, "old", {hand_made::own_file("new/x.tf"), hand_made::own_file("new/y.tf")}});
  impact.skipped = {{"s", {}}};
  impact.dependents = {"d"};
  impact.unclaimed = {RepoPath::of("u.tf")};
  CHECK(statelane::emit::render_affected_text({"0123456789abcdef", "merge-base", "the merge base with main", "", false},
                                              impact, 7, {}) ==
        "base 0123456789ab (the merge base with main)\n"
        "head the work tree\n"
        "\n"
        "a  modified\n"
        "  a/main.tf changed, a file of the state's directory\n"
        "\n"
        "new  moved from old\n"
        "  new/x.tf changed, a file of the state's directory\n"
        "  new/y.tf changed, a file of the state's directory\n"
        "\n"
        "skipped, since Terraform reads the same as before:\n"
        "  s\n"
        "\n"
        "depend on these, and do not run:\n"
        "  d\n"
        "\n"
        "no state's input:\n"
        "  u.tf\n"
        "\n"
        "2 of 7 states affected (1 modified, 1 moved)\n");
}

TEST_CASE("affected counts the steps and ways that it leaves out, and names dependents that see no change") {
  using statelane::impact::CauseKind;
  const auto chain = [](std::uint32_t line) {
    statelane::impact::Cause cause = {{CauseKind::file_changed, RepoPath::of("x.json"), {}, {}},
                                      {CauseKind::reference_changed, RepoPath::of("m/main.tf"), 3, {}}};
    for (const char* file : {"n/main.tf", "o/main.tf", "a/main.tf"}) {
      cause.push_back({CauseKind::module_changed, RepoPath::of(file), line, {}});
    }
    return cause;
  };
  Impact impact;
  impact.affected.push_back({"a", Change::modified, "", {chain(1), chain(2), chain(3)}});
  impact.dependents = {"d"};
  impact.untouched = {"d"};
  CHECK(statelane::emit::render_affected_text({"1", "", "its parent", "2", false}, impact, 2, {}) ==
        "base 1 (its parent)\n"
        "head 2\n"
        "\n"
        "a  modified\n"
        "  x.json changed, read at m/main.tf:3, in a module called at n/main.tf:1, … 2 more steps; and 2 more ways\n"
        "\n"
        "depend on these, but read no output that this can change:\n"
        "  d\n"
        "\n"
        "1 of 2 states affected (1 modified)\n");
}

TEST_CASE("affected says so when there is nothing") {
  CHECK(statelane::emit::render_affected_text({"1", "parent", "its parent", "2", false}, {}, 1, {}) ==
        "base 1 (its parent)\nhead 2\n\nno state is affected\n\n0 of 1 state affected\n");
}

namespace {

/// A changed file that a module's file reads, and where the module is called.
statelane::impact::Cause read_in_module(const char* changed, std::uint32_t call) {
  using statelane::impact::CauseKind;
  return {{CauseKind::file_changed, RepoPath::of(changed), {}, {}},
          {CauseKind::reference_changed, RepoPath::of("m/main.tf"), 3, {}},
          {CauseKind::module_changed, RepoPath::of("n/main.tf"), 5, {}},
          {CauseKind::module_changed, RepoPath::of("a/main.tf"), call, {}}};
}

}  // namespace

TEST_CASE("affected shows the first way of each path, and how many more there are") {
  Impact impact;
  impact.affected.push_back({"a", Change::modified, "", {read_in_module("x.json", 1), read_in_module("x.json", 9)}});
  for (char name = 'p'; name < 'x'; ++name) {
    impact.affected[0].causes.push_back(hand_made::own_file(std::string("a/") + name));
  }
  const std::string text = statelane::emit::render_affected_text({"1", "", "", "2", false}, impact, 1, {});
  CHECK(text.find("  x.json changed, read at m/main.tf:3, in a module called at n/main.tf:5, … 1 more step; "
                  "and 1 more way\n") != std::string::npos);
  CHECK(text.find("a/t changed, a file of the state's directory\n  … and 3 more paths\n") != std::string::npos);
}

TEST_CASE("inputs are modules, patterns, files and what is not known") {
  auto prod = state("a");
  prod.unknown = {{{RepoPath::of("a/main.tf"), 7}, "var.x is not known"}};
  prod.inputs.push_back(input(InputKind::module_directory, "a/m"));
  const std::vector<RepoPath> files = {RepoPath::of("a/main.tf")};
  CHECK(
      statelane::emit::render_inputs_text(prod, files, {}) ==
      "modules:\n  a/m\n\npatterns:\n  a/**/*\n\nfiles:\n  a/main.tf\n\nnot known:\n  a/main.tf:7: var.x is not known\n"
      "\n1 pattern, 1 file, 1 expression that is not known: the patterns cover every possibility\n");
}

TEST_CASE("the graph is text, DOT or Mermaid") {
  const auto states = graph_of({"a", "b\"x", "c"}, {{"b\"x", "a"}, {"c", "a", EdgeKind::possible}});
  CHECK(statelane::emit::render_graph_text(states, {}) ==
        "a\nb\"x\n  depends on a (remote_state, b\"x/upstream.tf:1)\nc\n  depends on a (possible, c/upstream.tf:1)\n"
        "\n3 states, 2 edges (1 of them only possible)\n");
  CHECK(statelane::emit::render_graph_dot(states) ==
        "digraph states {\n  rankdir=LR;\n  node [shape=box];\n  \"a\";\n  \"b\\\"x\";\n  \"c\";\n"
        "  \"b\\\"x\" -> \"a\";\n  \"c\" -> \"a\" [style=dashed];\n}\n");
  CHECK(statelane::emit::render_graph_mermaid(states) ==
        "graph LR\n  s0[\"a\"]\n  s1[\"b#34;x\"]\n  s2[\"c\"]\n  s1 --> s0\n  s2 -.-> s0\n");
}

TEST_CASE("all that one expression may mean stands below its place") {
  std::vector<std::string> ids;
  std::vector<hand_made::NamedEdge> edges;
  for (int index = 10; index < 30; ++index) {
    ids.push_back("s" + std::to_string(index));
    edges.push_back({"z", ids.back(), EdgeKind::possible});
  }
  ids.push_back("z");
  const std::string text = statelane::emit::render_graph_text(graph_of(ids, edges), {});
  CHECK(text.find("z\n  may depend on any of 20 states (possible, z/upstream.tf:1):\n    s10\n") != std::string::npos);
  CHECK(
      text.ends_with("    s21\n    … and 8 more (--json has all)\n\n21 states, 20 edges (20 of them only possible)\n"));
}

TEST_CASE("colour changes nothing but colour, and each kind of change has its own") {
  const Impact impact = affected({"a"});
  const statelane::pipeline::ComparedCommits ends{"1", "parent", "p", "2", false};
  const auto colored = statelane::emit::render_affected_text(ends, impact, 3, {.color = true});
  CHECK(colored.find("\x1b[1ma\x1b[0m  \x1b[33mmodified\x1b[0m\n") != std::string::npos);
  std::string plain;
  for (std::size_t at = 0; at < colored.size(); ++at) {
    if (colored[at] == '\x1b')
      at = colored.find('m', at);
    else
      plain += colored[at];
  }
  CHECK(plain == statelane::emit::render_affected_text(ends, impact, 3, {}));
}

TEST_CASE("a list of inputs that is too long loses its end") {
  auto network = state("network/production");
  network.inputs.push_back(input(InputKind::module_directory, "m"));
  network.inputs.push_back(input(InputKind::data_directory, "d"));
  const std::string text = statelane::emit::render_list_text({graph({network}), {}, {}}, {}, {.width = 40});
  CHECK(text.find("…\n") != std::string::npos);
  CHECK(text.find("  1 module, 1") != std::string::npos);
}

TEST_CASE("counts have separators, and texts are cut by characters") {
  using statelane::emit::count_of;
  CHECK(count_of(1, "state", "states") == "1 state");
  CHECK(count_of(0, "state", "states") == "0 states");
  CHECK(count_of(1234567, "state", "states") == "1,234,567 states");
  CHECK(statelane::emit::cut_middle("äöüäöüäöü", 5) == "äö…öü");
  CHECK(statelane::emit::cut_middle("short", 5) == "short");
  CHECK(statelane::emit::cut_end("äöüäöüäöü", 5) == "äöüä…");
  CHECK(statelane::emit::cut_end("short", 5) == "short");
}

TEST_CASE("no name can write to the terminal") {
  CHECK(statelane::escape_for_terminal("a\x1b[31m\n\xFF\xE2\x80\xAE é") == "a\\x1b[31m\\x0a\\xff\\u{202e} é");
  Impact impact = affected({"a"});
  impact.unclaimed = {RepoPath::of("\x1b]0;x\x07")};
  CHECK(statelane::emit::render_affected_text({"1", "", "", "2", false}, impact, 1, {}).find('\x1b') ==
        std::string::npos);
}
