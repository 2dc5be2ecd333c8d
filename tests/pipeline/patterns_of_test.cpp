#include "pipeline/patterns_of.hpp"

#include <doctest/doctest.h>

#include "hand_made.hpp"

using hand_made::input;
using hand_made::state;
using statelane::gitlab::PatternKeyword;
using statelane::pipeline::patterns_of;
using statelane::states::InputKind;
using statelane::states::State;
using Patterns = std::vector<std::string>;

namespace {

State with(const std::string& id, std::vector<statelane::states::Input> inputs) {
  State result = state(id);
  result.inputs.insert(result.inputs.end(), inputs.begin(), inputs.end());
  return result;
}

}  // namespace

TEST_CASE("rule 2: a state watches everything below its directory") {
  CHECK(patterns_of(state("network/prod")) == Patterns{"network/prod/**/*"});
}

TEST_CASE("a state in the root watches only the files directly in it") {
  CHECK(patterns_of(state(".")) == Patterns{"*"});
  CHECK(patterns_of(with(".", {input(InputKind::module_directory, "modules/a")})) == Patterns{"*", "modules/a/**/*"});
  CHECK(patterns_of(with(".", {input(InputKind::data_directory, "")})) == Patterns{"**/*"});
}

TEST_CASE("modules, files, links and globs are listed, escaped where they are literal") {
  const State prod =
      with("a", {input(InputKind::module_directory, "modules/{x}"), input(InputKind::file, "policies/[1].json"),
                 input(InputKind::link, "current"), input(InputKind::pattern, "policies", "policies/*.json"),
                 input(InputKind::variable_file, "common.tfvars")});
  CHECK(patterns_of(prod) == Patterns{"a/**/*", "common.tfvars", "current", "modules/\\{x\\}/**/*", "policies/*.json",
                                      "policies/\\[1].json"});
}

TEST_CASE("what lies below a watched directory is not listed again") {
  const State prod =
      with("a", {input(InputKind::lock_file, "a/.terraform.lock.hcl"), input(InputKind::file, "m/x.json"),
                 input(InputKind::module_directory, "m"), input(InputKind::module_directory, "m/inner"),
                 input(InputKind::pattern, "m/inner", "m/inner/*.json"), input(InputKind::data_directory, "ab")});
  CHECK(patterns_of(prod) == Patterns{"a/**/*", "ab/**/*", "m/**/*"});
}

TEST_CASE("pins of the tool's version count in every directory above") {
  CHECK(patterns_of(with("a/b", {input(InputKind::version_pin, "a/b")})) ==
        Patterns{"a/b/**/*", "a/{.opentofu-version,.terraform-version,.tool-versions}",
                 "{.opentofu-version,.terraform-version,.tool-versions}"});
}

TEST_CASE("rule 19: under rules, nothing in a pattern begins a variable") {
  CHECK(patterns_of(with("$HOME", {input(InputKind::file, "%X%")}), PatternKeyword::rules_changes) ==
        Patterns{"[$]HOME/**/*", "[%]X[%]"});
}

TEST_CASE("the patterns match what the graph claims") {
  const State prod = with("a b", {input(InputKind::module_directory, "mod[1]"), input(InputKind::file, "x{y}.json"),
                                  input(InputKind::version_pin, "a b")});
  const auto graph = hand_made::graph({prod});
  for (const std::string path : {"a b/main.tf", "a b/deep/er/x", "mod[1]/v.tf", "x{y}.json", ".terraform-version"}) {
    CAPTURE(path);
    CHECK_FALSE(graph.claims(statelane::RepoPath::of(path)).empty());
    const Patterns patterns = patterns_of(prod);
    CHECK(std::any_of(patterns.begin(), patterns.end(),
                      [&](const std::string& pattern) { return statelane::gitlab::matches_pattern(pattern, path); }));
  }
}
