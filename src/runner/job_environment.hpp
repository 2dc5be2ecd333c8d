#pragma once

#include <map>
#include <optional>
#include <string>

namespace statelane::runner {

/// Changes to the environment of a program: the value of a variable; empty removes it.
using EnvironmentChanges = std::map<std::string, std::optional<std::string>>;

/// What the job says about itself: GitLab's predefined variables and what the user set for Terraform. Absent variables
/// are empty strings; on a laptop nearly all are.
struct JobEnvironment {
  bool ci = false;                 ///< CI is set
  std::string commit{};            ///< CI_COMMIT_SHA
  std::string root_pipeline{};     ///< STATELANE_ROOT_PIPELINE, else CI_PIPELINE_ID
  std::string branch{};            ///< CI_COMMIT_BRANCH
  std::string source{};            ///< CI_PIPELINE_SOURCE
  std::string merge_request{};     ///< CI_MERGE_REQUEST_IID; also set in the children of a merge request pipeline
  std::string deploy_freeze{};     ///< CI_DEPLOY_FREEZE
  std::string job_token{};         ///< CI_JOB_TOKEN: never printed, never written
  std::string api_url{};           ///< CI_API_V4_URL
  std::string project_id{};        ///< CI_PROJECT_ID
  std::string job_url{};           ///< CI_JOB_URL
  std::string job_id{};            ///< CI_JOB_ID
  std::string user{};              ///< GITLAB_USER_LOGIN: who started the job
  std::string builds_directory{};  ///< CI_BUILDS_DIR: below it lie the checkouts of the runner
  bool keeps_directories = false;  ///< CI_SHARED_ENVIRONMENT: what a job leaves on disk is there for the next one
  std::string applies_before{};    ///< STATELANE_APPLIES_BEFORE: slugs of the states whose applies come first
  std::string environment{};       ///< CI_ENVIRONMENT_NAME
  std::string environment_slug{};  ///< CI_ENVIRONMENT_SLUG
  std::string applied{};           ///< STATELANE_APPLIED: what was applied last when the pipeline was written
  bool waits = false;              ///< STATELANE_WAITS: an earlier push left some of what is planned
  std::string source_commit{};     ///< CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: where a merged result is planned
  bool is_ref_protected = false;   ///< CI_COMMIT_REF_PROTECTED
  std::string review_key{};        ///< STATELANE_REVIEW_KEY: never printed, never written; empty also where too short
  bool may_record = false;         ///< STATELANE_RECORD: nothing that the state reads waits for an apply
  std::map<std::string, std::string> terraform{};  ///< every variable that begins with TF_
  std::map<std::string, std::string> of_job{};     ///< those of GitLab that differ between the jobs of one pipeline

  bool in_merge_request() const { return !merge_request.empty() || source == "merge_request_event"; }
};

JobEnvironment read_job_environment();

}  // namespace statelane::runner
