#include "lint/linted.hpp"

using statelane::lint::Rule;

namespace {

Lines refused(const std::string& text) {
  return findings_of(lint_files({{".gitlab-ci.yml", text}}), Rule::invalid_value);
}

Lines refused_input(const std::string& input) {
  return refused("spec: {inputs: {a: {" + input + "}}}\n---\nj: {script: x}\n");
}

}  // namespace

// https://docs.gitlab.com/ci/yaml/#header-keywords
TEST_CASE("inputs of a header are checked as GitLab checks them") {
  for (const char* fine :
       {"", "default: x, description: d, options: [x, y], type: string", "type: number, default: 1.5",
        "type: boolean, default: false", "type: array, default: [a]", "default: v1, regex: '^v[0-9]+$'",
        "type: array, options: [a, b], default: [a]", "rules: [{if: $X, options: [a], default: a}]"}) {
    CAPTURE(fine);
    CHECK(refused_input(fine).empty());
  }
  CHECK(refused_input("type: text") ==
        Lines{"1: \"spec:inputs:a:type\" takes one of array, boolean, number, string, not \"text\""});
  CHECK(refused_input("type: number, default: x") == Lines{"1: the default of \"spec:inputs:a\" is no number"});
  CHECK(refused_input("default: 5") == Lines{"1: the default of \"spec:inputs:a\" is no string"});
  CHECK(refused_input("default: x, options: [y, z]") ==
        Lines{"1: the default of \"spec:inputs:a\" is not among its \"options\""});
  CHECK(refused_input("default: x, regex: '^y$'") ==
        Lines{"1: the default of \"spec:inputs:a\" does not match its \"regex\""});
  CHECK(refused_input("type: number, regex: x") ==
        Lines{"1: \"spec:inputs:a\" takes \"regex\" with the type string only"});
  CHECK(refused_input("type: boolean, options: [true]") ==
        Lines{"1: \"spec:inputs:a\" takes no \"options\" with the type boolean"});
  CHECK(refused_input("regex: '(?=a)'") ==
        Lines{"1: \"spec:inputs:a:regex\" takes a regular expression that RE2 takes, not \"(?=a)\""});
  const auto result = lint_files({{".gitlab-ci.yml", "spec: {input: {a: }}\n---\nj: {script: x}\n"}});
  CHECK(findings_of(result, Rule::unknown_keyword) == Lines{"1: \"spec\" has no keyword \"input\""});
}

TEST_CASE("an include names one place, with what belongs to it") {
  const std::string job = "j: {script: x}\n";
  CHECK(refused("include: {project: a/b}\n" + job) == Lines{"1: an include with \"project\" needs \"file\""});
  CHECK(refused("include: [{template: a, project: b/c, file: d.yml}]\n" + job) ==
        Lines{"1: an include takes one of project, template, not several"});
  CHECK(refused("include: {template: a, integrity: sha256-YWJj}\n" + job) ==
        Lines{"1: \"integrity\" stands only beside \"remote\""});
  CHECK(refused("include: {remote: 'https://e.org/a.yml', cache: true, integrity: 'sha256-abc123def456'}\n" + job)
            .empty());
  CHECK(refused("include: {remote: 'https://e.org/a.yml', integrity: b}\n" + job) ==
        Lines{"1: \"include:integrity\" takes \"sha256-\" and a hash in Base64, not \"b\""});
  CHECK(refused("include: {remote: 'https://e.org/a.yml', cache: 30 seconds}\n" + job) ==
        Lines{"1: \"include:cache\" takes a span of time of a minute or more, like \"1 day\" or true or false, not "
              "\"30 seconds\""});
  CHECK(refused("include: {project: a/b, file: [c.yml, d.yml], ref: main, rules: [{if: $A}]}\n" + job).empty());
  CHECK(refused("include: {component: a/b/c@1, inputs: {x: y}}\n" + job).empty());
}

TEST_CASE("only inputs that are declared are there, and only functions that GitLab has") {
  const auto text = [](std::string_view uses) {
    return "spec: {inputs: {a: {default: x}}}\n---\nj: {script: \"" + std::string(uses) + "\"}\n";
  };
  CHECK(
      refused(text("$[[ inputs.a | expand_vars | truncate(0, 2) | posix_escape ]] $[[ component.version ]]")).empty());
  CHECK(refused(text("$[[ inputs.b ]]")) == Lines{"3: \"inputs.b\" is no input that spec:inputs declares"});
  CHECK(refused(text("$[[ inputs.a | upcase ]]")) == Lines{"3: \"upcase\" is no function of inputs"});
  const auto result = lint_files({{".gitlab-ci.yml", "include: {local: a.yml, inputs: {b: c}}\n"},
                                  {"a.yml", "spec: {inputs: {a: {default: x}}}\n---\nj: {script: x}\n"}});
  CHECK(findings_of(result, Rule::invalid_value) == Lines{"1: the file that is included declares no input \"b\""});
}

TEST_CASE("a job needs five jobs of other pipelines at most") {
  std::string needs;
  for (int count = 0; count < 6; ++count) needs += "{pipeline: $P, job: j" + std::to_string(count) + "}, ";
  CHECK(findings_of(lint_files({{".gitlab-ci.yml", "j: {script: x, needs: [" + needs + "]}\n"}}),
                    Rule::invalid_needs) == Lines{"1: 6 needs of other pipelines; GitLab takes at most 5"});
}

TEST_CASE("a job with a script needs jobs of other pipelines, not whole ones") {
  CHECK(refused("j: {script: x, needs: {pipeline: g/p}}\n") ==
        Lines{"1: a job with a script needs a \"job\" of that pipeline"});
  CHECK(refused("j: {trigger: g/p, needs: [{pipeline: $P, job: k}]}\n") ==
        Lines{"1: a trigger needs no \"job\" of another pipeline"});
}

TEST_CASE("wildcards of an include cost no time that doubles with each") {
  std::string pattern = "/";
  for (int count = 0; count < 30; ++count) pattern += "**a";
  const auto result = lint_files({{".gitlab-ci.yml", "include: {local: '" + pattern + "b.yml'}\nj: {script: x}\n"},
                                  {std::string(200, 'a') + ".yml", "k: {script: x}\n"}});
  CHECK(findings_of(result, Rule::include_not_found).size() == 1);
}

TEST_CASE("braces and regular expressions cost no time that doubles with each") {
  std::string braces, groups;
  for (int count = 0; count < 40; ++count) braces += "{a,b}";
  for (int count = 0; count < 12; ++count) groups += "(a+)+";
  const auto result =
      lint_files({{".gitlab-ci.yml", "j: {script: x, only: {refs: ['/^" + groups + "$/'], changes: ['" + braces +
                                         "/*.tf']}}\n" + "variables: {A: '" + std::string(200, 'a') + "!'}\n" +
                                         "k: {script: x, rules: [{if: '$A =~ /^(a+)+$/'}]}\n"},
                  {"a/main.tf", "locals {}\n"}});
  CHECK(findings_of(result, Rule::dead_pattern) ==
        Lines{"1: its braces stand for more than 1000 patterns, which GitLab would try on each path"});
  for (const auto& finding : result.findings) {
    if (finding.rule == Rule::dead_pattern)
      CHECK(finding.diagnostic.hints == Lines{"write a pattern that covers them"});
  }
}

TEST_CASE("what the server does not know yet is found where its version is known") {
  const auto tree = tree_of({{".gitlab-ci.yml",
                              "j: {trigger: {include: c.yml, strategy: mirror}}\n"
                              "k: {script: x, manual_confirmation: sure, when: manual}\n"},
                             {"c.yml", "c: {script: x}\n"}});
  const auto found = [&](std::optional<statelane::gitlab::Version> server) {
    return findings_of(
        statelane::lint::lint_pipeline(tree, statelane::RepoPath::of(".gitlab-ci.yml"), {}, {"main", server}));
  };
  CHECK(found(std::nullopt).empty());
  CHECK(found(statelane::gitlab::Version{18, 2, 0}).empty());
  CHECK(found(statelane::gitlab::Version{17, 0, 0}) ==
        Lines{"1: invalid-value: GitLab 17.0.0 does not know \"trigger:strategy: mirror\"",
              "2: unknown-keyword: GitLab 17.0.0 does not know \"manual_confirmation\""});
}

TEST_CASE("what we wrote is read back, several files as one pipeline") {
  const auto refusals = [](const std::string& second) {
    const auto tree = tree_of({{"all.yml", "include:\n- local: a.yml\n- local: b.yml\n"},
                               {"a.yml", "stages: [plan]\nj: {stage: plan, script: x}\n"},
                               {"b.yml", second}});
    return statelane::lint::find_refusals(tree, statelane::RepoPath::of("all.yml"), {17, 0, 0});
  };
  CHECK(refusals("k: {stage: plan, needs: [j], script: x}\n").empty());
  CHECK(refusals("k: {stage: plan, needs: [l], script: x}\n") ==
        Lines{"b.yml:1: needs names \"l\", and there is no such job"});
  CHECK(refusals("k: {stage: apply, script: x}\n").size() == 1);
}

TEST_CASE("a child that is made while the pipeline runs, or lies elsewhere, is named as not looked at") {
  const auto result = lint_files({{".gitlab-ci.yml",
                                   "g: {script: x, artifacts: {paths: [c.yml]}}\n"
                                   "a: {needs: [g], trigger: {include: [{artifact: c.yml, job: g}]}}\n"
                                   "b: {trigger: {include: {remote: 'https://x/y.yml'}}}\n"
                                   "c: {trigger: {include: 'dir/$NAME.yml'}}\n"
                                   "d: {trigger: {include: {project: a/b, file: c.yml}}}\n"}});
  Lines lines;
  for (const auto& one : result.not_looked_at) lines.push_back(fmt::format("{}: {}", one.line, one.what));
  CHECK(lines == Lines{"2: the child pipeline c.yml that \"g\" makes while the pipeline runs: it is not in this tree",
                       "3: the child pipeline of the remote file https://x/y.yml: it is not in this tree",
                       "4: the child pipeline dir/$NAME.yml: it is not in this tree",
                       "5: the child pipeline of project a/b: it is not in this tree"});
}
