#include "impact/near_misses.hpp"

#include <doctest/doctest.h>

namespace {

using namespace statelane;
using states::Exclusion;
using states::Input;
using states::InputKind;

Input input(InputKind kind, const std::string& path) { return {kind, RepoPath::of(path), "", {{}}}; }

states::State state(const std::string& id, std::vector<Input> more = {}) {
  states::State result;
  result.id = id;
  result.directory = id == "." ? RepoPath() : RepoPath::of(id);
  result.inputs = {{InputKind::own_directory, result.directory, "", {{}}}};
  result.inputs.insert(result.inputs.end(), more.begin(), more.end());
  return result;
}

/// Why `path` is not an input of the state `id`.
std::vector<impact::NearMiss> ask(const states::StateGraph& graph, const std::string& id, const std::string& path) {
  repo::FileChange change;
  change.path = RepoPath::of(path);
  return impact::find_near_misses(graph, *graph.find(id), {change});
}

}  // namespace

TEST_CASE("a changed path near a state says why it is no input of it") {
  auto app = state("app", {input(InputKind::module_directory, "m"), input(InputKind::file, "data/list.json")});
  app.foreign = {RepoPath::of("app/env/other")};
  const states::StateGraph graph({app, state("app/inner")}, {}, {}, {"app/docs/**"});
  const auto why = [&](const std::string& path) {
    const auto misses = ask(graph, "app", path);
    REQUIRE(misses.size() == 1);
    return misses.front();
  };
  CHECK(why("app/README.md").why == Exclusion::documentation);
  CHECK(why("app/docs/a.txt").why == Exclusion::ignored);
  CHECK(why("app/inner/main.tf").why == Exclusion::other_state);
  CHECK(why("app/inner/main.tf").state == "app/inner");
  CHECK(why("app/env/other/x.tfvars").why == Exclusion::other_instance);
  CHECK(why("m/tests/x.tf").why == Exclusion::tests_or_examples);
  CHECK(why("m/tests/x.tf").input == RepoPath::of("m"));
  CHECK(why("data/other.json").why == Exclusion::none);
  CHECK(why("data/other.json").input == RepoPath::of("data/list.json"));
}

TEST_CASE("inputs and far away paths are no near misses") {
  const states::StateGraph graph({state("app", {input(InputKind::file, "list.json")})}, {}, {}, {});
  CHECK(ask(graph, "app", "app/main.tf").empty());
  CHECK(ask(graph, "app", "list.json").empty());
  CHECK(ask(graph, "app", "other/main.tf").empty());
  CHECK(ask(graph, "app", "beside-in-root.json").empty());
}

TEST_CASE("a state in the root directory does not own what lies deeper") {
  const states::StateGraph graph({state(".")}, {}, {}, {});
  REQUIRE(ask(graph, ".", "deep/main.tf").size() == 1);
  CHECK(ask(graph, ".", "deep/main.tf").front().why == Exclusion::below_root);
}
