#include "pipeline/second_stage.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "built.hpp"
#include "pipeline/children.hpp"
#include "pipeline/complete_child.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/split_pipeline.hpp"

using hand_made::affected;
using hand_made::graph_of;
using hand_made::push;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::config::Config;
using statelane::config::Gates;
using statelane::pipeline::Job;
using statelane::pipeline::JobIndex;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::pipeline::PlannedState;
using statelane::states::StateGraph;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

namespace {

struct SecondStage {
  SecondStage(const std::vector<PlannedState>& planned, const StateGraph& head, PipelineRequest request = push({})) {
    Diagnostics found;
    pipeline = build_second_stage(request, "815", planned, head, {}, {}, found);
    statelane::pipeline::check_pipeline({&pipeline, 1}, request.server, found);
    for (const auto& fault : found.sorted()) FAIL_CHECK(render_diagnostic(fault));
    for (const Job& job : pipeline.jobs) {
      if (!job.name.starts_with('.')) visible.push_back(job.name);
    }
  }

  const Job& at(std::string_view name) const {
    const Job* job = JobIndex({&pipeline, 1}).find(name);
    REQUIRE(job != nullptr);
    return *job;
  }

  Pipeline pipeline;
  Names visible;
};

Config with_second_stage() {
  Config config;
  config.gates = Gates::changed;
  return config;
}

}  // namespace

TEST_CASE("the first stage plans, and ends with the job that writes the second and the one that starts it") {
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}), with_second_stage());
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"plan: a", "plan: b", "generate-gates", "gates"});
  CHECK(*global(built.pipeline, "stages") == yaml::Value(List{"plan", "apply", "gates"}));
  CHECK(built.at("generate-gates").find("needs") == nullptr);
  CHECK(*built.at(".statelane-gates").find("when") == yaml::Value("always"));
  CHECK(*built.at("gates").find("needs") == yaml::Value(List{"generate-gates"}));
  CHECK(*built.at("gates").find("trigger") ==
        yaml::Value(Map{{"include", List{Map{{"artifact", "gates.gitlab-ci.yml"}, {"job", "generate-gates"}}}},
                        {"strategy", "depend"},
                        {"forward", Map{{"yaml_variables", false}}}}));
}

TEST_CASE("rule 32: variables of the first stage do not override those of the second's jobs") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), with_second_stage());
  CHECK(*built.at("gates").find("inherit") == yaml::Value(Map{{"variables", false}}));
}

TEST_CASE("rule 5: a newer server shows the second stage's state itself") {
  PipelineRequest request = push({"a"});
  request.server = {18, 2, 0};
  const Built built(request, affected({"a"}), graph_of({"a"}), with_second_stage());
  CHECK(*built.at("gates").find("trigger")->find("strategy") == yaml::Value("mirror"));
}

TEST_CASE("where nothing may be applied there is no second stage") {
  PipelineRequest request = push({"a"});
  request.kind = statelane::gitlab::PipelineKind::merge_request_detached;
  request.branch = "";
  const Built built(request, affected({"a"}), graph_of({"a"}), with_second_stage());
  CHECK(built.visible() == Names{"plan: a"});
  CHECK(*global(built.pipeline, "stages") == yaml::Value(List{"plan", "apply"}));
}

TEST_CASE("gates that one file may not hold are written to several, which GitLab is told of beforehand") {
  Names ids;
  for (int index = 0; index < 450; ++index) ids.push_back(fmt::format("teams/payments/services/service-{:03}", index));
  PipelineRequest request = push(ids);
  request.server = {16, 5, 0};
  const Built built(request, affected(ids), graph_of(ids), with_second_stage());
  const List names = {"gates.gitlab-ci.yml", "gates-file2.gitlab-ci.yml"};
  CHECK(*built.at("generate-gates").find("artifacts")->find("paths") == yaml::Value(names));
  CHECK(*built.at("generate-gates").find("variables") == yaml::Value(Map{{"STATELANE_OPT_FILES", "2"}}));
  CHECK(built.at("gates").find("trigger")->find("include")->as_list()->size() == 2);

  std::vector<PlannedState> planned;
  for (const std::string& id : ids) planned.push_back({id, true, 1, 2, 3});
  Diagnostics found;
  Pipeline gates = build_second_stage(request, "815", planned, graph_of(ids), {}, {}, found);
  std::vector<Pipeline> files = statelane::pipeline::split_into_files(std::move(gates), request.server);
  CHECK(files.size() <= 2);
  statelane::pipeline::complete_child(files, 1, {1, 3}, request, found);
  CHECK(files.size() == 3);
  CHECK_FALSE(found.has_errors());
}

TEST_CASE("a child of a first stage has no more gates than one pipeline may have") {
  Names ids;
  for (int index = 0; index < 1100; ++index) ids.push_back(fmt::format("s{}", index));
  const StateGraph graph = graph_of(ids);
  Diagnostics found;
  const auto children = statelane::pipeline::build_children(push(ids), affected(ids), graph, graph, {},
                                                            with_second_stage(), {5, 3}, found);
  CHECK(found.empty());
  for (const auto& child : children) {
    std::size_t plans = 0;
    for (const Pipeline& file : child) {
      plans += static_cast<std::size_t>(std::count_if(file.jobs.begin(), file.jobs.end(),
                                                      [](const Job& job) { return job.name.starts_with("plan: "); }));
    }
    CHECK(plans <= 500);
  }
}

TEST_CASE("a plan that waits for an apply cannot be in a first stage") {
  Config config = with_second_stage();
  config.order = statelane::config::Order::strict;
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"b", "a"}}), config);
  REQUIRE_FALSE(built.diagnostics.empty());
  CHECK(render_diagnostic(built.diagnostics[0]) ==
        ".statelane.yml: error: the plan of \"b\" waits for an apply, and with gates for changed states only, applies "
        "come after all plans\n"
        "hint: set \"gates_for: affected\", or \"order: parallel\" and \"dependents: none\"\n");
}

TEST_CASE("the second stage has the gates of the states whose plan has changes, and of no others") {
  const SecondStage stage({{"a", true, 1, 2, 3}, {"b", false, 0, 0, 0}, {"gone", true, 1, 0, 0}}, graph_of({"a", "b"}));
  CHECK(stage.visible == Names{"apply: a"});
  CHECK(stage.at("apply: a").comments == Names{"the plan creates 1, updates 2, deletes 3"});
  const Names& lines = stage.pipeline.comments;
  CHECK(std::find(lines.begin(), lines.end(), "  b") != lines.end());
}

TEST_CASE("rule 13: one pipeline is started below the first stage, and none below the second") {
  const Names ids = {"a", "b", "c"};
  const Built first(push(ids), affected(ids), graph_of(ids), with_second_stage());
  const auto starts = [](const Job& job) { return job.find("trigger") != nullptr; };
  CHECK(std::count_if(first.pipeline.jobs.begin(), first.pipeline.jobs.end(), starts) == 1);
  const SecondStage second({{"a", true, 1, 0, 0}, {"b", true, 1, 0, 0}, {"c", true, 1, 0, 0}}, graph_of(ids));
  for (const auto* jobs : {&second.pipeline.jobs, &second.pipeline.templates}) {
    CHECK(std::none_of(jobs->begin(), jobs->end(), starts));
  }
}

TEST_CASE("rule 27: an apply of the second stage takes the plan of its own state from the pipeline that planned") {
  const SecondStage stage({{"a", true, 1, 0, 0}}, graph_of({"a"}));
  CHECK(*stage.at("apply: a").find("needs") ==
        yaml::Value(List{Map{{"pipeline", "815"}, {"job", "plan: a"}, {"artifacts", true}}}));
  CHECK(*stage.at("apply: a").find("resource_group") == yaml::Value("a"));
}

TEST_CASE("rule 12: applies of the second stage keep their order, also through states without changes") {
  const SecondStage stage({{"a", true, 1, 0, 0}, {"b", false, 0, 0, 0}, {"c", true, 1, 0, 0}},
                          graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}}));
  CHECK(*stage.at("apply: c").find("needs") ==
        yaml::Value(List{Map{{"pipeline", "815"}, {"job", "plan: c"}, {"artifacts", true}},
                         Map{{"job", "apply: a"}, {"artifacts", false}}}));
}

TEST_CASE("rule 4: a second stage without gates has one job that says why") {
  const auto reason = [](const std::vector<PlannedState>& planned, PipelineRequest request) {
    const SecondStage stage(planned, graph_of({"a"}), std::move(request));
    CHECK(stage.visible == Names{"nothing-to-do"});
    return *stage.at("nothing-to-do").find("variables")->find("STATELANE_REASON")->find("value")->as_string();
  };
  CHECK(reason({}, push({})) == "nothing to apply: no plan was made");
  CHECK(reason({{"a", false, 0, 0, 0}}, push({})) == "nothing to apply: none of 1 plans has changes");
  PipelineRequest request = push({});
  request.branch = "feature";
  CHECK(reason({{"a", true, 1, 0, 0}}, request) == "nothing to apply here: this branch has no gates");
}

TEST_CASE("rule 12: a job needs no more than five jobs of other pipelines") {
  Pipeline pipeline;
  pipeline.globals = {{"stages", List{"plan"}}};
  List needs;
  for (int number = 0; number < 6; ++number)
    needs.emplace_back(Map{{"pipeline", "1"}, {"job", fmt::format("{}", number)}});
  pipeline.jobs = {{"a", {}, {{"stage", "plan"}, {"script", List{"true"}}, {"needs", needs}}}};
  Diagnostics diagnostics;
  statelane::pipeline::check_pipeline({&pipeline, 1}, {18, 0, 0}, diagnostics);
  REQUIRE(diagnostics.sorted().size() == 1);
  CHECK(diagnostics.sorted()[0].message ==
        "GitLab would not run the job \"a\" as it is meant: 6 needs of other pipelines; GitLab takes at most 5");
}

TEST_CASE("a gate opens by itself only where it may, and its plan is by proof the one that was reviewed") {
  using statelane::config::Gate;
  const auto apply = [](Gate gate, bool was_reviewed, bool waits) {
    auto state = hand_made::state("a");
    state.settings.gate = gate;
    PlannedState plan{"a", true, 1, 0, 0, waits, was_reviewed};
    return SecondStage({plan}, hand_made::graph({state})).at("apply: a");
  };
  const Job open = apply(Gate::automatic_if_reviewed, true, false);
  REQUIRE(open.find("when") != nullptr);
  CHECK(*open.find("when") == yaml::Value("on_success"));
  CHECK(open.comments.back() == "its gate opens by itself: the plan is equal to the one that was reviewed");
  for (const auto& [was_reviewed, waits, comment] :
       {std::tuple{false, false, "its gate waits: that the plan was reviewed is not proven"},
        std::tuple{true, true, "its gate waits, though the plan was reviewed: an earlier push left some of it"}}) {
    const Job closed = apply(Gate::automatic_if_reviewed, was_reviewed, waits);
    CHECK(closed.find("when") == nullptr);
    CHECK(closed.comments.back() == comment);
  }
  CHECK(apply(Gate::blocking, true, false).find("when") == nullptr);
  CHECK(apply(Gate::optional, true, false).find("when") == nullptr);
}
