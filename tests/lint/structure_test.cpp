#include "lint/check_structure.hpp"

#include "lint/linted.hpp"

using statelane::lint::Rule;

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

TEST_CASE("hidden jobs are not checked") {
  CHECK(refused(".x: {scirpt: x, anything: 1}\n.y: [1]\nj: {script: x}\n").empty());
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

TEST_CASE("locks and names that GitLab does not take") {
  CHECK(findings_of(lint_files({{".gitlab-ci.yml", "j: {script: x, resource_group: \"a@b\"}\n"}}), Rule::dead_lock) ==
        Lines{"1: GitLab takes no lock for \"a@b\", and says nothing"});
  CHECK(refused("j: {script: x, resource_group: \"$CI_PROJECT_ID/${ENV}\"}\n").empty());
  CHECK(refused("j: {script: x, cache: {key: $CI_COMMIT_REF_SLUG, paths: [x]}}\n").empty());
  CHECK(refused("? " + std::string(256, 'j') + "\n: {script: x}\n") ==
        Lines{"1: a job's name has at most 255 characters"});
}

TEST_CASE("what an include on a server may define is not refused") {
  CHECK(refused("include: [{template: Terraform.gitlab-ci.yml}]\nplan: {extends: .terraform:build, needs: "
                "[fmt]}\nvalidate: {tags: [a]}\n")
            .empty());
}

TEST_CASE("a chain of 50,000 extends is refused in bounded depth") {
  std::string text;
  for (int job = 50'000; job > 0; --job) text += fmt::format(".j{}: {{extends: .j{}}}\n", job, job - 1);
  const Lines faults = refused(text + ".j0: {script: x}\nj: {extends: .j11}\nk: {script: x}\n");
  REQUIRE(!faults.empty());
  CHECK(faults[0].find("extends goes more than 11 levels deep") != std::string::npos);
}

TEST_CASE("needs of rules, and jobs whose artifacts a trigger includes, have to be there") {
  CHECK(refused("j: {script: x, rules: [{needs: [k]}]}\n") == Lines{"1: needs names \"k\", and there is no such job"});
  CHECK(refused("j: {trigger: {include: [{artifact: a.yml, job: k}]}}\n") ==
        Lines{"1: include names \"k\", and there is no such job"});
  CHECK(refused("j: {script: x, needs: [\"$A\"]}\n") == Lines{"1: needs names \"$A\", and there is no such job"});
}

TEST_CASE("default and workflow with what makes a job are jobs to GitLab") {
  CHECK(refused("default: {script: x, nonsense: 1}\n") == Lines{"1: a job has no keyword \"nonsense\""});
  CHECK(refused("workflow: {script: x}\n").empty());
}

TEST_CASE("spec is a header only above a line of dashes") {
  CHECK(refused("spec: {inputs: {a: {default: x}}}\nj: {script: x}\n") ==
        Lines{"1: \"spec\" is a job to GitLab where no header ends below it"});
}
