// What `lint` says of a pipeline, each finding whole.
#include "base/error.hpp"
#include "lint/linted.hpp"
#include "support/golden_cases.hpp"
#include "support/source_directory.hpp"

using namespace statelane;

namespace {

const std::string state = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key    = \"%\"\n  }\n}\n";

std::string backend_of(const std::string& key) {
  std::string text = state;
  return text.replace(text.find('%'), 1, key);
}

/// The case's text is `.gitlab-ci.yml` of a repository with the states `a` and `b`, which call the module `m`.
std::string lint_case(const support::GoldenCase& one) {
  const std::string call = "module \"m\" {\n  source = \"../m\"\n}\n";
  const auto result = lint_files({{".gitlab-ci.yml", one.input},
                                  {"a/main.tf", backend_of("a") + call},
                                  {"b/main.tf", backend_of("b") + call},
                                  {"m/main.tf", "locals {}\n"},
                                  {"docs/read.md", "text\n"},
                                  {"deep/one.tf", ""},
                                  {"deep/er/two.tf", ""},
                                  {"ci/broken.yml", "a: [\n"},
                                  {"ci/words.txt", "words\n"}});
  std::string text;
  for (const auto& finding : result.findings) {
    text += fmt::format("[{}] {}", lint::describe(finding.rule).id, render_diagnostic(finding.diagnostic));
  }
  for (const auto& one_left : result.not_looked_at) text += fmt::format("not looked at: {}\n", one_left.what);
  return text;
}

std::string list_rules(const support::GoldenCase&) {
  std::string text;
  for (const auto& rule : lint::all_rules()) text += fmt::format("{}: {}\n", rule.id, rule.summary);
  return text;
}

}  // namespace

TEST_CASE("each finding says what goes wrong, where, and what to write instead") {
  support::check_golden_cases(support::source_directory() / "tests/lint/goldens/findings.md", lint_case);
}

TEST_CASE("what is larger than GitLab reads is said, and no more of it is looked at") {
  const auto messages_of = [](const Files& files) { return findings_of(lint_files(files), lint::Rule::too_large); };
  CHECK(messages_of({{".gitlab-ci.yml", "a: " + std::string(2'100'000, 'x')}}) ==
        Lines{"1: larger than 2097152 bytes"});
  Files many = {{".gitlab-ci.yml", "include: ci/*.yml\njob: {script: [a]}\n"}};
  for (int index = 0; index < 151; ++index) many.emplace_back(fmt::format("ci/{}.yml", index), "{}\n");
  CHECK(messages_of(many) == Lines{"1: more than 150 includes"});
}

TEST_CASE("a NUL byte is no YAML") {
  CHECK(findings_of(lint_files({{".gitlab-ci.yml", std::string("a: \0b\n", 7)}}), lint::Rule::yaml_syntax) ==
        Lines{"1: a NUL byte stands here"});
}

TEST_CASE("a pipeline file that is not there is an error that says how to name one") {
  const auto tree = tree_of({});
  try {
    lint::lint_pipeline(tree, RepoPath::of(".gitlab-ci.yml"), states::StateGraph(), {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "there is no file .gitlab-ci.yml");
    CHECK(error.hints() ==
          std::vector<std::string>{"name the pipeline file: statelane lint FILE", "statelane init writes a first one"});
  }
}

TEST_CASE("each rule is described in a line") {
  support::check_golden_cases(support::source_directory() / "tests/lint/goldens/rules.md", list_rules);
}
