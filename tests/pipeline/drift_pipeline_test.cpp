#include "pipeline/drift_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "gitlab/limits.hpp"
#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/split_pipeline.hpp"

using hand_made::graph_of;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::pipeline::is_in_rotation;
using statelane::pipeline::Job;
using statelane::pipeline::JobIndex;
using statelane::pipeline::parse_rotation;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::pipeline::Rotation;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

namespace {

Pipeline build(const Names& ids, const statelane::states::StateGraph& head) {
  PipelineRequest request = hand_made::push({});
  request.kind = statelane::gitlab::PipelineKind::schedule;
  request.comparison = {"", "none", "states are compared with the world", "2222222", false};
  request.nothing_reason = "no state is in this part";
  request.lock_files = {{"a", "11"}, {"b", "11"}};
  Diagnostics diagnostics;
  Pipeline pipeline = build_drift_pipeline(request, ids, head, {}, {}, diagnostics);
  statelane::pipeline::check_pipeline({&pipeline, 1}, request.server, diagnostics);
  for (const auto& found : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(found));
  return pipeline;
}

Names visible(const Pipeline& pipeline) {
  Names names;
  for (const Job& job : pipeline.jobs) {
    if (!job.name.starts_with('.')) names.push_back(job.name);
  }
  return names;
}

}  // namespace

TEST_CASE("a drift pipeline asks every state, changes nothing, and ends with one summary") {
  const Pipeline pipeline = build({"a", "b"}, graph_of({"a", "b"}, {{"b", "a"}}));
  CHECK(visible(pipeline) == Names{"drift: a", "drift: b", "drift-summary"});
  const JobIndex jobs({&pipeline, 1});
  const Job& drift = *jobs.find("drift: a");
  CHECK(drift.find("needs")->as_list()->empty());
  CHECK(*jobs.effective(drift, "script") == yaml::Value(List{"statelane run drift -- \"$STATELANE_STATE\""}));
  for (const std::string keyword : {"environment", "resource_group", "when", "only", "rules"}) {
    CAPTURE(keyword);
    CHECK(jobs.effective(drift, keyword) == nullptr);
  }
  const Job& summary = *jobs.find("drift-summary");
  CHECK(*jobs.effective(summary, "when") == yaml::Value("always"));
  CHECK(summary.find("needs") == nullptr);
  CHECK(*summary.find("variables") == yaml::Value(Map{{"STATELANE_EXPECTED", "2"}}));
}

TEST_CASE("rule 23: exit code 2 of a drift job is a warning, and of nothing that is manual") {
  const Pipeline pipeline = build({"a"}, graph_of({"a"}));
  const JobIndex jobs({&pipeline, 1});
  for (const std::string name : {"drift: a", "drift-summary"}) {
    CHECK(*jobs.effective(*jobs.find(name), "allow_failure") == yaml::Value(Map{{"exit_codes", List{2}}}));
  }
}

TEST_CASE("rule 17: drift jobs of one lock file share its cache, and one of them writes it") {
  const Pipeline pipeline = build({"a", "b"}, graph_of({"a", "b"}));
  const JobIndex jobs({&pipeline, 1});
  CHECK(*jobs.find("drift: a")->find("cache") == yaml::Value(Map{{"policy", "pull-push"}}));
  CHECK(jobs.find("drift: b")->find("cache") == nullptr);
  CHECK(jobs.find("drift: b")->find("extends")->as_list()->back() == yaml::Value(".providers: a"));
}

TEST_CASE("lanes outside Terraform have no drift, and a part without states has one job that says so") {
  auto custom = hand_made::state("deploy");
  custom.kind = statelane::states::StateKind::custom;
  CHECK(visible(build({"deploy"}, hand_made::graph({custom}))) == Names{"nothing-to-do"});
  CHECK(visible(build({}, graph_of({"a"}))) == Names{"nothing-to-do"});
}

TEST_CASE("a rotation is a part of a whole") {
  CHECK(parse_rotation("2/7") == Rotation{2, 7});
  CHECK(parse_rotation("1/1") == Rotation{});
  for (const char* text : {"", "1", "0/7", "8/7", "1/0", "1/7x", "-1/7", "a/b", "1//7", "99999999999/99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rotation(text));
  }
}

TEST_CASE("each state is in exactly one part, by its id alone, and parts are of like size") {
  constexpr std::uint32_t count = 7;
  std::vector<int> sizes(count, 0);
  for (int number = 0; number < 700; ++number) {
    int parts = 0;
    for (std::uint32_t part = 1; part <= count; ++part) {
      if (!is_in_rotation({part, count}, fmt::format("services/s{}", number))) continue;
      ++parts;
      ++sizes[part - 1];
    }
    CHECK(parts == 1);
  }
  for (const int size : sizes) CHECK((size > 60 && size < 140));
  CHECK(is_in_rotation({}, "anything"));
}

TEST_CASE("drift goes to as many children and files as the parent has, and the spare ones say that they do nothing") {
  Names ids;
  for (int number = 0; number < 1200; ++number) ids.push_back(fmt::format("accounts/state-{:04}", number));
  const auto head = graph_of(ids);
  PipelineRequest request = hand_made::push({});
  request.kind = statelane::gitlab::PipelineKind::schedule;
  request.server = {17, 2, 0};
  Diagnostics diagnostics;
  const auto children =
      build_drift_children(request, ids, head, {}, {}, statelane::pipeline::Capacity{4, 1}, diagnostics);
  CHECK(diagnostics.empty());
  REQUIRE(children.size() == 4);
  std::size_t asked = 0;
  std::size_t busy = 0;
  for (const auto& child : children) {
    REQUIRE(child.size() == 1);
    const Names names = visible(child[0]);
    CHECK(statelane::pipeline::measure_file(child[0]) <= statelane::gitlab::max_yaml_bytes(request.server));
    busy += names == Names{"nothing-to-do"} ? 0 : 1;
    asked += names == Names{"nothing-to-do"} ? 0 : names.size() - 1;
  }
  CHECK(asked == 1200);
  CHECK((busy > 1 && busy < 4));
  const yaml::Value* reason = children[3][0].jobs[0].find("variables")->find("STATELANE_REASON");
  CHECK(*reason->find("value") == yaml::Value("nothing to do in this child: every state is in another one"));
}
