#include "lint/terraform_runs.hpp"

#include <algorithm>

#include "lint/linted.hpp"

using statelane::RepoPath;
using namespace statelane::lint;  // NOLINT(google-build-using-namespace): what the test is about

namespace {

/// Each run as `tool verb arguments @ directories`; what is unknown is `?`.
Lines runs_of(const std::string& pipeline, const Files& more = {}) {
  Files files = more;
  files.emplace_back(".gitlab-ci.yml", pipeline);
  const auto tree = tree_of(files);
  Report report;
  const Pipeline built = build_pipeline(*load_configuration(tree, RepoPath::of(".gitlab-ci.yml"), report));
  Lines lines;
  for (const Job& job : built.jobs) {
    for (const TerraformRun& run : read_commands(job, tree, report).runs) {
      std::string line = run.tool + " " + run.verb;
      for (const std::string& argument : run.arguments) line += " " + argument;
      line += " @";
      for (const std::string& directory : run.directories) line += " " + (directory.empty() ? "." : directory);
      std::replace(line.begin(), line.end(), unknown_text, '?');
      lines.push_back(line);
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("a run's directory follows cd, chdir and the variables of job and script") {
  CHECK(runs_of("j:\n  before_script: [cd infra]\n  script: [terraform init, terraform -chdir=prod plan -out p]\n") ==
        Lines{"terraform init @ infra", "terraform plan -out p @ infra/prod"});
  CHECK(runs_of("variables: {ROOT: \"${CI_PROJECT_DIR}/tf\"}\nj: {variables: {D: $ROOT/$E, E: dev}, script: cd $D && "
                "tofu plan}\n") == Lines{"tofu plan @ tf/dev"});
  CHECK(runs_of("j:\n  script:\n    - export D=a\n    - (cd $D && terraform plan)\n    - terraform validate\n") ==
        Lines{"terraform plan @ a", "terraform validate @ ."});
  CHECK(runs_of("j: {script: [cd a/b, cd ../c, terraform plan]}\n") == Lines{"terraform plan @ a/c"});
  CHECK(runs_of("j: {script: cd ../.. && terraform plan}\n") == Lines{"terraform plan @"});
  CHECK(runs_of("j: {script: cd $UNKNOWN/x && terraform plan}\n") == Lines{"terraform plan @ ?/x"});
}

TEST_CASE("loops and matrices give several directories") {
  CHECK(runs_of("j: {script: \"for d in a b; do (cd env/$d; terraform plan); done\"}\n") ==
        Lines{"terraform plan @ env/a env/b"});
  CHECK(runs_of("j:\n  parallel: {matrix: [{E: [dev, prod]}, {E: test}]}\n  script: [cd env/$E, terraform plan]\n") ==
        Lines{"terraform plan @ env/dev env/prod env/test"});
  CHECK(runs_of("j: {script: \"for d in env/*; do terraform -chdir=$d plan; done\"}\n") == Lines{"terraform plan @ ?"});
}

TEST_CASE("GitLab's wrappers run in TF_ROOT, wrappers and shells are looked through") {
  CHECK(runs_of("j: {variables: {TF_ROOT: infra}, script: gitlab-terraform plan}\n") ==
        Lines{"gitlab-terraform plan @ infra"});
  CHECK(runs_of("j: {script: aws-vault exec prod -- terraform apply p}\n") == Lines{"terraform apply p @ ."});
  CHECK(runs_of("j: {script: 'sudo -E terraform plan'}\n") == Lines{"terraform plan @ ."});
  CHECK(runs_of("j: {script: \"bash -c 'cd a; terraform plan'\"}\n") == Lines{"terraform plan @ a"});
  CHECK(runs_of("j: {script: 'echo \"terraform apply\"; echo terraform apply'}\n").empty());
  CHECK(runs_of("j: {variables: {TF: /bin/terraform}, script: $TF plan}\n") == Lines{"terraform plan @ ."});
}

TEST_CASE("terragrunt's own ways to name a directory and many of them are known") {
  CHECK(runs_of("j: {script: terragrunt run-all plan --terragrunt-working-dir live/prod}\n") ==
        Lines{"terragrunt plan @ live/prod"});
  CHECK(runs_of("j: {script: terragrunt apply-all}\n") == Lines{"terragrunt apply @ ."});
}

TEST_CASE("shell scripts of the repository are read with their arguments") {
  CHECK(runs_of("j: {script: ./ci/plan.sh env/prod}\n",
                {{"ci/plan.sh", "#!/bin/sh\nset -e\ncd \"$1\"\nterraform plan -input=false\n"}}) ==
        Lines{"terraform plan -input=false @ env/prod"});
  CHECK(runs_of("j: {script: ./x.sh}\n", {{"x.sh", "./x.sh\nterraform plan\n"}}) == Lines{"terraform plan @ ."});
}

TEST_CASE("the place of a run is its line of a literal block") {
  const auto tree = tree_of({{".gitlab-ci.yml", "j:\n  script:\n    - |\n      set -e\n      terraform plan\n"}});
  Report report;
  const Pipeline built = build_pipeline(*load_configuration(tree, RepoPath::of(".gitlab-ci.yml"), report));
  const auto runs = read_commands(built.jobs[0], tree, report).runs;
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].spot.begin.line == 5);
  CHECK(runs[0].spot.begin.column == 7);
  CHECK(runs[0].spot.length == 14);
}

TEST_CASE("flags are read as Go's flag package reads them") {
  TerraformRun run;
  run.arguments = {"-lock=false", "--out", "p.bin", "-auto-approve", "-var", "a=b", "plan.bin"};
  CHECK(run.flag("lock") == "false");
  CHECK(run.flag("out") == "p.bin");
  CHECK(run.flag("auto-approve") == "true");
  CHECK(!run.flag("lock-timeout"));
  CHECK(run.positional() == Lines{"plan.bin"});
}
