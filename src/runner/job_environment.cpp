#include "runner/job_environment.hpp"

#include <cstdlib>
#include <string_view>

#include "runner/plan_certificate.hpp"

extern char** environ;

namespace statelane::runner {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Without the line break that a value pasted from a file ends with.
std::string review_key() {
  std::string key = variable("STATELANE_REVIEW_KEY");
  while (!key.empty() && std::string_view(" \r\n\t").find(key.back()) != std::string_view::npos) key.pop_back();
  return key.size() < shortest_key ? "" : key;
}

std::map<std::string, std::string> terraform_variables() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with("TF_") && equals != std::string_view::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
}

/// What GitLab sets anew for each job: its page of predefined variables.
std::map<std::string, std::string> variables_of_job() {
  std::map<std::string, std::string> result;
  for (const char* name : {"CI_JOB_ID", "CI_JOB_NAME", "CI_JOB_NAME_SLUG", "CI_JOB_STAGE", "CI_JOB_STARTED_AT",
                           "CI_JOB_TOKEN", "CI_JOB_URL"})
    if (std::string value = variable(name); !value.empty()) result.emplace(name, std::move(value));
  return result;
}

}  // namespace

JobEnvironment read_job_environment() {
  JobEnvironment job;
  const std::string ci = variable("CI");
  job.ci = !ci.empty() && ci != "false" && ci != "0";
  job.commit = variable("CI_COMMIT_SHA");
  job.root_pipeline = variable("STATELANE_ROOT_PIPELINE");
  if (job.root_pipeline.empty()) job.root_pipeline = variable("CI_PIPELINE_ID");
  job.branch = variable("CI_COMMIT_BRANCH");
  job.source = variable("CI_PIPELINE_SOURCE");
  job.merge_request = variable("CI_MERGE_REQUEST_IID");
  job.deploy_freeze = variable("CI_DEPLOY_FREEZE");
  job.job_token = variable("CI_JOB_TOKEN");
  job.api_url = variable("CI_API_V4_URL");
  job.project_id = variable("CI_PROJECT_ID");
  job.job_url = variable("CI_JOB_URL");
  job.job_id = variable("CI_JOB_ID");
  job.user = variable("GITLAB_USER_LOGIN");
  job.builds_directory = variable("CI_BUILDS_DIR");
  job.keeps_directories = variable("CI_SHARED_ENVIRONMENT") == "true";
  job.applies_before = variable("STATELANE_APPLIES_BEFORE");
  job.environment = variable("CI_ENVIRONMENT_NAME");
  job.environment_slug = variable("CI_ENVIRONMENT_SLUG");
  job.applied = variable("STATELANE_APPLIED");
  job.waits = variable("STATELANE_WAITS") == "true";
  job.source_commit = variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
  job.is_ref_protected = variable("CI_COMMIT_REF_PROTECTED") == "true";
  job.review_key = review_key();
  job.may_record = variable("STATELANE_RECORD") == "true";
  job.terraform = terraform_variables();
  job.of_job = variables_of_job();
  return job;
}

}  // namespace statelane::runner
