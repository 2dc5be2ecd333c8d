#include "lint/check_triggers.hpp"
#include "lint/linted.hpp"

using statelane::lint::Finding;
using statelane::lint::Rule;

namespace {

const std::string backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"KEY\"\n  }\n}\n";

std::string with_key(std::string key) {
  std::string text = backend;
  return text.replace(text.find("KEY"), 3, key);
}

/// Two states that share a module, which calls another one and reads a file.
Files repository(const std::string& pipeline) {
  return {{".gitlab-ci.yml", pipeline},
          {"env/prod/main.tf", with_key("prod") + "module \"vpc\" {\n  source = \"../../modules/vpc\"\n}\n"},
          {"env/dev/main.tf", with_key("dev") + "module \"vpc\" {\n  source = \"../../modules/vpc\"\n}\n"},
          {"modules/vpc/main.tf",
           "module \"dns\" {\n  source = \"../dns\"\n}\nlocals {\n  p = "
           "file(\"${path.module}/../../policies/a.json\")\n}\n"},
          {"modules/dns/main.tf", "locals {}\n"},
          {"modules/old/main.tf", "locals {}\n"},
          {"policies/a.json", "{}"},
          {"src/app.py", ""}};
}

Lines missed(const std::string& pipeline) { return findings_of(lint_files(repository(pipeline)), Rule::missed_inputs); }

}  // namespace

TEST_CASE("a list that misses a module, its module and a file is one finding with the lines to add") {
  const auto result = lint_files(repository(R"(plan:
  script: [cd env/prod, terraform plan -lock-timeout=5m -out p]
  only:
    changes: [env/prod/**/*]
)"));
  REQUIRE(findings_of(result, Rule::missed_inputs) == Lines{"4: this list misses 5 inputs of state \"env/prod\""});
  const Finding& finding = result.findings.front();
  CHECK(finding.state == "env/prod");
  CHECK(finding.jobs == Lines{"plan"});
  CHECK(finding.add == Lines{"modules/dns/**/*", "modules/vpc/**/*", "policies/a.json"});
  CHECK(finding.missing == Lines{"modules/dns/main.tf", "modules/dns/new-file.tf", "modules/vpc/main.tf",
                                 "modules/vpc/new-file.tf", "policies/a.json"});
  CHECK(finding.diagnostic.hints[0] == "missed: modules/dns (1 file), read in modules/vpc/main.tf:2");
}

TEST_CASE("a file that is read and not there yet is missed as well") {
  const auto result = lint_files(
      {{".gitlab-ci.yml", "plan:\n  script: [terraform -chdir=a plan -lock-timeout=5m]\n  only: {changes: [a/**/*]}\n"},
       {"a/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key    = \"a\"\n  }\n}\n"
        "locals {\n  more = fileexists(\"../more.json\")\n}\n"}});
  REQUIRE(findings_of(result, Rule::missed_inputs) == Lines{"3: this list misses an input of state \"a\""});
  CHECK(result.findings.front().diagnostic.hints.at(0) == "missed: more.json, which may be added, read in a/main.tf:8");
}

TEST_CASE("a complete list misses nothing, whichever keyword it stands under") {
  const std::string list = "[env/prod/**/*, \"modules/{vpc,dns}/**/*\", policies/*]";
  CHECK(missed("p:\n  script: [cd env/prod, terraform plan]\n  only: {changes: " + list + "}\n").empty());
  CHECK(missed("p:\n  script: [cd env/prod, terraform plan]\n  rules: [{changes: " + list + "}]\n").empty());
  CHECK(missed("p:\n  script: [cd env/prod, terraform plan]\n  rules: [{changes: {paths: " + list + "}}]\n").empty());
}

TEST_CASE("several rules count together under one condition, and apart under different ones") {
  const std::string job = "p:\n  script: [cd env/prod, terraform plan]\n  rules:\n";
  CHECK(missed(job + "    - changes: [env/prod/**/*]\n    - changes: [modules/**/*, policies/*]\n").empty());
  CHECK(missed(job + "    - if: $CI_COMMIT_BRANCH == \"main\"\n      changes: [env/prod/**/*]\n"
                     "    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n      changes: [env/prod/**/*, "
                     "modules/**/*, policies/*]\n") == Lines{"5: this list misses 5 inputs of state \"env/prod\""});
  CHECK(
      missed(job +
             "    - if: $A\n      changes: [env/prod/**/*]\n    - if: $B\n      changes: [modules/**/*, policies/*]\n")
          .size() == 1);
}

TEST_CASE("a rule without paths behind the list starts the job anyway") {
  CHECK(
      missed(
          "p:\n  script: [cd env/prod, terraform plan]\n  rules:\n    - changes: [env/prod/**/*]\n    - when: manual\n")
          .empty());
  CHECK(
      missed(
          "p:\n  script: [cd env/prod, terraform plan]\n  rules:\n    - changes: [env/prod/**/*]\n    - when: never\n")
          .size() == 1);
}

TEST_CASE("paths that are kept out by except or a rule with never are missed") {
  CHECK(missed("p:\n  script: [cd env/prod, terraform plan]\n  except:\n    changes: [\"policies/*\"]\n") ==
        Lines{"4: this list keeps out an input of state \"env/prod\""});
  CHECK(missed("p:\n  script: [cd env/prod, terraform plan]\n  rules:\n    - changes: [policies/*]\n      when: "
               "never\n    - when: always\n") == Lines{"4: this list keeps out an input of state \"env/prod\""});
}

TEST_CASE("a list of the whole workflow counts") {
  CHECK(missed("workflow:\n  rules:\n    - changes: [env/**/*, modules/**/*]\np: {script: [cd env/prod, terraform "
               "plan]}\n") == Lines{"3: this list misses an input of state \"env/prod\""});
}

TEST_CASE("what another job of the same verb plans is not missed") {
  CHECK(missed("a: {script: [cd env/prod, terraform plan], only: {changes: [env/prod/**/*]}}\n"
               "b: {script: [cd env/prod, terraform plan], only: {changes: [modules/**/*, policies/*]}}\n")
            .empty());
  CHECK(missed("a: {script: [cd env/prod, terraform plan], only: {changes: [env/prod/**/*]}}\n"
               "b: {script: [cd env/prod, terraform apply p], only: {changes: [modules/**/*, policies/*]}}\n")
            .size() == 1);
}

TEST_CASE("jobs that share a list by extends are one finding") {
  const auto result = lint_files(repository(R"(.lane:
  only: {changes: [env/prod/**/*]}
plan: {extends: .lane, script: [cd env/prod, terraform plan -lock-timeout=5m -out p]}
apply: {extends: .lane, script: [cd env/prod, terraform apply p]}
)"));
  REQUIRE(findings_of(result, Rule::missed_inputs).size() == 1);
  CHECK(result.findings.front().jobs == Lines{"apply", "plan"});
}

TEST_CASE("a job whose directory depends on a variable is for the states that its list names") {
  CHECK(missed("p: {script: [cd env/$ENV, terraform plan], only: {changes: [env/prod/**/*]}}\n") ==
        Lines{"1: this list misses 5 inputs of state \"env/prod\""});
  CHECK(missed("p: {script: [cd env/$ENV, terraform plan], only: {changes: [env/**/*]}}\n") ==
        Lines{"1: this list misses 5 inputs of each of 2 states, such as \"env/dev\""});
}

TEST_CASE("a job that always runs, or does not plan, misses nothing") {
  CHECK(missed("p: {script: [cd env/prod, terraform plan]}\n").empty());
  CHECK(missed("p: {script: [cd env/prod, terraform fmt -check], only: {changes: [env/prod/**/*]}}\n").empty());
}

TEST_CASE("a trigger job misses what the jobs of its child need") {
  Files files = repository("p:\n  trigger: {include: ci/prod.yml}\n  rules:\n    - changes: [env/prod/**/*]\n");
  files.emplace_back("ci/prod.yml", "plan: {script: [cd env/prod, terraform plan]}\n");
  CHECK(findings_of(lint_files(files), Rule::missed_inputs) ==
        Lines{"4: this list misses 5 inputs of state \"env/prod\""});
}

TEST_CASE("variables in rules:changes are expanded, in only:changes they are not") {
  CHECK(missed("p:\n  variables: {D: env/prod}\n  script: [cd $D, terraform plan]\n  rules: [{changes: [$D/**/*]}]\n")
            .size() == 1);
  CHECK(missed("p:\n  variables: {D: env/prod}\n  script: [cd $D, terraform plan]\n  only: {changes: [$D/**/*]}\n")
            .empty());
}

TEST_CASE("a list with a variable that is not known is left alone") {
  CHECK(
      missed("p: {script: [cd env/prod, terraform plan], rules: [{changes: [env/prod/**/*, $MORE/**/*]}]}\n").empty());
}

TEST_CASE("patterns for what no state of the job reads are named, other files are left alone") {
  const auto result = lint_files(repository(
      "p:\n  script: [cd env/prod, terraform plan]\n  only:\n    changes:\n      - env/**/*\n      - modules/**/*\n"
      "      - policies/*\n      - modules/old/**/*\n      - modules/gone/*\n      - src/**/*\n      - "
      ".gitlab-ci.yml\n"));
  CHECK(findings_of(result, Rule::unneeded_trigger) ==
        Lines{"8: \"modules/old/**/*\" starts the job for 1 file that state \"env/prod\" does not read, such as "
              "modules/old/main.tf",
              "9: \"modules/gone/*\" matches no file, and none that state \"env/prod\" would read"});
}

TEST_CASE("a pattern for files that are not there yet, and that a state of the job would read, is needed") {
  const auto unneeded = [](const std::string& pattern) {
    return findings_of(lint_files(repository("p:\n  script: [cd env/prod, terraform plan]\n  only:\n    changes:\n"
                                             "      - env/prod/*\n      - \"" +
                                             pattern + "\"\n")),
                       Rule::unneeded_trigger)
        .size();
  };
  for (const char* needed : {"**/*.tfvars", "env/**/*.tfvars", "env/prod/terraform.tfvars", "env/prod/*/x.json",
                             "**/.terraform.lock.hcl", "modules/**/*.tftpl"}) {
    CAPTURE(needed);
    CHECK(unneeded(needed) == 0);
  }
  for (const char* unneeded_one : {"*.tf", "*.tfvars", "env/test/**/*.tfvars", "modules/old/*.tftpl"}) {
    CAPTURE(unneeded_one);
    CHECK(unneeded(unneeded_one) == 1);
  }
}

TEST_CASE("patterns that can never match are errors with what to write instead") {
  const auto dead = [](const std::string& pattern) {
    const auto result = lint_files(repository("p:\n  script: x\n  only:\n    changes:\n      - \"" + pattern + "\"\n"));
    const auto& findings = result.findings;
    return findings.empty() ? std::string("fine") : findings.front().diagnostic.hints.front();
  };
  CHECK(dead("env/prod/") == "write \"env/prod/**/*\"");
  CHECK(dead("./env/*") == "write \"env/*\"");
  CHECK(dead("/env/*") == "write \"env/*\"");
  CHECK(dead("env//x") == "write \"env/x\"");
  CHECK(dead("env") == "write \"env/**/*\"");
  CHECK(dead("env/**") == "write \"env/**/*\"");
  CHECK(dead("env/prod/**") == "fine");
  CHECK(dead("env/{prod/*") == "close it, or escape it with \\");
  CHECK(dead("env/[ab/*") == "close it, or escape it with \\");
  CHECK(dead("$CI_PROJECT_DIR/env/*") == "write the path from the repository's root");
  CHECK(dead("env/prod/main.tf") == "fine");
  CHECK(dead("Dockerfile") == "fine");
}

TEST_CASE("more than fifty patterns are refused in rules:changes only") {
  std::string list;
  for (int each = 0; each < 51; ++each) list += fmt::format("{}\"a{}\"", each == 0 ? "" : ", ", each);
  CHECK(findings_of(lint_files(repository("p: {script: x, rules: [{changes: [" + list + "]}]}\n")),
                    Rule::too_many_patterns) == Lines{"1: 51 patterns; GitLab takes at most 50 in one rules:changes"});
  CHECK(
      findings_of(lint_files(repository("p: {script: x, only: {changes: [" + list + "]}}\n")), Rule::too_many_patterns)
          .empty());
}

TEST_CASE("a comment on the line or above it silences a rule") {
  const std::string job = "p:\n  script: [cd env/prod, terraform plan]\n  only:\n";
  CHECK(missed(job + "    changes: [env/prod/**/*]  # statelane-lint: ignore missed-inputs\n").empty());
  CHECK(missed(job + "    # statelane-lint: ignore\n    changes: [env/prod/**/*]\n").empty());
  CHECK(missed(job + "    # statelane-lint: ignore yaml-syntax\n    changes: [env/prod/**/*]\n").size() == 1);
}

TEST_CASE("the lists of a hand-written pipeline can be had per state and job") {
  const auto files = repository(
      "p: {script: [cd env/prod, terraform plan], only: {changes: [env/prod/**/*, modules/**/*]}}\n"
      "d: {script: [cd env/dev, terraform plan]}\n");
  const auto tree = tree_of(files);
  statelane::facts::FactStore facts;
  statelane::Diagnostics diagnostics;
  const auto loaded = statelane::states::load_states(tree, statelane::config::Config{}, facts, diagnostics);
  const auto lists = statelane::lint::trigger_lists(tree, statelane::RepoPath::of(".gitlab-ci.yml"), loaded.graph, {});
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].state == "env/dev");
  CHECK(lists[0].always);
  CHECK(lists[1].job == "p");
  CHECK(!lists[1].always);
  CHECK(lists[1].patterns == Lines{"env/prod/**/*", "modules/**/*"});
}

TEST_CASE("runs in a directory that is no state are noted once for the directory, at the first line") {
  const auto result = lint_files({{".gitlab-ci.yml",
                                   "p:\n  script:\n    - terraform plan\n    - terraform apply p\n"
                                   "q: {script: [cd lib, tofu plan]}\n"},
                                  {"main.tf", "locals {}\n"},
                                  {"lib/main.tf", "locals {}\n"}});
  Lines notes;
  for (const auto& note : result.not_looked_at) notes.push_back(fmt::format("{}: {}", note.line, note.what));
  const std::string why =
      ": the directory is no state (it has no backend block and no lock file; name it under states.include)";
  CHECK(notes == Lines{"3: terraform in . (and 1 more line)" + why, "5: tofu in lib" + why});
}

TEST_CASE("path.cwd is where Terraform was started: elsewhere than at the root, -chdir makes it a place that is told") {
  const auto notes = [](const std::string& script, const std::string& text = "path.cwd") {
    const auto result = lint_files(
        {{".gitlab-ci.yml", "p:\n  script:\n    - " + script + "\n"},
         {"live/app/main.tf", "terraform {\n  backend \"local\" {\n  }\n}\nmodule \"m\" {\n  source = \"../m\"\n}\n"},
         {"live/m/main.tf", "locals {\n  x = \"${" + text + "}/x.json\"\n}\n"},
         {"live/m/readme.txt", "path.cwd"}});
    Lines found;
    for (const auto& note : result.not_looked_at) found.push_back(fmt::format("{}: {}", note.line, note.what));
    return found;
  };
  const Lines told = {
      "3: terraform in live/app is started in live: that is path.cwd there, and what is read from it is none of the "
      "inputs"};
  for (const std::string script :
       {"\"cd live; terraform -chdir=app plan\"", "cd live && terraform -chdir=./app plan",
        "pushd live; terraform -chdir=app plan; popd", "(cd live && terraform -chdir=app plan); echo done",
        "(cd live; terraform -chdir=app plan)", "cd live/app && cd .. && terraform -chdir=app plan",
        "sh -c 'cd live; terraform -chdir=app plan'", "bash -ec 'cd live && terraform -chdir=app plan'",
        "env -C live terraform -chdir=app plan", "env --chdir=live A=1 terraform -chdir=app plan",
        "\"{ cd live; terraform -chdir=app plan; }\""}) {
    CAPTURE(script);
    CHECK(notes(script) == told);
  }
  CHECK(notes("terraform -chdir=live/app plan").empty());
  CHECK(notes("cd live/app && terraform plan").empty());
  CHECK(notes("cd live/app && terraform -chdir=. plan").empty());
  CHECK(notes("(cd live) && terraform -chdir=live/app plan").empty());
  CHECK(notes("pushd live; popd; terraform -chdir=live/app plan").empty());
  CHECK(notes("sh -c 'cd live'; terraform -chdir=live/app plan").empty());
  CHECK(notes("env --chdir=live true; terraform -chdir=live/app plan").empty());
  CHECK(notes("cd live && terraform -chdir=app plan", "path.root").empty());
}
