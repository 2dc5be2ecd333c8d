#include "lint/check_habits.hpp"

#include "lint/linted.hpp"

using statelane::lint::Rule;

namespace {

Lines found(Rule rule, const std::string& pipeline) {
  const std::string state = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"KEY\"\n  }\n}\n";
  Files files = {{".gitlab-ci.yml", pipeline}};
  for (const std::string name : {"a", "b"}) {
    std::string text = state;
    files.emplace_back(name + "/main.tf", text.replace(text.find("KEY"), 3, name));
  }
  return findings_of(lint_files(files), rule);
}

/// One job with `script` as its only line and more keywords.
Lines found_in_job(Rule rule, const std::string& script, const std::string& more = "") {
  return found(rule, "j:\n  script: [\"cd a\", \"" + script + "\"]\n" + more);
}

}  // namespace

TEST_CASE("an apply without the plan file is found, one with it is not") {
  CHECK(found_in_job(Rule::apply_without_plan, "terraform apply -auto-approve") ==
        Lines{"2: this apply makes a plan of its own, which nobody has seen, and carries it out"});
  CHECK(found_in_job(Rule::apply_without_plan, "tofu apply -var-file x.tfvars").size() == 1);
  for (const char* fine : {"terraform apply plan.bin", "terraform apply -auto-approve $PLAN", "gitlab-terraform apply",
                           "terraform plan", "terraform apply -refresh-only -auto-approve"}) {
    CAPTURE(fine);
    CHECK(found_in_job(Rule::apply_without_plan, fine).empty());
  }
}

TEST_CASE("a plan in the cache is found") {
  CHECK(found_in_job(Rule::plan_in_cache, "terraform plan -out=the.plan",
                     "  cache: {key: $X, paths: [a/the.plan, a/.terraform]}\n") ==
        Lines{"3: a plan in the cache: another pipeline may overwrite it before it is applied"});
  CHECK(found_in_job(Rule::plan_in_cache, "terraform plan -out=the.plan", "  cache: {key: $X, paths: [a/.terraform]}\n")
            .empty());
}

TEST_CASE("a plan that expires before somebody reads it is found where somebody does") {
  const auto pipeline = [](const std::string& expiry, const std::string& when) {
    return "plan: {script: [cd a, terraform plan -out p], artifacts: {paths: [a/p], expire_in: " + expiry +
           "}}\n"
           "apply: {script: [cd a, terraform apply p], when: " +
           when + "}\n";
  };
  CHECK(found(Rule::short_expiry, pipeline("1 hour", "manual")) ==
        Lines{"1: the plan is gone before somebody who reads it tomorrow can apply it"});
  CHECK(found(Rule::short_expiry, pipeline("1 week", "manual")).empty());
  CHECK(found(Rule::short_expiry, pipeline("1 hour", "on_success")).empty());
  CHECK(found(Rule::short_expiry, pipeline("1 Hour", "manual")) ==
        Lines{"1: the plan is gone before somebody who reads it tomorrow can apply it"});
  CHECK(found(Rule::short_expiry, pipeline("never", "manual")).empty());
}

TEST_CASE("an apply wants a resource group, and a lock time-out where it has none") {
  CHECK(found_in_job(Rule::no_resource_group, "terraform apply p") ==
        Lines{"1: no resource_group: applies of two pipelines may run at once"});
  CHECK(found_in_job(Rule::no_resource_group, "terraform apply p", "  resource_group: a\n").empty());
  CHECK(found_in_job(Rule::no_resource_group, "terraform plan").empty());
  CHECK(found_in_job(Rule::no_lock_timeout, "terraform plan").size() == 1);
  CHECK(found_in_job(Rule::no_lock_timeout, "terraform plan -lock-timeout=60s").empty());
  CHECK(found_in_job(Rule::no_lock_timeout, "terraform plan -lock=false").empty());
  CHECK(found_in_job(Rule::no_lock_timeout, "terraform plan", "  resource_group: a\n").empty());
  CHECK(found_in_job(Rule::no_lock_timeout, "terraform plan", "  variables: {TF_CLI_ARGS_plan: -lock-timeout=1m}\n")
            .empty());
}

TEST_CASE("an apply without lock and a pipeline that breaks locks are found") {
  CHECK(found_in_job(Rule::apply_without_lock, "terraform apply -lock=false p").size() == 1);
  CHECK(found_in_job(Rule::apply_without_lock, "terraform apply p", "  variables: {TF_CLI_ARGS_apply: -lock=false}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::apply_without_lock, "terraform plan -lock=false").empty());
  CHECK(found_in_job(Rule::force_unlock, "terraform force-unlock -force $ID").size() == 1);
  CHECK(found_in_job(Rule::force_unlock, "terraform force-unlock -force $ID", "  when: manual\n").empty());
}

TEST_CASE("an apply that may be cancelled is found, also by default") {
  CHECK(found_in_job(Rule::interruptible_apply, "terraform apply p", "  interruptible: true\n").size() == 1);
  CHECK(found_in_job(Rule::interruptible_apply, "terraform apply p", "default: {interruptible: true}\n").size() == 1);
  CHECK(found_in_job(Rule::interruptible_apply, "terraform apply p",
                     "  interruptible: false\ndefault: {interruptible: true}\n")
            .empty());
  CHECK(found_in_job(Rule::interruptible_apply, "terraform plan", "  interruptible: true\n").empty());
}

TEST_CASE("a gate that says it is optional is found") {
  CHECK(found_in_job(Rule::optional_gate, "terraform apply p", "  when: manual\n  allow_failure: true\n").size() == 1);
  CHECK(found_in_job(Rule::optional_gate, "terraform apply p", "  rules: [{when: manual, allow_failure: true}]\n")
            .size() == 1);
  CHECK(found_in_job(Rule::optional_gate, "terraform apply p", "  when: manual\n").empty());
}

TEST_CASE("a destroy as on_stop of a lasting environment is found, of a review environment not") {
  const auto pipeline = [](const std::string& name) {
    return "up: {script: [cd a, terraform apply p], environment: {name: " + name +
           ", on_stop: down}}\n"
           "down: {script: [cd a, terraform destroy -auto-approve], when: manual, environment: {name: " +
           name + ", action: stop}}\n";
  };
  CHECK(found(Rule::destroy_on_stop, pipeline("production")) ==
        Lines{"1: GitLab starts \"down\" by itself when the environment \"production\" stops, and it destroys"});
  CHECK(found(Rule::destroy_on_stop, pipeline("review/$CI_COMMIT_REF_SLUG")).empty());
}

TEST_CASE("an apply on any branch or in merge requests is found, one of named branches is not") {
  const auto apply = [](const std::string& more) {
    return found_in_job(Rule::apply_anywhere, "terraform apply p", more);
  };
  CHECK(apply("") == Lines{"1: this apply runs on any branch, before anything is merged"});
  CHECK(apply("  when: manual\n") == Lines{"1: this apply can be started on any branch, before anything is merged"});
  CHECK(apply("  rules: [{when: always}]\n") ==
        Lines{"1: this apply runs on any branch and in merge requests, before anything is merged"});
  CHECK(found_in_job(Rule::apply_anywhere, "terraform destroy -auto-approve", "  when: manual\n") ==
        Lines{"1: this destroy can be started on any branch, before anything is merged"});
  CHECK(apply("  only: [main]\n").empty());
  CHECK(apply("  only: [main, develop, /^release-.*$/]\n").empty());
  CHECK(apply("  only: [merge_requests]\n") ==
        Lines{"1: this apply runs in merge requests, before anything is merged"});
  CHECK(apply("  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]\n").empty());
  CHECK(apply("  rules: [{if: $CI_COMMIT_TAG}]\n").empty());
  CHECK(apply("  rules: [{if: $DEPLOY == \"yes\"}]\n").empty());
  CHECK(apply("workflow: {rules: [{if: $CI_COMMIT_BRANCH == \"main\"}]}\n").empty());
  CHECK(apply("  environment: {name: review/$CI_COMMIT_REF_SLUG}\n").empty());
}

TEST_CASE("secrets in the text, states in artifacts and printed variables are found") {
  CHECK(found(Rule::credentials_exposed,
              "variables: {DB_PASSWORD: hunter2hunter2, A_TOKEN: $TOKEN, OTHER: hunter2hunter2}\n") ==
        Lines{"1: \"DB_PASSWORD\" stands in the repository, for all who may read it"});
  CHECK(found(Rule::credentials_exposed, "variables: {KEY: AKIAIOSFODNN7EXAMPLE}\n").size() == 1);
  CHECK(found(Rule::credentials_exposed, "variables: {VAULT_TOKEN: https://vault/x1234567, API_TOKEN: changeme}\n")
            .empty());
  CHECK(found_in_job(Rule::credentials_exposed, "terraform apply p", "  artifacts: {paths: [a/terraform.tfstate]}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::credentials_exposed, "terraform plan; printenv").size() == 1);
  CHECK(found_in_job(Rule::credentials_exposed, "terraform plan; env > /dev/null").empty());
  CHECK(found(Rule::credentials_exposed, "variables: {TF_LOG: TRACE}\n").size() == 1);
}

TEST_CASE("all outputs as an artifact, and reports of the wrong file, are found") {
  CHECK(found_in_job(Rule::outputs_exposed, "terraform output -json > out.json", "  artifacts: {paths: [a/out.json]}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::outputs_exposed, "terraform output -json url > out.json",
                     "  artifacts: {paths: [a/out.json]}\n")
            .empty());
  CHECK(found_in_job(Rule::outputs_exposed, "terraform output -json | jq .url > out.json",
                     "  artifacts: {paths: [a/out.json]}\n")
            .empty());
  CHECK(found_in_job(Rule::wrong_report, "terraform show -json p > plan.json",
                     "  artifacts: {reports: {terraform: a/plan.json}}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::wrong_report, "terraform show -json p | jq . > plan.json",
                     "  artifacts: {reports: {terraform: a/plan.json}}\n")
            .empty());
  CHECK(
      found_in_job(Rule::wrong_report, "terraform plan -out p", "  artifacts: {reports: {terraform: a/p}}\n").size() ==
      1);
}

TEST_CASE("one cache key for several states is found, one for a single state is not") {
  const auto pipeline = [](const std::string& second) {
    return "cache: {key: tf, paths: [.terraform]}\np: {script: [cd a, terraform plan]}\nq: {script: [cd " + second +
           ", terraform plan]}\n";
  };
  CHECK(found(Rule::constant_cache_key, pipeline("b")) ==
        Lines{"1: the cache key \"tf\" is the same for 2 states, whose .terraform overwrite each other"});
  CHECK(found(Rule::constant_cache_key, pipeline("a")).empty());
}

TEST_CASE("needs of a job that its list may leave out are found") {
  const std::string plan = "plan: {script: x, rules: [{changes: [a/**/*]}]}\n";
  CHECK(found(Rule::needs_not_optional, plan + "apply: {script: x, needs: [plan]}\n") ==
        Lines{"2: when only a-path-that-no-list-names changes, \"plan\" is not there and GitLab creates no pipeline at "
              "all"});
  CHECK(found(Rule::needs_not_optional,
              plan + "apply: {script: x, needs: [plan], rules: [{changes: [a/**/*, b/*]}]}\n") ==
        Lines{"2: when only b/x changes, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found(Rule::needs_not_optional, plan + "apply: {script: x, needs: [plan], rules: [{changes: [a/**/*]}]}\n")
            .empty());
  CHECK(found(Rule::needs_not_optional, plan + "apply: {script: x, needs: [{job: plan, optional: true}]}\n").empty());
}

TEST_CASE("images without a version or a shell are found") {
  const auto image = [](Rule rule, const std::string& text) {
    return found_in_job(rule, "terraform plan", "  image: " + text + "\n");
  };
  CHECK(image(Rule::unpinned_image, "hashicorp/terraform").size() == 1);
  CHECK(image(Rule::unpinned_image, "registry:5000/a/b:latest").size() == 1);
  CHECK(image(Rule::unpinned_image, "registry:5000/a/b").size() == 1);
  // Where the job itself brings Terraform, the image does not say its version.
  CHECK(found_in_job(Rule::unpinned_image,
                     "wget https://releases.hashicorp.com/terraform/1.9.7/terraform_1.9.7_linux_amd64.zip; "
                     "terraform plan",
                     "  image: alpine\n")
            .empty());
  CHECK(image(Rule::unpinned_image, "a/b@sha256:0123").empty());
  CHECK(image(Rule::unpinned_image, "hashicorp/terraform:1.9.2").empty());
  CHECK(image(Rule::unpinned_image, "$IMAGE").empty());
  CHECK(image(Rule::image_entrypoint, "docker.io/hashicorp/terraform:1.9").size() == 1);
  CHECK(image(Rule::image_entrypoint, "{name: hashicorp/terraform:1.9, entrypoint: [\"\"]}").empty());
  CHECK(image(Rule::image_entrypoint, "alpine:3.20").empty());
}

TEST_CASE("fmt without check is found unless its result is kept") {
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt -recursive").size() == 1);
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt -check").empty());
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt; git commit -am x").empty());
  // A git that only logs in keeps nothing.
  CHECK(found_in_job(Rule::fmt_without_check, "git config --global credential.helper store; terraform fmt").size() ==
        1);
}

TEST_CASE("what several jobs have from one template is one finding that names them") {
  const auto result = lint_files(
      {{".gitlab-ci.yml", ".t: {script: [terraform apply], resource_group: x}\na: {extends: .t}\nb: {extends: .t}\n"}});
  std::size_t applies = 0;
  for (const auto& finding : result.findings) {
    if (finding.rule != Rule::apply_without_plan) continue;
    ++applies;
    CHECK(finding.jobs == Lines{"a", "b"});
  }
  CHECK(applies == 1);
}

TEST_CASE(
    "a job that has the environment of a state and does not apply it is found, unless GitLab does not record it") {
  const Lines message = {"3: GitLab records this job as an apply of the state \"a\", which it is not"};
  CHECK(found_in_job(Rule::false_deployment, "terraform plan", "  environment: a\n") == message);
  CHECK(found_in_job(Rule::false_deployment, "terraform plan", "  environment: {name: a}\n") == message);
  CHECK(found_in_job(Rule::false_deployment, "./smoke-test", "  environment: {name: a, action: start}\n") == message);
  for (const char* fine :
       {"{name: a, action: access}", "{name: a, action: verify}", "{name: a, action: stop}", "other", "$A"}) {
    CAPTURE(fine);
    CHECK(found_in_job(Rule::false_deployment, "terraform plan", std::string("  environment: ") + fine + "\n").empty());
  }
  CHECK(found_in_job(Rule::false_deployment, "terraform apply plan.bin", "  environment: a\n").empty());
  CHECK(found(Rule::false_deployment, "\"apply: a\": {script: [./apply], environment: a}\n").empty());
}

TEST_CASE("an apply of a state that is lost with the job is found, unless something may keep it") {
  const auto lost = [](const std::string& backend, const std::string& more) {
    return findings_of(lint_files({{"a/main.tf", backend},
                                   {".gitlab-ci.yml", "j:\n  script: [cd a, terraform apply plan.bin]\n" + more}}),
                       Rule::lost_state);
  };
  const std::string local = "terraform {\n  backend \"local\" {}\n}\n";
  CHECK(lost(local, "") == Lines{"2: what this apply stores is lost with the job: the backend of a is local"});
  CHECK(lost(local, "  artifacts: {paths: [a/terraform.tfstate]}\n").empty());
  CHECK(lost("terraform {\n  backend \"s3\" {}\n}\n", "").empty());
}
