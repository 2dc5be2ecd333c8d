#include "emit/parent_pipeline.hpp"

#include <fmt/format.h>

#include <string_view>

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

constexpr std::string_view generating_job = "statelane-generate";

/// The job that starts a child, from 0.
std::string trigger_name(const ParentRequest& request, std::size_t child) {
  return request.child_files.size() == 1 ? "statelane-lanes" : fmt::format("statelane-lanes-{}", child + 1);
}

constexpr const char* merge_requests = R"('$CI_PIPELINE_SOURCE == "merge_request_event"')";
constexpr const char* pushes = R"('$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH')";

constexpr const char* never_cancelled = R"(      auto_cancel:
        on_new_commit: none
)";

constexpr const char* cancelling_comment =
    R"(    # A newer commit must not cancel what an older one merged: the newer pipeline compares with the older commit and
    # would not plan its states again.
)";

constexpr const char* foreign_defaults =
    R"(  # Of the defaults of other jobs only these: their scripts, caches and services are not for this one.
  inherit:
    default: [tags, retry]
)";

constexpr const char* never_interrupted =
    R"(  # A newer push would cancel it otherwise, and what this one merged would never be planned.
  interruptible: false
)";

/// The workflow says that on apply branches nothing is cancelled, so that merge requests may be.
bool is_told_apart(const ParentRequest& request) { return !request.is_included && request.has_auto_cancel; }

std::string quote(const std::string& text) {
  std::string out = write_yaml(yaml::Value{text});
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

/// Conditions are full of double quotes.
std::string quote_condition(const std::string& text) {
  return text.find('\'') == std::string::npos ? "'" + text + "'" : quote(text);
}

std::string render_workflow(const ParentRequest& request) {
  std::string out = "\nworkflow:\n  rules:\n";
  if (!request.is_included)
    out += fmt::format("    # A merge request plans what it changes.\n    - if: {}\n", merge_requests);
  if (request.has_auto_cancel) out += cancelling_comment;
  for (const std::string& condition : request.apply_conditions) {
    out += "    - if: " + quote_condition(condition) + "\n";
    if (request.has_auto_cancel) out += never_cancelled;
  }
  if (request.is_included) out += "    # All other pipelines are as they were.\n    - when: always\n";
  return out;
}

std::string render_rules(const ParentRequest& request) {
  std::string out = fmt::format("  rules:\n    - if: {}\n", request.plans_pushes ? pushes : merge_requests);
  for (const std::string& condition : request.apply_conditions) out += "    - if: " + quote_condition(condition) + "\n";
  return out;
}

std::string render_variables(const ParentRequest& request) {
  std::string out =
      "  variables:\n    # The whole history, since the commit to compare with may be far away.\n    GIT_DEPTH: "
      "\"0\"\n";
  if (request.is_included) out += "    GIT_STRATEGY: fetch\n    GIT_CHECKOUT: \"true\"\n";
  return out;
}

std::string render_command(const ParentRequest& request) {
  const auto& files = request.child_files;
  std::string out = "statelane generate";
  if (!request.has_gates) out += " --no-gates";
  out += " --report --output " + files.front().front();
  if (files.size() > 1) out += fmt::format(" --children {}", files.size());
  if (files.front().size() > 1) out += fmt::format(" --files {}", files.front().size());
  return out;
}

std::string render_artifacts(const ParentRequest& request) {
  const std::string& first = request.child_files.front().front();
  const bool is_one = request.child_files.size() == 1 && request.child_files.front().size() == 1;
  const std::string others = is_one ? "" : fmt::format(", {}-*.gitlab-ci.yml", first.substr(0, first.find('.')));
  return fmt::format(
      "  artifacts:\n    # Only the YAML: GitLab refuses an archive of more than 5 MB here.\n"
      "    paths: [{}{}]\n    expire_in: 1 week\n",
      first, others);
}

std::string render_generate(const ParentRequest& request) {
  std::string out = fmt::format("\n{}:\n  stage: {}\n", generating_job, quote(request.first_stage));
  if (request.is_included) out += render_rules(request) + foreign_defaults;
  out += "  image:\n    name: " + quote(request.image) + "\n    entrypoint: [\"\"]\n";
  out += render_variables(request) + "  script:\n";
  if (!request.has_gates) out += "    # Plans only, until --no-gates is taken away.\n";
  out += "    - " + render_command(request) + "\n" + render_artifacts(request);
  return out + (is_told_apart(request) ? "  interruptible: true\n" : never_interrupted);
}

std::string render_includes(const std::vector<std::string>& files) {
  std::string out = "  trigger:\n    include:\n";
  for (const std::string& file : files) {
    out += fmt::format("      - artifact: {}\n        job: {}\n", file, generating_job);
  }
  return out;
}

std::string render_trigger(const ParentRequest& request, std::size_t child) {
  std::string out = fmt::format("\n{}:\n  stage: {}\n", trigger_name(request, child), quote(request.last_stage));
  if (request.is_included) out += fmt::format("  needs: [{}]\n", generating_job) + render_rules(request);
  out += "  # The variables of this file would override those of the child's jobs.\n  inherit:\n";
  if (request.is_included) out += "    default: false\n";
  out += "    variables: false\n" + render_includes(request.child_files[child]);
  out += request.has_mirror
             ? "    # The child's status is this job's status, also while a gate waits.\n    strategy: mirror\n"
             : "    # The child's result is this job's result. While a gate waits, this job runs.\n"
               "    strategy: depend\n";
  return out + "    forward:\n      yaml_variables: false\n";
}

}  // namespace

std::vector<std::string> parent_job_names(const ParentRequest& request) {
  std::vector<std::string> names = {std::string(generating_job)};
  for (std::size_t child = 0; child < request.child_files.size(); ++child)
    names.push_back(trigger_name(request, child));
  return names;
}

std::string render_parent_pipeline(const ParentRequest& request) {
  std::string out = request.is_included ? head_included : head_alone;
  if (!request.is_included) {
    out += "stages: [" + quote(request.first_stage) + ", " + quote(request.last_stage) + "]\n";
  }
  const bool merges = request.sets_workflow && request.has_auto_cancel;
  if (!request.is_included || merges) out += render_workflow(request);
  out += render_generate(request);
  for (std::size_t child = 0; child < request.child_files.size(); ++child) out += render_trigger(request, child);
  return out;
}

std::string render_starter_config() {
  return R"(# How Statelane reads this repository.
version: 1

# Everything below is optional: take away the marks of what you need.

# states:
#   include: ["legacy/*", "deploy/*"]  # directories that are states though nothing in them says so
#   exclude: ["examples/**", "api@old"]  # directories, or ids of states
#   rules:                         # all that match apply, later ones win key by key
#     - match: "services/*"        # a glob on the state directory
#       instances: "env/{instance}/terraform.tfvars"   # or a list: [staging, production]
#       variables: {TF_VAR_region: eu-central-1}  # set over the job's environment
#       var_files: ["../../common.tfvars", "env/{instance}/terraform.tfvars"]
#       backend_config: ["env/{instance}/backend.tfvars", "key={id}.tfstate"]
#       workspace: "{instance}"
#       inputs: ["../../policies/**"]
#       depends_on: ["network/{instance}"]
#       tool: tofu                 # terraform is the default
#       gitlab_state: "{slug}"     # the name of the state that GitLab keeps
#       job: {tags: [prod]}        # merged into its jobs
#       apply: {branches: [main], gate: blocking}        # blocking | optional | automatic
#       after_plan: ["conftest", "test", "{plan_json}"]  # a check between plan and gate
#       max_destroy: 5             # more deletes or replaces than that are refused
#       after: {production: staging}  # production's gate waits for staging's apply
#       local_state: kept          # a local backend whose directory outlives the job
# ignore: ["docs/**"]              # never inputs unless read
# global_inputs: [".terraform-version"]
# pipeline:
#   changes: only                  # only | rules | none
#   order: parallel                # parallel | strict
#   dependents: none               # none | direct | all
#   deleted: warn                  # warn | destroy-gate
#   compare: applied               # applied | push
#   plan_environment: none         # none | access | prepare: scoped variables for plans of apply branches too
#   expire_in: 7 days
#   templates: ci/lanes.yml        # hidden jobs that override the built-in ones
# gitlab: {version: "17.0"}        # where CI_SERVER_VERSION does not say
)";
}

}  // namespace statelane::emit
