#include <doctest/doctest.h>

#include <fmt/format.h>

#include "expected_jobs.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/drift_pipeline.hpp"
#include "pipeline/second_stage.hpp"
#include "pipeline/static_pipeline.hpp"

// Static pipelines, second stages and drift pipelines of the random repositories of simulator_test.cpp, under the same
// model of GitLab's decisions.

using namespace statelane;
using namespace expected_jobs;
using config::ChangesKeyword;
using gitlab_model::Circumstances;
using gitlab_model::Configuration;
using gitlab_model::Creation;
using pipeline::Pipeline;

namespace {

constexpr std::uint32_t repositories = 1000;

/// A pipeline that GitLab makes of a committed file.
struct Event {
  const char* name;
  const char* source;
  PipelineKind kind;
  bool is_update = false;          ///< of a branch that was there
  bool has_merge_request = false;  ///< is open for the branch
  bool asks_for_all = false;       ///< a person set STATELANE_OPT_ALL
};

constexpr std::array events = {
    Event{"push to the default branch", "push", PipelineKind::push_default, true},
    Event{"push to a branch", "push", PipelineKind::push_branch, true},
    Event{"push to a branch with a merge request", "push", PipelineKind::push_branch, true, true},
    Event{"merge request", "merge_request_event", PipelineKind::merge_request_detached},
    Event{"first push of a branch", "push", PipelineKind::push_branch},
    Event{"first push ever", "push", PipelineKind::push_default},
    Event{"tag", "push", PipelineKind::tag},
    Event{"schedule", "schedule", PipelineKind::schedule},
    Event{"schedule for all", "schedule", PipelineKind::schedule, false, false, true},
    Event{"pipeline that somebody started for all", "web", PipelineKind::web, false, false, true},
};

Circumstances circumstances_of(const Event& event, const RandomCommit& commit) {
  Circumstances at;
  at.is_tag = event.kind == PipelineKind::tag;
  at.is_merge_request = gitlab::is_merge_request(event.kind);
  at.is_branch = !at.is_tag && !at.is_merge_request;
  at.is_compared = event.is_update || at.is_merge_request;
  const std::string zeros(40, '0');
  at.variables = {{"CI_PIPELINE_SOURCE", event.source},
                  {"CI_DEFAULT_BRANCH", "main"},
                  {"CI_COMMIT_BEFORE_SHA", event.is_update ? std::string(40, 'a') : zeros}};
  if (at.is_branch) at.variables["CI_COMMIT_BRANCH"] = event.kind == PipelineKind::push_branch ? "feature" : "main";
  if (event.has_merge_request) at.variables["CI_OPEN_MERGE_REQUESTS"] = "group/project!1";
  if (event.asks_for_all) at.variables["STATELANE_OPT_ALL"] = "true";
  if (!at.is_compared) return at;
  for (const auto& entry : commit.changes) {
    (entry.kind == repo::ChangeKind::deleted ? at.deleted : at.present).push_back(entry.path.str());
  }
  return at;
}

bool may_apply_on(const states::State& state, const std::string& branch) {
  const auto& branches = state.settings.apply_branches;
  if (!branches) return branch == "main";
  return std::any_of(branches->begin(), branches->end(),
                     [&](const std::string& name) { return name == "*" || name == branch; });
}

/// The states whose lanes the event has, as if the program had generated a child for just these.
void expect_lanes(const Event& event, RandomCommit& commit) {
  const impact::Impact changed = impact::find_affected(commit.base, commit.head, {commit.changes, {}, {}});
  const bool is_compared = event.is_update || gitlab::is_merge_request(event.kind);
  const std::string branch = event.kind == PipelineKind::push_branch ? "feature" : "main";
  const bool is_push = gitlab::is_push(event.kind);
  impact::Impact lanes;
  for (const states::State& state : commit.head.states()) {
    const bool is_asked = gitlab::is_merge_request(event.kind) || event.asks_for_all ||
                          (is_push && (!event.has_merge_request || may_apply_on(state, branch)));
    if (!is_asked || (is_compared && changed.find(state.id) == nullptr)) continue;
    lanes.affected.push_back({state.id, Change::modified, "", {}});
  }
  commit.impact = lanes;
  commit.request.branch = branch;
  // Nobody may apply what GitLab could not compare.
  commit.request.kind = is_push && !event.is_update ? PipelineKind::web : event.kind;
}

struct Stage {
  Names lanes;
  std::vector<gitlab_model::Job> jobs;
  Names optional;
};

Stage take_stage(const Creation& creation) {
  Stage stage;
  stage.jobs = creation.jobs;
  for (const gitlab_model::Job& job : creation.jobs) {
    if (is_lane(job.name)) stage.lanes.insert(job.name);
    if (job.allows_failure) stage.optional.insert(job.name);
  }
  return stage;
}

std::string compare(const Names& lanes, const Names& expected) {
  std::string text;
  for (const std::string& name : lanes) text += expected.contains(name) ? "" : " +" + name;
  for (const std::string& name : expected) text += lanes.contains(name) ? "" : " -" + name;
  return text.empty() ? "" : "other jobs than expected:" + text;
}

/// Presses the buttons twice, once with failures; `before` are jobs that ran in an earlier pipeline.
std::string find_wrong_order(const Stage& stage, RandomCommit& commit, Expectation& expected, const Names& before) {
  for (const std::size_t percent : {std::size_t{0}, std::size_t{15}}) {
    Names failing;
    for (const gitlab_model::Job& job : stage.jobs) {
      if (commit.chance(percent)) failing.insert(job.name);
    }
    std::vector<Run> runs = {Run(stage.jobs, failing)};
    std::vector<std::string> order(before.begin(), before.end());
    const std::vector<std::string> started = play(runs, commit);
    if (percent == 0 && started.size() != stage.jobs.size()) return "some job never started though all succeeded";
    order.insert(order.end(), started.begin(), started.end());
    const std::string fault = find_fault(order, failing, stage.optional, expected);
    if (!fault.empty()) return fault;
  }
  return "";
}

Names of_kind(const Names& lanes, std::string_view begin) {
  Names result;
  std::copy_if(lanes.begin(), lanes.end(), std::inserter(result, result.end()),
               [&](const std::string& name) { return name.starts_with(begin); });
  return result;
}

}  // namespace

TEST_CASE(
    "in every kind of pipeline of a static file GitLab creates the lanes of what changed, and in no wrong order") {
  std::map<std::string, std::size_t> seen;
  std::size_t ordered = 0;
  for (std::uint32_t seed = 0; seed < repositories; ++seed) {
    const Event& event = seed % 2 == 0 ? events[0] : events[1 + seed / 2 % (events.size() - 1)];
    RandomCommit commit(seed, PipelineKind::push_default);
    CAPTURE(seed);
    CAPTURE(std::string(event.name));
    const Circumstances at = circumstances_of(event, commit);
    pipeline::PipelineRequest request = commit.request;
    request.changes_keyword = commit.chance(50) ? ChangesKeyword::only : ChangesKeyword::rules;
    expect_lanes(event, commit);
    Diagnostics diagnostics;
    const Pipeline made = build_static_pipeline(request, commit.head, built_in_templates(), commit.config, diagnostics);
    pipeline::check_pipeline({&made, 1}, request.server, diagnostics, pipeline::JobSet::chosen_by_gitlab);
    REQUIRE_FALSE(diagnostics.has_errors());
    const Creation creation = Configuration({&made, 1}).create(at);
    Expectation expected(commit);
    if (expected.lanes().empty()) {
      // GitLab makes no pipeline, or one of the job for a repository without states.
      CHECK(of_kind(creation.names(), "plan: ").empty());
      continue;
    }
    REQUIRE_MESSAGE(creation.refusal.empty(), creation.refusal);
    const Stage stage = take_stage(creation);
    const std::string difference = compare(stage.lanes, expected.lanes());
    REQUIRE_MESSAGE(difference.empty(), difference);
    const std::string fault = find_wrong_order(stage, commit, expected, {});
    REQUIRE_MESSAGE(fault.empty(), fault);
    ++seen[event.name];
    for (const gitlab_model::Job& job : stage.jobs) {
      ordered += job.name.starts_with("apply: ") && job.needs.size() > 1 ? 1 : 0;
    }
  }
  // Of a tag and a schedule that asks for nothing GitLab makes no pipeline at all.
  CHECK(seen.size() == events.size() - 2);
  CHECK(ordered > 100);
}

TEST_CASE("a first stage has the plans, a second the applies of the plans with changes, and no order is wrong") {
  std::size_t stages = 0;
  std::size_t ordered = 0;
  for (std::uint32_t seed = 0; seed < repositories; ++seed) {
    RandomCommit commit(seed, seed % 3 == 0 ? PipelineKind::push_branch : PipelineKind::push_default);
    CAPTURE(seed);
    commit.config.order = config::Order::parallel;
    commit.config.deleted = config::Deleted::warn;
    std::erase_if(commit.impact.affected, [](const Affected& one) { return one.change == Change::dependent; });
    commit.request.gates_of = config::Gates::changed;
    commit.request.root_pipeline = "1";
    Diagnostics diagnostics;
    const Pipeline first = build_pipeline(commit.request, commit.impact, commit.base, commit.head, built_in_templates(),
                                          commit.config, diagnostics);
    pipeline::check_pipeline({&first, 1}, commit.request.server, diagnostics);
    const Creation plans = Configuration({&first, 1}).create(commit.circumstances);
    REQUIRE_MESSAGE(plans.refusal.empty(), plans.refusal);
    Expectation planned(commit);
    const std::string missing = compare(take_stage(plans).lanes, of_kind(planned.lanes(), "plan: "));
    REQUIRE_MESSAGE(missing.empty(), missing);
    // Every plan is over before the second stage is written.
    std::vector<Run> runs = {Run(plans.jobs, {})};
    const std::vector<std::string> order = play(runs, commit);
    REQUIRE(order.size() == plans.jobs.size());
    const auto writer = std::find(order.begin(), order.end(), "generate-gates");
    REQUIRE((writer != order.end()) == !of_kind(planned.lanes(), "apply: ").empty());
    if (writer == order.end()) continue;
    CHECK(std::none_of(writer, order.end(), [](const std::string& job) { return job.starts_with("plan: "); }));
    CHECK(order.back() == "gates");

    std::vector<pipeline::PlannedState> results;
    for (const Affected& affected : commit.impact.affected) {
      if (!commit.head.find(affected.id)) continue;
      results.push_back({affected.id, commit.chance(60), 1, 0, 0});
    }
    const Pipeline second = build_second_stage(commit.request, "77", results, commit.head, built_in_templates(),
                                               commit.config, diagnostics);
    pipeline::check_pipeline({&second, 1}, commit.request.server, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    std::erase_if(commit.impact.affected, [&](const Affected& affected) {
      return std::none_of(results.begin(), results.end(),
                          [&](const auto& result) { return result.id == affected.id && result.has_changes; });
    });
    Expectation expected(commit);
    const Creation gates = Configuration({&second, 1}).create(commit.circumstances);
    REQUIRE_MESSAGE(gates.refusal.empty(), gates.refusal);
    const Stage stage = take_stage(gates);
    const std::string difference = compare(stage.lanes, of_kind(expected.lanes(), "apply: "));
    REQUIRE_MESSAGE(difference.empty(), difference);
    for (const gitlab_model::Job& job : stage.jobs) {
      if (!job.name.starts_with("apply: ")) continue;
      CHECK(std::find(job.needs_elsewhere.begin(), job.needs_elsewhere.end(), "77 / plan: " + job.name.substr(7)) !=
            job.needs_elsewhere.end());
      ordered += job.needs.empty() ? 0 : 1;
    }
    const std::string fault = find_wrong_order(stage, commit, expected, of_kind(expected.lanes(), "plan: "));
    REQUIRE_MESSAGE(fault.empty(), fault);
    ++stages;
  }
  CHECK(stages > 500);
  CHECK(ordered > 50);
}

TEST_CASE("a drift pipeline asks every state of its part, whatever fails, changes nothing, and ends with the summary") {
  std::size_t parts = 0;
  for (std::uint32_t seed = 0; seed < repositories; ++seed) {
    RandomCommit commit(seed, PipelineKind::schedule);
    CAPTURE(seed);
    const pipeline::Rotation rotation{1 + seed % 3, 3};
    std::vector<std::string> ids;
    Names expected;
    for (const states::State& state : commit.head.states()) {
      if (seed % 2 == 1 && !is_in_rotation(rotation, state.id)) continue;
      ids.push_back(state.id);
      expected.insert("drift: " + state.id);
    }
    Diagnostics diagnostics;
    commit.request.nothing_reason = "no state is in this part";
    const Pipeline made =
        build_drift_pipeline(commit.request, ids, commit.head, built_in_templates(), commit.config, diagnostics);
    pipeline::check_pipeline({&made, 1}, commit.request.server, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const Creation creation = Configuration({&made, 1}).create(commit.circumstances);
    REQUIRE_MESSAGE(creation.refusal.empty(), creation.refusal);
    expected.insert(ids.empty() ? "nothing-to-do" : "drift-summary");
    CHECK(compare(creation.names(), expected).empty());
    Names failing;
    for (const std::string& name : creation.names()) {
      if (commit.chance(30)) failing.insert(name);
    }
    std::vector<Run> runs = {Run(creation.jobs, failing)};
    const std::vector<std::string> order = play(runs, commit);
    REQUIRE(order.size() == creation.jobs.size());
    CHECK((ids.empty() || order.back() == "drift-summary"));
    parts += ids.empty() ? 0 : 1;
  }
  CHECK(parts > 800);
}
