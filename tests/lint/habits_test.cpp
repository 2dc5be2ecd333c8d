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
  const auto gate = [](const std::string& script, const std::string& more) {
    return found_in_job(Rule::optional_gate, script, more);
  };
  CHECK(gate("terraform apply p", "  when: manual\n") ==
        Lines{"3: a manual job is optional unless it says otherwise: the pipeline passes though nothing was applied"});
  CHECK(gate("terraform apply p", "  when: manual\n  rules: [{if: $A}, {when: never}]\n").size() == 1);
  CHECK(gate("terraform apply p", "  allow_failure: true\n  rules: [{when: manual}]\n") ==
        Lines{"3: allow_failure makes this gate optional: the pipeline passes though nothing was applied"});
  CHECK(gate("terraform apply p", "  when: manual\n  allow_failure: false\n").empty());
  CHECK(gate("terraform apply p", "  when: manual\n  allow_failure: {exit_codes: 3}\n").empty());
  CHECK(gate("terraform apply p", "  rules: [{when: manual}]\n").empty());
  CHECK(
      gate("terraform apply p", "  when: manual\n  rules: [{if: $A, allow_failure: false}, {when: never}]\n").empty());
  CHECK(gate("terraform plan", "  when: manual\n").empty());
  // Nobody wants a pipeline to wait for a destroy, and what comes and goes need not be there.
  CHECK(gate("terraform destroy -auto-approve", "  when: manual\n").empty());
  CHECK(gate("terraform apply -destroy", "  when: manual\n").empty());
  CHECK(gate("terraform apply p", "  when: manual\n  environment: review/$CI_COMMIT_REF_SLUG\n").empty());
}

TEST_CASE("an apply that GitLab starts again is found") {
  const auto retry = [](const std::string& script, const std::string& more) {
    return found_in_job(Rule::retried_apply, script, more);
  };
  CHECK(retry("terraform apply p", "  retry: 2\n") ==
        Lines{"3: GitLab starts this apply again by itself, with a plan that the first try has used up"});
  CHECK(retry("terraform apply p", "  retry: {max: 1, when: [runner_system_failure]}\n").size() == 1);
  CHECK(retry("terraform destroy -auto-approve", "default: {retry: 1}\n").size() == 1);
  CHECK(retry("terraform apply p", "  retry: 0\n").empty());
  CHECK(retry("terraform apply p", "  retry: {max: 2, when: scheduler_failure}\n").empty());
  CHECK(retry("terraform plan", "  retry: 2\n").empty());
}

TEST_CASE("a plan on its way to the apply: not kept, not handed over, not there, made on the spot") {
  const auto lost = [](const std::string& plan, const std::string& apply, const std::string& more = "") {
    return found(Rule::apply_without_plan, "stages: [plan, apply]\nplan: {stage: plan, " + plan +
                                               "}\napply: {stage: apply, " + apply + "}\n" + more);
  };
  const std::string plan = "script: [cd a, terraform plan -out=p.tfplan], artifacts: {paths: [a/p.tfplan]}";
  const std::string apply = "script: [cd a, terraform apply p.tfplan]";
  CHECK(lost(plan, apply).empty());
  CHECK(lost(plan, apply + ", needs: [plan]").empty());
  CHECK(lost(plan, apply + ", dependencies: [plan]").empty());
  CHECK(lost("script: [terraform -chdir=a plan -out p.tfplan], artifacts: {paths: [a]}", apply).empty());
  CHECK(lost("script: [cd a, terraform plan -out=$CI_PROJECT_DIR/a/p.tfplan], artifacts: {untracked: true}", apply)
            .empty());
  CHECK(lost("script: [cd a, terraform plan -out=p.tfplan], artifacts: {paths: [\"**/*.tfplan\"]}", apply).empty());
  // Where something else handles the file, or its place is not known, nobody can say.
  CHECK(lost("script: [cd a, terraform plan -out=p.tfplan, mv p.tfplan ..], artifacts: {paths: [p.tfplan]}", apply)
            .empty());
  CHECK(lost("script: [cd a, terraform plan -out=$PLAN], artifacts: {paths: [a/$PLAN]}",
             "script: [cd a, terraform apply $PLAN]")
            .empty());
  CHECK(lost("script: [cd a, terraform plan -out=p.tfplan], artifacts: {paths: [p.tfplan]}", apply) ==
        Lines{"2: \"apply\" takes the plan a/p.tfplan from here, and no artifact keeps it"});
  CHECK(lost("script: [cd a, terraform plan -out=p.tfplan]", apply).size() == 1);
  CHECK(lost("script: [cd a, terraform plan -out=p.tfplan], artifacts: {paths: [a], exclude: [a/*.tfplan]}", apply)
            .size() == 1);
  CHECK(lost(plan, "script: [terraform apply p.tfplan]") ==
        Lines{"3: no job writes p.tfplan: the plan of \"plan\" is a/p.tfplan"});
  CHECK(lost(plan, apply, "other: {stage: apply, script: [cd b, terraform apply p.tfplan]}\n").empty());
  CHECK(lost(plan, apply + ", dependencies: []") ==
        Lines{"3: the plan that \"plan\" makes does not come here: \"dependencies\" leaves that job out"});
  CHECK(lost(plan, apply + ", needs: []") ==
        Lines{"3: the plan that \"plan\" makes does not come here: \"needs\" leaves that job out"});
  CHECK(lost(plan, apply + ", needs: [{job: plan, artifacts: false}]") ==
        Lines{"3: the plan that \"plan\" makes does not come here: \"needs\" leaves its artifacts out"});
  CHECK(found(Rule::apply_without_plan, "plan: {" + plan + "}\napply: {" + apply + "}\n") ==
        Lines{"2: the plan that \"plan\" makes does not come here: both are in one stage"});
  CHECK(lost(plan + ", only: {changes: [a/**/*]}", apply) ==
        Lines{"3: when only other files change, \"plan\" is not there, and this apply has no plan"});
  CHECK(lost(plan + ", only: {changes: [a/**/*]}", apply + ", only: {changes: [b/*]}") ==
        Lines{"3: when only b/x changes, \"plan\" is not there, and this apply has no plan"});
  CHECK(lost(plan + ", only: [merge_requests]", apply + ", only: [main]") ==
        Lines{"3: on the default branch, \"plan\" is not there, and this apply has no plan"});
  CHECK(lost(plan + ", except: [schedules]", apply) ==
        Lines{"3: in schedules, \"plan\" is not there, and this apply has no plan"});
  CHECK(lost(plan + ", rules: [{if: $CI_PIPELINE_SOURCE == \"push\"}]",
             apply + ", needs: [{job: plan, optional: true}], rules: [{if: $CI_COMMIT_BRANCH == \"main\"}]")
            .size() == 1);
  CHECK(lost(plan + ", only: {changes: [a/**/*]}", apply + ", only: {changes: [a/**/*]}").empty());
  CHECK(lost(plan + ", rules: [{if: $PLAN}]", apply + ", rules: [{if: $APPLY}]").empty());
  CHECK(found_in_job(Rule::apply_without_plan, "terraform plan -out=p && terraform apply p") ==
        Lines{"2: this apply carries out a plan that the same script makes: nobody has read it"});
  CHECK(found_in_job(Rule::apply_without_plan, "terraform plan -out=p; terraform apply p",
                     "  environment: {name: review/$CI_COMMIT_REF_SLUG}\n")
            .empty());
  CHECK(found_in_job(Rule::apply_without_plan, "gitlab-terraform plan; gitlab-terraform apply",
                     "  variables: {TF_ROOT: a}\n")
            .size() == 1);
  for (const std::string when :
       {"on other branches", "in merge requests", "for tags", "in pipelines that somebody starts by hand"}) {
    CAPTURE(when);
    const std::map<std::string, std::string> kinds = {{"on other branches", "main"},
                                                      {"in merge requests", "branches"},
                                                      {"for tags", "branches"},
                                                      {"in pipelines that somebody starts by hand", "pushes"}};
    const std::map<std::string, std::string> applies = {{"on other branches", "branches"},
                                                        {"in merge requests", "merge_requests"},
                                                        {"for tags", "tags"},
                                                        {"in pipelines that somebody starts by hand", "web"}};
    CHECK(lost(plan + ", only: [" + kinds.at(when) + "]", apply + ", only: [" + applies.at(when) + "]") ==
          Lines{"3: " + when + ", \"plan\" is not there, and this apply has no plan"});
  }
}

TEST_CASE("credentials in -backend-config are found, in the script and in variables") {
  const std::string message =
      "-backend-config keeps \"password\" in .terraform and in the plan file: who reads the artifact has it, and an "
      "apply "
      "uses it when it may have expired";
  CHECK(found_in_job(Rule::credentials_exposed, "terraform init -backend-config=password=$CI_JOB_TOKEN") ==
        Lines{"2: " + message});
  CHECK(found_in_job(Rule::credentials_exposed, "terraform init -backend-config 'password=$CI_JOB_TOKEN'").size() == 1);
  CHECK(found_in_job(Rule::credentials_exposed, "terraform init $ARGS; terraform plan",
                     "  variables: {ARGS: \"-backend-config=secret_key=$KEY -input=false\"}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::credentials_exposed, "terraform init",
                     "  variables: {TF_CLI_ARGS_init: \"-backend-config=password=$CI_JOB_TOKEN\"}\n") ==
        Lines{"3: " + message});
  for (const char* fine :
       {"terraform init -backend-config=bucket=b", "terraform init -backend-config=prod.tfbackend",
        "terraform init -backend-config=username=gitlab-ci-token", "terraform init -backend-config=password="}) {
    CAPTURE(fine);
    CHECK(found_in_job(Rule::credentials_exposed, fine).empty());
  }
}

TEST_CASE("what Terraform writes in plain text is found in artifacts, by whatever path they take it") {
  const auto kept = [](Rule rule, const std::string& script, const std::string& artifacts) {
    return found_in_job(rule, script, "  artifacts: {" + artifacts + "}\n");
  };
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p > plan.json", "paths: [a/plan.json]") ==
        Lines{"3: show -json writes every value in plain text, sensitive ones too, and the artifact keeps them"});
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p | tee plan.json | jq .x", "paths: [\"**/*.json\"]")
            .size() == 1);
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p > plan.json", "untracked: true").size() == 1);
  CHECK(kept(Rule::credentials_exposed, "terraform state pull > s.json", "paths: [a]") ==
        Lines{"3: state pull writes every value in plain text, sensitive ones too, and the artifact keeps them"});
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p > plan.json", "paths: [a/plan.json], access: developer")
            .empty());
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p > plan.json; rm plan.json", "paths: [a]").empty());
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p > ../plan.json", "paths: [a/plan.json]").empty());
  CHECK(kept(Rule::credentials_exposed, "terraform show -json p 2> err.log | jq .x > plan.json", "paths: [a]").empty());
}

TEST_CASE("the data directory in artifacts is found, by its name, below a directory, by a glob, as an untracked file") {
  const auto kept = [](const std::string& artifacts, const std::string& more = "") {
    return found_in_job(Rule::data_directory_kept, "terraform init; terraform plan",
                        "  artifacts: {" + artifacts + "}\n" + more);
  };
  CHECK(
      kept("paths: [a/.terraform]") ==
      Lines{"3: the artifact takes a/.terraform along: providers of hundreds of megabytes, and the backend's settings "
            "with their credentials"});
  for (const char* artifacts : {"paths: [a/]", "paths: [\"**/.terraform/\"]", "paths: [\"**/*\"]", "paths: [.]",
                                "untracked: true", "paths: [$CI_PROJECT_DIR/a]"}) {
    CAPTURE(artifacts);
    CHECK(kept(artifacts).size() == 1);
  }
  CHECK(kept("paths: [.tf]", "  variables: {TF_DATA_DIR: $CI_PROJECT_DIR/.tf}\n").size() == 1);
  for (const char* artifacts : {"paths: [a/plan.tfplan]", "paths: [a/.terraform.lock.hcl]", "paths: [b]",
                                "paths: [a], exclude: [\"a/.terraform/**/*\"]", "paths: [$DIR]"}) {
    CAPTURE(artifacts);
    CHECK(kept(artifacts).empty());
  }
  CHECK(kept("paths: [a]", "  variables: {TF_DATA_DIR: $SOMEWHERE}\n").empty());
}

TEST_CASE("a state that ends with its job is found, unless the script makes the backend or keeps the state") {
  const auto lost = [](const std::string& script, const std::string& more = "",
                       const std::string& text = "locals {}\n") {
    return findings_of(
        lint_files({{"c/main.tf", text}, {".gitlab-ci.yml", "j:\n  script: [\"cd c\", \"" + script + "\"]\n" + more}}),
        Rule::lost_state);
  };
  CHECK(
      lost("terraform init -backend-config=bucket=b; terraform plan") ==
      Lines{
          "2: this says where the state is kept, and c has no backend block to take it: the state ends with the job"});
  CHECK(lost("gitlab-terraform apply", "  variables: {TF_ROOT: $CI_PROJECT_DIR/c}\n").size() == 1);
  CHECK(lost("terraform plan", "  variables: {TF_HTTP_ADDRESS: https://x}\n").size() == 1);
  CHECK(lost("terraform init; terraform apply p") ==
        Lines{"2: c has no backend block: the state that this makes ends with the job"});
  CHECK(lost("terraform init; terraform apply -auto-approve", "", "locals { backend = 1 }\n").size() == 1);
  CHECK(lost("terraform apply p", "", "terraform {\n  backend \"http\" {}\n}\n").empty());
  CHECK(lost("terraform apply p", "", "terraform {\n  cloud {\n  }\n}\n").empty());
  CHECK(lost("cp ../http.tf .; terraform init; terraform apply p").empty());
  CHECK(lost("terraform apply p", "  artifacts: {paths: [c]}\n").empty());
  CHECK(lost("terraform apply p", "  cache: {paths: [c/terraform.tfstate]}\n").empty());
  CHECK(lost("terraform apply p; terraform destroy -auto-approve").empty());
  CHECK(lost("terraform init -backend=false -backend-config=x; terraform validate").empty());
  CHECK(lost("terraform plan").empty());
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
  const auto destroy = [](const std::string& more) {
    return found_in_job(Rule::apply_anywhere, "terraform destroy -auto-approve", more);
  };
  CHECK(destroy("  rules: [{if: $DESTROY == \"true\"}]\n") ==
        Lines{"1: whoever may start a pipeline has this destroy on any branch: $DESTROY == \"true\""});
  CHECK(destroy("  rules: [{if: $CI_PIPELINE_SOURCE == \"web\" && $DESTROY}]\n").size() == 1);
  CHECK(destroy("  rules: [{if: $CI_COMMIT_BRANCH == \"main\" && $DESTROY == \"true\"}]\n").empty());
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
  CHECK(found_in_job(Rule::credentials_exposed, "terraform apply p", "  artifacts: {paths: [a/errored.tfstate]}\n")
            .size() == 1);
  CHECK(found_in_job(Rule::credentials_exposed, "terraform apply p",
                     "  artifacts: {paths: [a/errored.tfstate], access: developer}\n")
            .empty());
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
  // Tags that move.
  for (const char* moving : {"hashicorp/terraform:light", "hashicorp/terraform:1.9", "ghcr.io/opentofu/opentofu:1",
                             "registry/a/b:stable", "alpine:edge"}) {
    CAPTURE(moving);
    CHECK(image(Rule::unpinned_image, moving).size() == 1);
  }
  for (const char* fixed : {"alpine:3.20", "registry.gitlab.com/gitlab-org/terraform-images/releases/1.1:v0.43.0"}) {
    CAPTURE(fixed);
    CHECK(image(Rule::unpinned_image, fixed).empty());
  }
  CHECK(image(Rule::image_entrypoint, "{name: x/y:1.0, entrypoint: [terraform]}") ==
        Lines{"3: \"terraform\" is no shell, and GitLab needs one at the entrypoint"});
  CHECK(image(Rule::image_entrypoint, "{name: x/y:1.0, entrypoint: [/usr/bin/env, A=b, /bin/tofu]}").size() == 1);
  for (const char* entrypoint : {"[\"\"]", "[/bin/sh, -c]", "[/usr/bin/env, PATH=/bin]", "[/init]"}) {
    CAPTURE(entrypoint);
    CHECK(
        image(Rule::image_entrypoint, std::string("{name: hashicorp/terraform:1.9.2, entrypoint: ") + entrypoint + "}")
            .empty());
  }
}

TEST_CASE("fmt without check is found unless its result is kept") {
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt -recursive").size() == 1);
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt -check").empty());
  CHECK(found_in_job(Rule::fmt_without_check, "terraform fmt; git commit -am x").empty());
  // A git that only logs in keeps nothing.
  CHECK(found_in_job(Rule::fmt_without_check, "git config --global credential.helper store; terraform fmt").size() ==
        1);
}

TEST_CASE("findings say what to write instead") {
  const auto hints = [](Rule rule, const std::string& pipeline) {
    const std::string state = "terraform {\n  backend \"s3\" {}\n}\n";
    const auto result = lint_files({{".gitlab-ci.yml", pipeline}, {"a/main.tf", state}, {"c/main.tf", "locals {}\n"}});
    Lines found;
    for (const auto& finding : result.findings) {
      if (finding.rule == rule)
        found.insert(found.end(), finding.diagnostic.hints.begin(), finding.diagnostic.hints.end());
    }
    return found;
  };
  const auto job = [](const std::string& script, const std::string& more = "") {
    return "j:\n  script: [cd a, \"" + script + "\"]\n" + more;
  };
  CHECK(hints(Rule::credentials_exposed, job("terraform init -backend-config=password=x")) ==
        Lines{"give it by a variable that the backend reads: TF_HTTP_PASSWORD, AWS_SECRET_ACCESS_KEY, ARM_ACCESS_KEY, "
              "PG_CONN_STR"});
  CHECK(hints(Rule::retried_apply, job("terraform apply p", "  retry: 1\n")) ==
        Lines{"retry: 0, and somebody looks at what failed"});
  CHECK(hints(Rule::lost_state, "j: {script: [cd c, terraform apply p]}\n") ==
        Lines{"write terraform { backend \"http\" {} } or another backend into the directory"});
  CHECK(hints(Rule::data_directory_kept, job("terraform init", "  artifacts: {paths: [a]}\n")) ==
        Lines{"artifacts: {exclude: [\"a/.terraform/**/*\"]}, and terraform init in each job"});
  CHECK(hints(Rule::credentials_exposed, job("terraform show -json p > x", "  artifacts: {paths: [a/x]}\n")) ==
        Lines{"keep the counts alone for reports:terraform, or let artifacts:access be developer or none"});
  CHECK(hints(Rule::apply_without_plan, job("terraform plan -out=p; terraform apply p")) ==
        Lines{"make the plan in an earlier job, and keep it as an artifact"});
  const std::string plan =
      "stages: [plan, apply]\nplan: {stage: plan, script: [cd a, terraform plan -out=p], artifacts: {paths: [a/p]}, "
      "only: "
      "{changes: [a/*]}}\n";
  const auto apply = [&](const std::string& more) {
    return hints(Rule::apply_without_plan, plan + "apply: {stage: apply, " + more + "}\n");
  };
  CHECK(apply("script: [cd a, terraform apply p], needs: []") == Lines{"needs: [{job: \"plan\", artifacts: true}]"});
  CHECK(apply("script: [terraform apply p]") == Lines{"take the plan from where it is written"});
  CHECK(apply("script: [cd a, terraform apply p]") == Lines{"give both jobs the same rules"});
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

TEST_CASE("a job that is needed where rules keep it out is found, whatever changes") {
  const auto found = [](const std::string& plan, const std::string& apply) {
    return findings_of(lint_files({{".gitlab-ci.yml", "plan: {script: x, " + plan +
                                                          "}\napply: {script: x, needs: [plan], " + apply + "}\n"}}),
                       Rule::needs_not_optional);
  };
  const std::string requests = "rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]";
  const std::string main = "rules: [{if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', when: manual}]";
  CHECK(found(requests, main) ==
        Lines{"2: in a push to the default branch, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found("only: [branches]", requests) ==
        Lines{"2: in a merge request, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found("rules: [{if: $CI_COMMIT_BRANCH}]", "rules: [{when: manual}]") ==
        Lines{"2: in a merge request, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found("only: [branches]", "rules: [{if: $CI_COMMIT_TAG}]") ==
        Lines{"2: in a tag's pipeline, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found("except: [web]", "rules: [{if: '$CI_PIPELINE_SOURCE == \"web\"'}]") ==
        Lines{"2: in a pipeline that somebody starts, \"plan\" is not there and GitLab creates no pipeline at all"});
  CHECK(found(requests, requests).empty());
  CHECK(found("rules: [{if: $CI_COMMIT_BRANCH}]", main).empty());
  CHECK(found("rules: [{if: $PLAN}]", main).empty());
  CHECK(found(requests, "rules: [{if: $APPLY, when: manual}]").empty());
}
