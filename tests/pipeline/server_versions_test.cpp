#include <doctest/doctest.h>

#include <fmt/format.h>

#include "built.hpp"
#include "gitlab/keywords.hpp"
#include "pipeline/drift_pipeline.hpp"
#include "pipeline/fit_to_server.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/second_stage.hpp"
#include "pipeline/static_pipeline.hpp"

using hand_made::affected;
using hand_made::graph_of;
using hand_made::push;
using statelane::Diagnostics;
using statelane::Severity;
using statelane::gitlab::Version;
namespace yaml = statelane::yaml;
using statelane::config::ChangesKeyword;
using statelane::config::Config;
using statelane::pipeline::Job;
using statelane::pipeline::JobIndex;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using Names = std::vector<std::string>;

namespace {

/// Every minor version from 15.0 on, and one that may be without `only`.
std::vector<Version> versions() {
  std::vector<Version> all;
  for (int major = 15; major <= 19; ++major) {
    for (int minor = 0; minor <= 11; ++minor) all.push_back({major, minor, 0});
  }
  all.push_back({20, 0, 0});
  return all;
}

/// What the server does not know of a pipeline, or refuses.
Names unknown_to(const Version& server, const Pipeline& pipeline) {
  Names found;
  for (const auto& fault : statelane::gitlab::check_root_keywords(pipeline.globals, server))
    found.push_back(fault.message);
  const JobIndex jobs({&pipeline, 1});
  for (const Job* job : jobs.jobs()) {
    if (statelane::pipeline::is_hidden(*job)) continue;
    for (const auto& fault : statelane::gitlab::check_job_keywords(jobs.resolve(*job), server))
      found.push_back(job->name + ": " + fault.message);
  }
  return found;
}

Names errors_of(const Diagnostics& diagnostics) {
  Names found;
  for (const auto& each : diagnostics.sorted()) {
    if (each.severity == Severity::error) found.push_back(each.message);
  }
  return found;
}

}  // namespace

TEST_CASE("nothing is written that the server does not know, for every version from 15.0 on") {
  const auto head = graph_of({"a", "b", "c"});
  for (const Version& server : versions()) {
    CAPTURE(statelane::gitlab::to_string(server));
    using statelane::gitlab::PipelineKind;
    for (const PipelineKind kind : {PipelineKind::push_default, PipelineKind::merge_request_detached}) {
      for (const auto jobs : {statelane::config::Jobs::helper, statelane::config::Jobs::shell}) {
        for (const auto gates : {statelane::config::Gates::affected, statelane::config::Gates::changed}) {
          const bool is_shell = jobs == statelane::config::Jobs::shell;
          if (is_shell && gates == statelane::config::Gates::changed) continue;
          PipelineRequest request = push({"a", "b"});
          request.kind = kind;
          request.server = server;
          request.jobs = jobs;
          request.gates_of = gates;
          request.has_report = !is_shell;
          request.image = "tools:1";
          request.notices["told"] = {"a line"};
          const Built built(request, affected({"a", "b"}), head);
          CHECK(unknown_to(server, built.pipeline).empty());
          for (const auto& each : built.diagnostics) CHECK(each.severity == Severity::warning);
        }
      }
    }
    PipelineRequest request = push({});
    request.server = server;
    Diagnostics diagnostics;
    const std::vector<statelane::pipeline::PlannedState> planned = {{"a", true, 1, 0, 0}};
    CHECK(unknown_to(server, build_second_stage(request, "815", planned, head, {}, {}, diagnostics)).empty());
    CHECK(unknown_to(server, build_drift_pipeline(request, {"a"}, head, {}, {}, diagnostics)).empty());
    for (const auto keyword : {ChangesKeyword::only, ChangesKeyword::rules}) {
      request.changes_keyword = keyword;
      CHECK(unknown_to(server, build_static_pipeline(request, head, {}, {}, diagnostics)).empty());
    }
    CHECK(errors_of(diagnostics).empty());
  }
}

TEST_CASE("where GitLab may be without only, rules stand in its place") {
  PipelineRequest request = push({"a"});
  request.server = {20, 0, 0};
  const Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(built.at(".changes: a").find("only") == nullptr);
  CHECK(built.at(".changes: a").find("rules") != nullptr);
  request.server = {19, 11, 0};
  CHECK(Built(request, affected({"a"}), graph_of({"a"})).at(".changes: a").find("only") != nullptr);
}

TEST_CASE("without expand a value is plain, and what nothing can keep from expansion is refused") {
  Pipeline pipeline;
  const yaml::Value::Map variables = {{"A", yaml::Value::Map{{"value", "x$HOME"}, {"expand", false}}},
                                      {"B", yaml::Value::Map{{"value", "$A"}, {"expand", true}}},
                                      {"C", "$A"}};
  pipeline.jobs = {{"j", {}, {{"variables", variables}}}};
  Diagnostics diagnostics;
  Pipeline newer = pipeline;
  fit_to_server(newer, {15, 8, 0}, diagnostics);
  CHECK(*newer.jobs[0].find("variables") == yaml::Value(variables));
  fit_to_server(pipeline, {15, 7, 0}, diagnostics);
  CHECK(*pipeline.jobs[0].find("variables") ==
        yaml::Value(yaml::Value::Map{{"A", "x$$HOME"}, {"B", "$A"}, {"C", "$A"}}));
  CHECK(diagnostics.empty());
  pipeline.jobs = {
      {"j", {}, {{"variables", yaml::Value::Map{{"A", yaml::Value::Map{{"value", "%HOME%"}, {"expand", false}}}}}}}};
  fit_to_server(pipeline, {15, 7, 0}, diagnostics);
  CHECK(errors_of(diagnostics) == Names{"GitLab 15.7.0 would expand what stands between percent signs in A of \"j\""});
  CHECK(diagnostics.sorted()[0].hints == Names{"take the percent signs out of the name, or use GitLab 15.8 or newer"});
}

TEST_CASE("before artifacts:access plans may be public, and it is said") {
  PipelineRequest request = push({"a"});
  request.server = {16, 10, 0};
  const Built built(request, affected({"a"}), graph_of({"a"}));
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.diagnostics[0].message ==
        "GitLab 16.10.0 does not know \"artifacts:access\": in a public project plans may be open to all");
  CHECK(
      built.diagnostics[0].hints ==
      Names{"\"artifacts:public: false\" is written instead, which counts from GitLab 16.7 on, and before it where the "
            "feature flag non_public_artifacts is on"});
  CHECK(*built.at(".statelane-plan").find("artifacts")->find("public") == yaml::Value(false));
}

TEST_CASE("a keyword of the user's that the server does not know is an error") {
  auto state = hand_made::state("a");
  state.settings.job = yaml::Value::Map{{"id_tokens", yaml::Value::Map{{"T", yaml::Value::Map{{"aud", "x"}}}}}};
  PipelineRequest request = push({"a"});
  request.server = {15, 6, 0};
  const Built built(request, affected({"a"}), hand_made::graph({state}));
  REQUIRE(!built.diagnostics.empty());
  CHECK(built.diagnostics[0].message.ends_with("GitLab 15.6.0 does not know \"id_tokens\""));
}

TEST_CASE("the table of keywords and the list of features name the same versions") {
  using statelane::gitlab::Feature;
  using Map = yaml::Value::Map;
  using List = yaml::Value::List;
  const std::vector<std::pair<Feature, Map>> uses = {
      {Feature::variables_expand, Map{{"variables", Map{{"A", Map{{"value", "x"}, {"expand", false}}}}}}},
      {Feature::report_annotations, Map{{"artifacts", Map{{"reports", Map{{"annotations", "x"}}}}}}},
      {Feature::artifacts_access, Map{{"artifacts", Map{{"access", "developer"}}}}},
      {Feature::artifacts_access_maintainer, Map{{"artifacts", Map{{"access", "maintainer"}}}}},
      {Feature::manual_confirmation, Map{{"manual_confirmation", "sure?"}}},
      {Feature::retry_exit_codes, Map{{"retry", Map{{"max", 1}, {"exit_codes", 2}}}}},
      {Feature::retry_interrupted, Map{{"retry", Map{{"max", 1}, {"when", "runner_interrupted"}}}}},
      {Feature::strategy_mirror, Map{{"trigger", Map{{"include", "a.yml"}, {"strategy", "mirror"}}}}},
      {Feature::trigger_inputs, Map{{"trigger", Map{{"project", "a/b"}, {"inputs", Map{{"a", "b"}}}}}}}};
  for (const auto& [feature, use] : uses) {
    Map job = use;
    if (yaml::find_value(job, "trigger") == nullptr) job.emplace_back("script", List{"x"});
    const Version first = introduced_in(feature);
    Version before = first;
    before.is_released = false;
    CAPTURE(statelane::gitlab::to_string(first));
    CHECK(statelane::gitlab::check_job_keywords(job, first).empty());
    CHECK(statelane::gitlab::check_job_keywords(job, before).size() == 1);
  }
  const Map workflow = {{"workflow", Map{{"auto_cancel", Map{{"on_new_commit", "none"}}}}}};
  CHECK(statelane::gitlab::check_root_keywords(workflow, introduced_in(Feature::workflow_auto_cancel)).empty());
  CHECK(statelane::gitlab::check_root_keywords(workflow, Version{16, 9, 0}).size() == 1);
}
