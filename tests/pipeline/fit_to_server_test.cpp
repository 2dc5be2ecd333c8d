#include "pipeline/fit_to_server.hpp"

#include <doctest/doctest.h>

#include "built.hpp"
#include "hand_made.hpp"

using hand_made::affected;
using hand_made::push;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::pipeline::Job;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

namespace {

/// A state whose settings use everything that is younger than GitLab 16.
Built built_for(const statelane::gitlab::Version& server) {
  auto state = hand_made::state("a");
  state.settings.job = Map{{"manual_confirmation", "Apply to production?"},
                           {"artifacts", Map{{"access", "maintainer"}}},
                           {"id_tokens", Map{{"AWS", Map{{"aud", "sts"}}}}}};
  PipelineRequest request = push({"a"});
  request.server = server;
  return Built(request, affected({"a"}), hand_made::graph({state}));
}

Names messages_of(const Built& built) {
  Names messages;
  for (const auto& found : built.diagnostics) messages.push_back(found.message);
  return messages;
}

}  // namespace

TEST_CASE("rule 34: what a server knows stays") {
  const Built built = built_for({18, 4, 0});
  CHECK(built.diagnostics.empty());
  CHECK(*built.at("apply: a").find("manual_confirmation") == yaml::Value("Apply to production?"));
  CHECK(built.at("plan: a").find("manual_confirmation") == nullptr);
  CHECK(*built.at("plan: a").find("artifacts")->find("access") == yaml::Value("maintainer"));
  CHECK(built.at(".statelane-plan").find("artifacts")->find("reports")->find("annotations") != nullptr);
}

TEST_CASE("rule 34: what a server does not know yet is left out, with a warning where somebody asked for it") {
  const Built newer = built_for({18, 3, 0});
  CHECK(messages_of(newer) == Names{"\"artifacts:access: maintainer\" is left out: GitLab 18.3.0 does not know it"});
  CHECK(*newer.at("plan: a").find("artifacts")->find("access") == yaml::Value("none"));
  const Built older = built_for({17, 0, 0});
  CHECK(older.at("apply: a").find("manual_confirmation") == nullptr);
  CHECK(messages_of(older).size() == 2);
  CHECK(older.diagnostics[1].hints ==
        Names{"it came with GitLab 17.1.0; the server's version is CI_SERVER_VERSION, else \"gitlab.version\""});
}

TEST_CASE("rule 34: reports of annotations came with 16.3") {
  PipelineRequest request = push({"a"});
  request.server = {16, 2, 0};
  const Built built(request, affected({"a"}), hand_made::graph_of({"a"}));
  CHECK(*built.at(".statelane-plan").find("artifacts")->find("reports") ==
        yaml::Value(Map{{"terraform", ".statelane/$STATELANE_SLUG/plan.json"}}));
  CHECK(built.at(".statelane-apply").find("artifacts")->find("reports") == nullptr);
}

TEST_CASE("rule 34: exit codes of retries came with 17.5") {
  Pipeline pipeline;
  pipeline.jobs = {{"a", {}, {{"retry", Map{{"max", 1}, {"exit_codes", List{2}}}}}}};
  Diagnostics diagnostics;
  fit_to_server(pipeline, {17, 5, 0}, diagnostics);
  CHECK(pipeline.jobs[0].find("retry")->find("exit_codes") != nullptr);
  fit_to_server(pipeline, {17, 4, 0}, diagnostics);
  CHECK(*pipeline.jobs[0].find("retry") == yaml::Value(Map{{"max", 1}}));
  CHECK(diagnostics.sorted().size() == 1);
}

TEST_CASE("a plan that was lost with its runner is tried again, by the name that the server gives it") {
  const auto reasons_on = [](const statelane::gitlab::Version& server, const yaml::Value& own) {
    auto state = hand_made::state("a");
    if (own != yaml::Value()) state.settings.job = Map{{"retry", Map{{"max", std::int64_t{1}}, {"when", own}}}};
    PipelineRequest request = push({"a"});
    request.server = server;
    const Built built(request, affected({"a"}), hand_made::graph({state}));
    if (own == yaml::Value("runner_interrupted") && server.major < 19) {
      CHECK(messages_of(built) ==
            Names{"\"retry:when: runner_interrupted\" is left out: GitLab 18.0.0 does not know it"});
    } else {
      CHECK(built.diagnostics.empty());
    }
    const Job& job = own == yaml::Value() ? built.at(".statelane-plan") : built.at("plan: a");
    return job.find("retry") == nullptr ? yaml::Value() : *job.find("retry")->find("when");
  };
  const List older = {"runner_system_failure", "stuck_or_timeout_failure", "api_failure", "unknown_failure"};
  List newer = older;
  newer.insert(newer.begin() + 1, "runner_interrupted");
  CHECK(reasons_on({19, 2, 0}, {}) == yaml::Value(older));
  CHECK(reasons_on({19, 3, 0}, {}) == yaml::Value(newer));
  CHECK(reasons_on({18, 0, 0}, "runner_interrupted") == yaml::Value());
  CHECK(reasons_on({19, 3, 0}, "runner_interrupted") == yaml::Value("runner_interrupted"));
  CHECK(reasons_on({18, 0, 0}, List{"runner_interrupted", "api_failure"}) == yaml::Value(List{"api_failure"}));
}

TEST_CASE("rule 29: a script's time ends before the job's, so that there is time for artifacts") {
  const auto timeout = [](const char* job_time) {
    Pipeline pipeline;
    pipeline.jobs = {{"a", {}, {{"timeout", job_time}}}};
    add_script_timeouts(pipeline);
    return *pipeline.jobs[0].find("variables")->find("RUNNER_SCRIPT_TIMEOUT")->as_string();
  };
  CHECK(timeout("1 hour") == "3240s");
  CHECK(timeout("20m") == "900s");
  CHECK(timeout("6 minutes") == "180s");
  CHECK(timeout("10h") == "32400s");
}

TEST_CASE("rule 29: a script's time that somebody has set stays, and without a time-out there is none") {
  Pipeline pipeline;
  pipeline.jobs = {{"a", {}, {{"timeout", "1h"}, {"variables", Map{{"RUNNER_SCRIPT_TIMEOUT", "10m"}}}}},
                   {"b", {}, {{"script", List{"true"}}}},
                   {"c", {}, {{"timeout", "soon"}}}};
  add_script_timeouts(pipeline);
  CHECK(*pipeline.jobs[0].find("variables") == yaml::Value(Map{{"RUNNER_SCRIPT_TIMEOUT", "10m"}}));
  CHECK(pipeline.jobs[1].find("variables") == nullptr);
  CHECK(pipeline.jobs[2].find("variables") == nullptr);
}
