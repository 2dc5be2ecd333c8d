#include "emit/parent_pipeline.hpp"

#include "emit/write_yaml.hpp"

namespace statelane::emit {

namespace {

constexpr const char* head_alone =
    R"(# The parent pipeline: one job generates the child pipeline of this commit, one job starts it.
# Everything about plan and apply is in the child, which always has a job: where nothing is affected it says why.

)";

constexpr const char* head_included =
    R"(# Included by .gitlab-ci.yml: one job generates the child pipeline of this commit, one job starts it.
# Everything about plan and apply is in the child, which always has a job: where nothing is affected it says why.
)";

constexpr const char* workflow = R"(
workflow:
  rules:
    # A merge request plans what it changes.
    - if: '$CI_PIPELINE_SOURCE == "merge_request_event"'
)";

constexpr const char* default_branch_cancelling = R"(
    # A newer commit must not cancel what an older one merged: the newer pipeline compares with the older commit and
    # would not plan its states again.
    - if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
      auto_cancel:
        on_new_commit: none
)";

constexpr const char* default_branch = R"(
    - if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
)";

constexpr const char* job_rules = R"(  rules:
    - if: '$CI_PIPELINE_SOURCE == "merge_request_event"'
    - if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
)";

constexpr const char* generate_artifacts = R"(  artifacts:
    # Only the YAML: GitLab refuses an archive of more than 5 MB here.
    paths: [statelane.gitlab-ci.yml]
    expire_in: 1 week
)";

constexpr const char* trigger = R"(  # The variables of this file would override those of the child's jobs.
  inherit:
    variables: false
  trigger:
    include:
      - artifact: statelane.gitlab-ci.yml
        job: statelane-generate
)";

constexpr const char* never_interrupted =
    R"(  # A newer push would cancel it otherwise, and what this one merged would never be planned.
  interruptible: false
)";

/// The workflow says that on the default branch nothing is cancelled, so that merge requests may be.
bool is_told_apart(const ParentRequest& request) { return !request.is_included && request.has_auto_cancel; }

std::string quote(const std::string& text) {
  std::string out = write_yaml(yaml::Value{text});
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string render_generate(const ParentRequest& request) {
  std::string out = "\nstatelane-generate:\n  stage: " + quote(request.first_stage) + "\n";
  if (request.is_included) out += job_rules;
  out += "  image:\n    name: " + quote(request.image) + "\n    entrypoint: [\"\"]\n";
  out +=
      "  variables:\n    # The whole history, since the commit to compare with may be far away.\n    GIT_DEPTH: "
      "\"0\"\n";
  out += "  script:\n";
  if (!request.has_gates) out += "    # Plans only, until --no-gates is taken away.\n";
  out += std::string("    - statelane generate") + (request.has_gates ? "" : " --no-gates") +
         " --report --output statelane.gitlab-ci.yml\n";
  return out + generate_artifacts + (is_told_apart(request) ? "  interruptible: true\n" : never_interrupted);
}

std::string render_trigger(const ParentRequest& request) {
  std::string out = "\nstatelane-lanes:\n  stage: " + quote(request.last_stage) + "\n";
  if (request.is_included) out += std::string("  needs: [statelane-generate]\n") + job_rules;
  out += trigger;
  out += request.has_mirror
             ? "    # The child's status is this job's status, also while a gate waits.\n    strategy: mirror\n"
             : "    # The child's result is this job's result. While a gate waits, this job runs.\n"
               "    strategy: depend\n";
  return out + "    forward:\n      yaml_variables: false\n";
}

}  // namespace

std::string render_parent_pipeline(const ParentRequest& request) {
  std::string out = request.is_included ? head_included : head_alone;
  if (!request.is_included) {
    out += "stages: [" + quote(request.first_stage) + ", " + quote(request.last_stage) + "]\n";
    out += workflow;
    out += request.has_auto_cancel ? default_branch_cancelling : default_branch;
  }
  return out + render_generate(request) + render_trigger(request);
}

std::string render_starter_config() {
  return R"(# How Statelane reads this repository.
version: 1

# Everything below is optional: take away the marks of what you need.

# states:
#   include: ["legacy/*"]          # directories that are states though nothing in them says so
#   exclude: ["examples/**"]
#   rules:                         # all that match apply, later ones win key by key
#     - match: "services/*"        # a glob on the state directory
#       instances: "env/{instance}/terraform.tfvars"
#       var_files: ["../../common.tfvars", "env/{instance}/terraform.tfvars"]
#       backend_config: ["env/{instance}/backend.tfvars"]
#       workspace: "{instance}"
#       inputs: ["../../policies/**"]
#       depends_on: ["network/{instance}"]
#       tool: tofu                 # terraform is the default
#       gitlab_state: "{slug}"     # the name of the state that GitLab keeps
#       job: {tags: [prod]}        # merged into its jobs
#       apply: {branches: [main], gate: blocking}        # blocking | optional | automatic
#       after_plan: ["conftest", "test", "{plan_json}"]  # a check between plan and gate
#       max_destroy: 5             # more deletes or replaces than that are refused
# ignore: ["docs/**"]              # never inputs unless read
# global_inputs: [".terraform-version"]
# pipeline:
#   changes: only                  # only | rules | none
#   order: parallel                # parallel | strict
#   dependents: none               # none | direct | all
#   deleted: warn                  # warn | destroy-gate
#   expire_in: 7 days
#   templates: ci/lanes.yml        # hidden jobs that override the built-in ones
# gitlab: {version: "17.0"}        # where CI_SERVER_VERSION does not say
)";
}

}  // namespace statelane::emit
