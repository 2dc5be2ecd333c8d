#include "lint/check_structure.hpp"

#include "lint/linted.hpp"

namespace {

/// Findings of one pipeline file, those of habits left out.
Lines refused(const std::string& text) {
  Lines lines;
  for (const auto& finding : lint_files({{".gitlab-ci.yml", text}}).findings) {
    if (finding.diagnostic.severity != statelane::Severity::error) continue;
    lines.push_back(fmt::format("{}: {}", finding.diagnostic.range->begin.line, finding.diagnostic.message));
  }
  return lines;
}

/// The hints of the first finding.
Lines hints_of(const std::string& text) {
  return lint_files({{".gitlab-ci.yml", text}}).findings.at(0).diagnostic.hints;
}

}  // namespace

TEST_CASE("keywords that do not exist are named in their place, with a suggestion") {
  CHECK(refused("j: {scirpt: x, stage: test}\n") ==
        Lines{"1: a job has to have script, run or trigger", "1: a job has no keyword \"scirpt\""});
  CHECK(hints_of("j: {script: x, artefacts: {}}\n") == Lines{"did you mean \"artifacts\"?"});
  CHECK(refused("j: {script: x, artifacts: {expires_in: 1 day}}\n") ==
        Lines{"1: artifacts has no keyword \"expires_in\""});
  CHECK(refused("j: {script: x, artifacts: {reports: {terrafrom: x}}}\n") ==
        Lines{"1: artifacts:reports has no keyword \"terrafrom\""});
  CHECK(refused("j: {script: x, rules: [{iff: $A}]}\n") == Lines{"1: an entry of rules has no keyword \"iff\""});
  CHECK(refused("j: {script: x, cache: {keys: a}}\n") == Lines{"1: cache has no keyword \"keys\""});
  CHECK(refused("j: {script: x, image: {nmae: a}}\n") == Lines{"1: image has no keyword \"nmae\""});
  CHECK(refused("stage: [a]\n") == Lines{"1: \"stage\" is a list: no keyword of GitLab, and no job"});
  CHECK(refused("default: {script: x}\n") == Lines{"1: default takes no \"script\""});
}

TEST_CASE("hidden jobs are not checked") { CHECK(refused(".x: {scirpt: x, anything: 1}\n.y: [1]\n").empty()); }

TEST_CASE("a job has work, and one kind of it") {
  CHECK(refused("j: {stage: test}\n") == Lines{"1: a job has to have script, run or trigger"});
  CHECK(refused("j: {script: x, trigger: p/q}\n") == Lines{"1: a job has either script or trigger, not both"});
  CHECK(refused("j: {trigger: p/q, image: a}\n") == Lines{"1: a job with trigger takes no \"image\""});
  CHECK(refused("j: {script: x, only: [main], rules: [{when: always}]}\n") ==
        Lines{"1: only cannot stand beside rules in one job"});
  CHECK(refused("j: {script: []}\n") == Lines{"1: script cannot be empty"});
}

TEST_CASE("a line of a script that YAML takes for something else is named") {
  CHECK(refused("j:\n  script:\n    - echo a: b\n    - 1\n    - true\n    - \"echo a: b\"\n") ==
        Lines{"3: this line of script is a map to YAML: it holds a colon and a blank",
              "4: this line of script is a number to YAML", "5: this line of script is true or false to YAML"});
}

TEST_CASE("stages have to be declared, the default one too") {
  CHECK(refused("stages: [plan]\nj: {script: x, stage: paln}\n") == Lines{"2: there is no stage \"paln\""});
  CHECK(refused("stages: [plan]\nj: {script: x}\n") ==
        Lines{"2: the job has no stage, and the default stage \"test\" is not declared"});
  CHECK(refused("stages: [plan]\nj: {script: x, stage: .post}\n").empty());
  CHECK(refused("j: {script: x, stage: deploy}\n").empty());
  CHECK(hints_of("stages: [plan, apply]\nj: {script: x, stage: paln}\n") ==
        Lines{"did you mean \"plan\"?", "stages: plan, apply"});
}

TEST_CASE("needs and dependencies name other jobs of the same or an earlier stage, once, without a circle") {
  const std::string jobs = "stages: [a, b]\nx: {script: x, stage: a}\nlate: {script: x, stage: b}\n";
  CHECK(refused(jobs + "j: {script: x, stage: a, needs: [x, {job: late}, nobody, x, j]}\n") ==
        Lines{"4: needs names \"late\", which is in a later stage",
              "4: needs names \"nobody\", and there is no such job", "4: needs \"x\" twice",
              "4: needs names the job itself"});
  CHECK(refused(jobs + "j: {script: x, stage: a, needs: [{job: nobody, optional: true}]}\n").empty());
  CHECK(refused(jobs + "j: {script: x, stage: b, dependencies: [nobody]}\n") ==
        Lines{"4: dependencies names \"nobody\", and there is no such job"});
  CHECK(refused("a: {script: x, needs: [b]}\nb: {script: x, needs: [c]}\nc: {script: x, needs: [b]}\nd: {script: x, "
                "needs: [a]}\n") == Lines{"2: needs goes in a circle: \"b\", \"c\""});
  std::string many = "j: {script: x, needs: [";
  for (int each = 0; each < 51; ++each) many += fmt::format("n{}, ", each);
  many += "]}\n";
  for (int each = 0; each < 51; ++each) many += fmt::format("n{}: {{script: x}}\n", each);
  CHECK(refused(many) == Lines{"1: 51 needs; GitLab takes at most 50"});
}

TEST_CASE("values that keywords do not take, limits and names") {
  CHECK(refused("j: {script: x, when: never}\n") == Lines{"1: when cannot be \"never\" here"});
  CHECK(refused("j: {script: x, rules: [{when: on_sucess}]}\n") == Lines{"1: when cannot be \"on_sucess\" here"});
  CHECK(refused("j: {script: x, rules: [{if: $A = 1}]}\n") == Lines{"1: GitLab cannot read this expression"});
  CHECK(refused("j: {script: x, rules: {if: $A}}\n") == Lines{"1: rules is a map; it takes a list of maps"});
  CHECK(refused("j: {script: x, retry: 3}\n") == Lines{"1: a job is retried at most twice: retry takes 0, 1 or 2"});
  CHECK(refused("j: {script: x, parallel: 201}\n") == Lines{"1: parallel takes 1 to 200"});
  CHECK(refused("j: {script: x, cache: {key: a/b, paths: [x]}}\n") == Lines{"1: a cache key holds no slash"});
  CHECK(refused("j: {script: x, cache: {key: $CI_COMMIT_REF_SLUG, paths: [x]}}\n").empty());
  CHECK(refused("j: {script: x, environment: prod@eu}\n") == Lines{"1: \"prod@eu\" cannot be an environment's name"});
  CHECK(refused("j: {script: x, resource_group: \"a@b\"}\n") ==
        Lines{"1: GitLab takes no lock for \"a@b\", and says nothing"});
  CHECK(refused("j: {script: x, resource_group: \"$CI_PROJECT_ID/${ENV}\"}\n").empty());
  CHECK(refused("? " + std::string(256, 'j') + "\n: {script: x}\n") ==
        Lines{"1: a job's name has at most 255 characters"});
}

TEST_CASE("what an include on a server may define is not refused") {
  CHECK(refused("include: [{template: Terraform.gitlab-ci.yml}]\nplan: {extends: .terraform:build, needs: "
                "[fmt]}\nvalidate: {tags: [a]}\n")
            .empty());
}
