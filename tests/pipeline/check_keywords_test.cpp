#include "pipeline/check_keywords.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "pipeline/check_pipeline.hpp"

using statelane::Diagnostic;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::pipeline::Job;
using statelane::pipeline::Pipeline;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

namespace {

/// What is wrong with a job of these keywords over a template's.
std::vector<Diagnostic> look_at(Map keywords, Map below = {}) {
  Pipeline pipeline;
  pipeline.globals = {{"stages", List{"plan"}}};
  below.emplace_back("script", List{"true"});
  below.emplace_back("stage", "plan");
  pipeline.templates = {{".below", {}, std::move(below)}};
  keywords.emplace_back("extends", ".below");
  pipeline.jobs = {{"a", {}, std::move(keywords)}};
  Diagnostics diagnostics;
  statelane::pipeline::check_pipeline({&pipeline, 1}, {18, 0, 0}, diagnostics);
  return diagnostics.sorted();
}

Names faults_of(Map keywords, Map below = {}) {
  Names messages;
  const std::string prefix = "GitLab would not run the job \"a\" as it is meant: ";
  for (const auto& found : look_at(std::move(keywords), std::move(below))) {
    messages.push_back(found.message.starts_with(prefix) ? found.message.substr(prefix.size()) : found.message);
  }
  return messages;
}

List many(int count) {
  List list;
  for (int number = 0; number < count; ++number) list.emplace_back(fmt::format("x{}", number));
  return list;
}

}  // namespace

TEST_CASE("values that GitLab takes pass") {
  CHECK(faults_of({{"cache", List{Map{{"key", "a"}}, Map{{"key", Map{{"files", List{"a", "b"}}, {"prefix", "p"}}}}}},
                   {"tags", many(49)},
                   {"retry", Map{{"max", 2}}},
                   {"timeout", "1h 30m"},
                   {"artifacts", Map{{"access", "developer"}, {"when", "always"}}},
                   {"id_tokens", Map{{"AWS", Map{{"aud", "sts"}}}}},
                   {"image", Map{{"name", "x"}, {"entrypoint", List{""}}}},
                   {"environment", Map{{"name", "a"}, {"deployment_tier", "production"}}}})
            .empty());
}

TEST_CASE("rule 17: a key by files has a prefix") {
  CHECK(faults_of({{"cache", Map{{"key", Map{{"files", many(1)}}}}}}) ==
        Names{"a cache key with files and without a prefix may hold a slash"});
}

TEST_CASE("rule 17: a cache of which a template says the key is looked at as GitLab merges it") {
  CHECK(faults_of({{"cache", Map{{"policy", "pull-push"}}}}, {{"cache", Map{{"key", "a/b"}}}}) ==
        Names{"\"cache:key\" takes a key without a slash or a map, not \"a/b\""});
}

TEST_CASE("rule 23: a manual job has no exit codes that are allowed to fail") {
  CHECK(faults_of({{"allow_failure", Map{{"exit_codes", List{2}}}}}, {{"when", "manual"}}) ==
        Names{"a manual job cannot have \"allow_failure:exit_codes\""});
  CHECK(faults_of({{"allow_failure", Map{{"exit_codes", List{2}}}}}).empty());
}

TEST_CASE("rule 33: values that make GitLab refuse a file are named, as it merges them") {
  CHECK(faults_of({{"retry", 3}}) == Names{"\"retry\" takes a whole number from 0 to 2 or a map, not 3"});
  CHECK(faults_of({{"artifacts", Map{{"access", "none"}}}}, {{"artifacts", Map{{"public", false}}}}) ==
        Names{"\"artifacts\" takes \"access\" or \"public\", not both"});
  CHECK(faults_of({{"image", Map{{"entrypoint", List{""}}}}}) == Names{"\"image\" needs \"name\""});
  CHECK(faults_of({{"image", Map{{"entrypoint", List{""}}}}}, {{"image", Map{{"name", "x"}}}}).empty());
  CHECK(faults_of({{"secrets", Map{{"A", Map{}}}}}) ==
        Names{"\"secrets:A\" takes exactly one of vault, azure_key_vault, gcp_secret_manager, aws_secrets_manager, "
              "akeyless, gitlab_secrets_manager"});
  CHECK(faults_of({{"environment", Map{{"name", "a"}, {"deployment_tier", "prod"}}}}) ==
        Names{"\"environment:deployment_tier\" is one of production, staging, testing, development, other"});
}

TEST_CASE("rule 31: artifacts that a child would expose in vain are a warning") {
  CHECK(faults_of({{"artifacts", Map{{"expose_as", "plan"}, {"paths", List{"x"}}}}}) ==
        Names{"\"artifacts:expose_as\" shows nothing: GitLab looks for it in the parent pipeline only"});
  CHECK(look_at({{"artifacts", Map{{"expose_as", "plan"}, {"paths", List{"x"}}}}}).front().hints ==
        Names{"the job's page links to its report by artifacts:reports:annotations"});
}
