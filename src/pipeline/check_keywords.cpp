#include "pipeline/check_keywords.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/config.hpp"
#include "gitlab/keywords.hpp"

namespace statelane::pipeline {

namespace {

class KeywordCheck {
 public:
  KeywordCheck(const yaml::Value& keywords, const Job& job, const gitlab::Version& server, Diagnostics& diagnostics)
      : keywords_(keywords), job_(job), server_(server), diagnostics_(diagnostics) {}

  void run() {
    for (const gitlab::KeywordFault& found : gitlab::check_job_keywords(keywords_, server_)) fault(found.message);
    check_cache_keys();
    check_exposure();
    check_tier();
    check_start();
  }

 private:
  const yaml::Value* inside(std::string_view name, std::string_view key) const {
    const yaml::Value* outer = keywords_.find(name);
    return outer != nullptr ? outer->find(key) : nullptr;
  }

  void fault(const std::string& what) { report_fault(job_, what, diagnostics_); }

  /// Of files GitLab makes a key that may hold anything, unless a prefix says which.
  void check_cache_keys() {
    const yaml::Value* cache = keywords_.find("cache");
    if (cache == nullptr) return;
    const yaml::Value::List one = {*cache};
    for (const yaml::Value& each : cache->as_list() != nullptr ? *cache->as_list() : one) {
      const yaml::Value* key = each.find("key");
      if (key == nullptr || key->find("files") == nullptr || key->find("prefix") != nullptr) continue;
      fault("a cache key with files and without a prefix may hold a slash");
    }
  }

  void check_exposure() {
    if (inside("artifacts", "expose_as") == nullptr) return;
    diagnostics_.warning(RepoPath::of(config::file_name), std::nullopt,
                         "\"artifacts:expose_as\" shows nothing: GitLab looks for it in the parent pipeline only",
                         {"the job's page links to its report by artifacts:reports:annotations"});
  }

  /// GitLab looks at it only once the environment is made, when the job is about to deploy.
  void check_tier() {
    constexpr std::string_view tiers[] = {"production", "staging", "testing", "development", "other"};
    const yaml::Value* tier = inside("environment", "deployment_tier");
    if (tier == nullptr || tier->as_string() == nullptr) return;
    if (std::find(std::begin(tiers), std::end(tiers), *tier->as_string()) != std::end(tiers)) return;
    fault("\"environment:deployment_tier\" is one of production, staging, testing, development, other");
  }

  /// With exit codes, GitLab takes a manual job for a blocking one, whatever else is said.
  void check_start() {
    const yaml::Value* when = keywords_.find("when");
    const bool is_manual = when != nullptr && *when == yaml::Value("manual");
    if (is_manual && inside("allow_failure", "exit_codes") != nullptr) {
      fault("a manual job cannot have \"allow_failure:exit_codes\"");
    }
  }

  const yaml::Value& keywords_;
  const Job& job_;
  const gitlab::Version& server_;
  Diagnostics& diagnostics_;
};

}  // namespace

void report_fault(const Job& job, const std::string& what, Diagnostics& diagnostics) {
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    fmt::format("GitLab would not run the job \"{}\" as it is meant: {}", job.name, what));
}

void check_keywords(const JobIndex& jobs, const Job& job, const gitlab::Version& server, Diagnostics& diagnostics) {
  KeywordCheck(jobs.resolve(job), job, server, diagnostics).run();
}

}  // namespace statelane::pipeline
