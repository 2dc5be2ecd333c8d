#include "states/state_graph.hpp"

#include <doctest/doctest.h>

#include "states/existing_inputs.hpp"
#include "states/loaded.hpp"

using namespace statelane;
using namespace statelane::states;

namespace {

constexpr const char* backend = "terraform {\n  backend \"local\" {\n  }\n}\n";

std::string with(const std::string& more) { return backend + more; }

}  // namespace

TEST_CASE("a state claims what lies below its directory, but not what another state's directory holds") {
  const Loaded loaded({{"a/main.tf", backend}, {"a/b/main.tf", backend}});
  CHECK(loaded.readers("a/x/y/z.json") == Texts{"a"});
  CHECK(loaded.readers("a/b/x.json") == Texts{"a/b"});
  CHECK(loaded.readers("a/b/c/x.json") == Texts{"a/b"});
  CHECK(loaded.readers("ab/x.json").empty());
  CHECK(loaded.readers("a") == Texts{"a"});
}

TEST_CASE("documents are claimed only where something reads them") {
  const Loaded loaded({{"a/main.tf", with("locals {\n  x = file(\"NOTES.md\")\n}\n")}});
  for (const char* path : {"a/README.md", "a/LICENSE", "a/LICENSE.txt", "a/.gitignore", "a/x.tftest.hcl"})
    CHECK(loaded.readers(path).empty());
  CHECK(loaded.readers("a/NOTES.md") == Texts{"a"});
}

TEST_CASE("tests and examples below a module are nobody's, below a state they are the state's") {
  const Loaded loaded({{"a/main.tf", with("module \"m\" {\n  source = \"../m\"\n}\n")}, {"m/main.tf", ""}});
  CHECK(loaded.readers("m/tests/x.tf").empty());
  CHECK(loaded.readers("m/examples/x/main.tf").empty());
  CHECK(loaded.readers("m/files/tests.json") == Texts{"a"});
  CHECK(loaded.readers("a/tests/x.json") == Texts{"a"});
}

TEST_CASE("a state's directory that others call as a module is claimed by both") {
  const Loaded loaded({{"a/main.tf", with("module \"b\" {\n  source = \"../b\"\n}\n")}, {"b/main.tf", backend}});
  CHECK(loaded.readers("b/main.tf") == Texts{"a", "b"});
}

TEST_CASE("globs of the configuration count from where the rule says") {
  const Loaded loaded(
      {{".statelane.yml",
        "version: 1\nstates:\n  rules:\n    - match: \"s/*\"\n      inputs: [\"../../p/**\", \"[x]/y?.json\"]\n"
        "global_inputs: [\"tools/{a,b}.txt\"]\n"},
       {"s/a/main.tf", backend},
       {"t/main.tf", backend}});
  CHECK(loaded.readers("p/deep/x") == Texts{"s/a"});
  CHECK(loaded.readers("tools/b.txt") == Texts{"s/a", "t"});
  CHECK(loaded.readers("tools/c.txt").empty());
}

TEST_CASE("patterns take names with the characters of patterns literally") {
  const Loaded loaded(
      {{"a [x]{y}/main.tf", with("locals {\n  x = [for n in var.names : file(\"*/${n}.json\")]\n}\n")}});
  CHECK(loaded.inputs("a [x]{y}", InputKind::pattern) == Texts{"a \\[x\\]\\{y\\}/\\*/**/*.json"});
  CHECK(loaded.readers("a [x]{y}/*/n.json") == Texts{"a [x]{y}"});
}

TEST_CASE("existing inputs are the files that are there, pins above included") {
  const Loaded loaded({{"a/b/main.tf", with("locals {\n  x = [file(\"../x.json\"), file(\"../absent.json\")]\n}\n")},
                       {"a/b/.terraform/modules/m/main.tf", ""},
                       {"a/x.json", "{}"},
                       {"a/.terraform-version", "1"},
                       {".tool-versions", "x"},
                       {"other/.tool-versions", "x"}});
  std::vector<std::string> paths;
  for (const RepoPath& path : find_existing_inputs(loaded.tree, loaded.states.graph, 0)) paths.push_back(path.str());
  CHECK(paths == Texts{".tool-versions", "a/.terraform-version", "a/b/main.tf", "a/x.json"});
}

TEST_CASE("unclaimed are infrastructure files, and what lies below their directories") {
  const Loaded loaded({{"a/main.tf", backend},
                       {"m/main.tf", ""},
                       {"m/files/x.json", "{}"},
                       {"m/README.md", ""},
                       {"m/examples/main.tf", ""},
                       {"docs/x.txt", ""},
                       {"values/x.tfvars", ""}});
  std::vector<std::string> paths;
  for (const RepoPath& path : find_unclaimed(loaded.states)) paths.push_back(path.str());
  CHECK(paths == Texts{"m/examples/main.tf", "m/files/x.json", "m/main.tf", "values/x.tfvars"});
}

TEST_CASE("why a directory is no state is told") {
  const Loaded loaded({{"only-lock/.terraform.lock.hcl", ""},
                       {"linked/.terraform.lock.hcl", ""},
                       {"linked/main.tf", "-> ../only-lock"},
                       {"alone/main.tf", ""}});
  Texts lines;
  for (const LeftOut& entry : loaded.states.left_out) lines.push_back(entry.directory.str() + ": " + entry.why);
  CHECK(lines == Texts{"alone: no backend block and no lock file, and no state calls it as a module",
                       "linked: a lock file, but its configuration is a link that leads to no file",
                       "only-lock: a lock file, but no configuration"});
}

TEST_CASE("dependencies leave out what is only possible, dependents do not") {
  std::vector<State> states(3);
  for (std::size_t index = 0; index < 3; ++index) {
    states[index].id = std::string(1, static_cast<char>('a' + index));
    states[index].directory = RepoPath::of(states[index].id);
  }
  const StateGraph graph(states, {{1, 0, EdgeKind::remote_state, {}}, {2, 0, EdgeKind::possible, {}}}, {}, {});
  CHECK(graph.dependencies(1) == std::vector<std::uint32_t>{0});
  CHECK(graph.dependencies(2).empty());
  CHECK(graph.dependents(0) == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("circles are named once each, from their smallest id, possible edges apart") {
  std::vector<State> states(5);
  for (std::size_t index = 0; index < 5; ++index) {
    states[index].id = std::string(1, static_cast<char>('a' + index));
    states[index].directory = RepoPath::of(states[index].id);
  }
  const auto edge = [](std::uint32_t from, std::uint32_t to) { return Edge{from, to, EdgeKind::remote_state, {}}; };
  const StateGraph graph(states, {edge(0, 1), edge(1, 0), edge(1, 2), edge(3, 4), {4, 3, EdgeKind::possible, {}}}, {},
                         {});
  CHECK(find_cycles(graph) == std::vector<std::vector<std::uint32_t>>{{0, 1}});
}
