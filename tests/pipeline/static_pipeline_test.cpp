#include "pipeline/static_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/job_index.hpp"

using hand_made::graph_of;
using statelane::Diagnostic;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::config::ChangesKeyword;
using statelane::config::Config;
using statelane::config::Gate;
using statelane::pipeline::Job;
using statelane::pipeline::JobIndex;
using statelane::pipeline::JobSet;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::states::StateGraph;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

namespace {

const char* const update = R"($CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BEFORE_SHA !~ /\A0*\z/)";

/// Built, and checked as GitLab would.
struct Static {
  explicit Static(const StateGraph& head, std::optional<ChangesKeyword> keyword = ChangesKeyword::only,
                  const Config& config = {}, statelane::gitlab::Version server = {18, 0, 0}) {
    PipelineRequest request;
    request.command_line = "statelane generate --static --output lanes.yml";
    request.changes_keyword = keyword;
    request.server = server;
    request.image = "tools:1";
    for (const auto& state : head.states())
      request.lock_files[state.id] = state.directory.str() == "unlocked" ? "" : "11";
    Diagnostics found;
    pipeline = build_static_pipeline(request, head, {}, config, found);
    if (!found.has_errors()) check_pipeline({&pipeline, 1}, server, found, JobSet::chosen_by_gitlab);
    diagnostics = found.sorted();
  }

  const Job& at(std::string_view name) const {
    INFO(name);
    for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
      for (const Job& job : *jobs) {
        if (job.name == name) return job;
      }
    }
    FAIL("there is no such job");
    return pipeline.jobs.front();
  }

  /// `only` after `extends`, whose maps GitLab merges.
  Map only(std::string_view name) const {
    Map merged;
    const Job& job = at(name);
    for (const yaml::Value& extended : *job.find("extends")->as_list()) {
      const yaml::Value* only = at(*extended.as_string()).find("only");
      if (only == nullptr) continue;
      for (const auto& entry : *only->as_map()) merged.push_back(entry);
    }
    return merged;
  }

  Names visible() const {
    Names names;
    for (const Job& job : pipeline.jobs) {
      if (!job.name.starts_with('.')) names.push_back(job.name);
    }
    return names;
  }

  Pipeline pipeline;
  std::vector<Diagnostic> diagnostics;
};

}  // namespace

TEST_CASE("rule 2: a static pipeline has a plan and a gate of every state, each with only:changes") {
  const Static built(graph_of({"a", "b"}));
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"plan: a", "apply: a", "plan: b", "apply: b"});
  CHECK(
      built.only("plan: a") ==
      Map{{"refs", List{"branches", "merge_requests"}},
          {"variables",
           List{
               R"($CI_PIPELINE_SOURCE == "merge_request_event" || $CI_COMMIT_BRANCH && ($CI_PIPELINE_SOURCE == "push" && )"
               R"(($CI_OPEN_MERGE_REQUESTS == null || $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH) || $STATELANE_OPT_ALL == "true"))"}},
          {"changes", List{".statelane.yml", "a/**/*"}}});
}

TEST_CASE("rule 24: gates are on pushes to existing apply branches alone") {
  const Static built(graph_of({"a"}));
  CHECK(built.only("apply: a") ==
        Map{{"refs", List{"branches"}},
            {"variables", List{fmt::format("{} && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", update)}},
            {"changes", List{".statelane.yml", "a/**/*"}}});
  CHECK(*built.at(".statelane-apply").find("when") == yaml::Value("manual"));
  CHECK(*built.at(".statelane-apply").find("allow_failure") == yaml::Value(false));
}

/// Of the patterns that the jobs of the state a share.
yaml::Value reference(const std::string& keyword) {
  return {yaml::Value::Reference{{".changes: a", keyword}}, statelane::yaml::Spot{}};
}

TEST_CASE("rules 2 and 23: with rules each entry has patterns, and an apply's says how it starts") {
  auto state = hand_made::state("a");
  const auto rule = [&](Gate gate) {
    state.settings.gate = gate;
    const Static built(hand_made::graph({state}), ChangesKeyword::rules);
    CHECK(built.diagnostics.empty());
    CHECK(built.at("plan: a").find("only") == nullptr);
    const yaml::Value& of_plan = built.at("plan: a").find("rules")->as_list()->front();
    CHECK(of_plan.find("when") == nullptr);
    CHECK(*of_plan.find("changes") == reference("changes"));
    CHECK(built.at(".changes: a").keywords == Map{{"changes", List{".statelane.yml", "a/**/*"}}});
    return built.at("apply: a").find("rules")->as_list()->front();
  };
  const std::string condition = fmt::format("{} && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", update);
  const yaml::Value patterns = reference("changes");
  CHECK(rule(Gate::blocking) ==
        yaml::Value(Map{{"if", condition}, {"when", "manual"}, {"allow_failure", false}, {"changes", patterns}}));
  CHECK(rule(Gate::optional) ==
        yaml::Value(Map{{"if", condition}, {"when", "manual"}, {"allow_failure", true}, {"changes", patterns}}));
  CHECK(rule(Gate::automatic) ==
        yaml::Value(Map{{"if", condition}, {"when", "on_success"}, {"allow_failure", false}, {"changes", patterns}}));
}

TEST_CASE("rule 2: above 50 patterns rules has several entries, and the head tells where GitLab stops comparing") {
  auto state = hand_made::state("a");
  for (int number = 0; number < 118; ++number) {
    state.inputs.push_back(hand_made::input(statelane::states::InputKind::file, fmt::format("f/{:03}", number)));
  }
  const Static built(hand_made::graph({state}), ChangesKeyword::rules);
  CHECK(built.diagnostics.empty());
  CHECK(built.at("plan: a").find("rules")->as_list()->size() == 3);
  CHECK(built.at("apply: a").find("rules")->as_list()->size() == 3);
  CHECK(*built.at("apply: a").find("rules")->as_list()->back().find("changes") == reference("changes-3"));
  CHECK(built.at(".changes: a").find("changes-3")->as_list()->size() == 20);
  CHECK(built.pipeline.comments.back() ==
        "Where more than 1000 paths differ, GitLab compares no more and takes rules as true.");
}

TEST_CASE("rule 25: applies name all applies before them, since those between may be missing, and need none that is") {
  const Static built(graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}}));
  CHECK(*built.at("apply: c").find("needs") ==
        yaml::Value(List{Map{{"job", "plan: c"}, {"artifacts", true}},
                         Map{{"job", "apply: a"}, {"artifacts", false}, {"optional", true}},
                         Map{{"job", "apply: b"}, {"artifacts", true}, {"optional", true}}}));
}

TEST_CASE("with strict order the plan waits for the applies that are there") {
  Config config;
  config.order = statelane::config::Order::strict;
  const Static built(graph_of({"a", "b"}, {{"b", "a"}}), ChangesKeyword::only, config);
  CHECK(built.diagnostics.empty());
  CHECK(*built.at("plan: b").find("stage") == yaml::Value("apply"));
  CHECK(*built.at("plan: b").find("needs") ==
        yaml::Value(List{Map{{"job", "apply: a"}, {"artifacts", false}, {"optional", true}}}));
}

TEST_CASE("rule 12: a barrier of a static pipeline is there where one of the jobs before it is") {
  Names ids;
  std::vector<hand_made::NamedEdge> edges;
  for (int number = 0; number < 60; ++number) {
    ids.push_back(fmt::format("s{:02}", number));
    edges.push_back({"z", ids.back()});
  }
  ids.push_back("z");
  for (const auto keyword : {ChangesKeyword::only, ChangesKeyword::rules}) {
    const Static built(graph_of(ids, edges), keyword);
    CHECK(built.diagnostics.empty());
    const Job& barrier = built.at("barrier: 1");
    CHECK(barrier.find("needs")->as_list()->size() == 50);
    CHECK(*barrier.find("needs")->as_list()->front().find("optional") == yaml::Value(true));
    if (keyword == ChangesKeyword::only) {
      CHECK(built.at(".changes of barrier: 1").find("only")->find("changes")->as_list()->size() == 51);
      CHECK(built.only("barrier: 1")[0] == yaml::Value::Entry{"refs", List{"branches"}});
    } else {
      CHECK(barrier.find("rules")->as_list()->size() == 2);
    }
  }
}

TEST_CASE("apply branches are named in GitLab's expressions, and what they cannot name is an error") {
  auto state = hand_made::state("a");
  state.settings.apply_branches = Names{"main", "release/*"};
  const Static built(hand_made::graph({state}));
  CHECK(built.diagnostics.empty());
  CHECK(*built.only("apply: a")[1].value.as_list()->front().as_string() ==
        fmt::format(R"({} && ($CI_COMMIT_BRANCH == "main" || $CI_COMMIT_BRANCH =~ /\Arelease\/[^\/]*\z/))", update));
  state.settings.apply_branches = Names{"a'\""};
  const Static refused(hand_made::graph({state}));
  REQUIRE(refused.diagnostics.size() == 1);
  CHECK(render_diagnostic(refused.diagnostics[0]) ==
        ".statelane.yml: error: GitLab's expressions cannot name the branch \"a'\"\" of the state \"a\"\n"
        "hint: name it without quotes, and close brackets and braces\n");
  state.settings.apply_branches = Names{};
  CHECK(Static(hand_made::graph({state})).visible() == Names{"plan: a"});
}

TEST_CASE("rule 17: each state writes a cache of its own, since any of them may be missing") {
  const Static built(graph_of({"a", "b"}));
  CHECK(*built.at(".providers: b").find("cache")->find("key") ==
        yaml::Value(Map{{"files", List{"b/.terraform.lock.hcl"}},
                        {"prefix", "statelane-providers-b-$CI_COMMIT_REF_PROTECTED-$CI_PIPELINE_SOURCE"}}));
  CHECK(*built.at("plan: b").find("cache") == yaml::Value(Map{{"policy", "pull-push"}}));
  CHECK(built.at("apply: b").find("cache") == nullptr);
  CHECK(Static(graph_of({"unlocked"})).at("plan: unlocked").find("cache") == nullptr);
}

TEST_CASE("a state that is lost with its job has no gate in a committed file either") {
  auto state = hand_made::state("a");
  state.backend.reset();
  const Static built(hand_made::graph({state}));
  CHECK(built.visible() == Names{"plan: a"});
  CHECK(built.at("plan: a").comments.back() ==
        "no gate: the state has no backend, so that what it stores is lost with the job");
  REQUIRE(built.diagnostics.size() == 1);
}

TEST_CASE("rule 22: a newer push cancels nothing, where the server can be told") {
  CHECK(Static(graph_of({"a"})).pipeline.globals[0] ==
        yaml::Value::Entry{"workflow", Map{{"auto_cancel", Map{{"on_new_commit", "none"}}}}});
  CHECK(Static(graph_of({"a"}), ChangesKeyword::only, {}, {16, 0, 0}).pipeline.globals[0].key == "stages");
}

TEST_CASE("nothing of a static pipeline reaches the jobs of a file that includes it") {
  const Static built(graph_of({"a"}));
  for (const auto& [key, value] : built.pipeline.globals) CHECK((key == "workflow" || key == "stages"));
  CHECK(*built.at(".statelane").find("image") == yaml::Value(Map{{"name", "tools:1"}, {"entrypoint", List{""}}}));
}

TEST_CASE("rules is the keyword unless somebody says another: it sees both ends of a move") {
  const Static built(graph_of({"a"}), std::nullopt);
  CHECK(built.at("plan: a").find("rules") != nullptr);
  Config config;
  config.changes = ChangesKeyword::only;
  CHECK(Static(graph_of({"a"}), std::nullopt, config).at("plan: a").find("rules") == nullptr);
}

TEST_CASE("what a committed file cannot say is refused") {
  Config config;
  config.dependents = statelane::config::Dependents::direct;
  const Static dependents(graph_of({"a"}), ChangesKeyword::rules, config);
  REQUIRE(dependents.diagnostics.size() == 1);
  CHECK(dependents.diagnostics[0].message ==
        "a static pipeline cannot have \"dependents\": GitLab chooses each lane by what it reads itself");
  CHECK(dependents.diagnostics[0].hints == Names{"set \"dependents: none\", or generate a child pipeline"});
  auto state = hand_made::state("a");
  state.settings.plan_environment = "access";
  const Static environment(hand_made::graph({state}), ChangesKeyword::rules);
  REQUIRE(environment.diagnostics.size() == 1);
  CHECK(environment.diagnostics[0].message ==
        "a static pipeline cannot have \"plan_environment\": its plan jobs run in merge requests too");
  CHECK(environment.diagnostics[0].hints == Names{"set \"plan_environment: none\", or generate a child pipeline"});
}

TEST_CASE("an optional gate that others wait for blocks, also where rules say how it starts") {
  auto below = hand_made::state("a");
  below.settings.gate = statelane::config::Gate::optional;
  for (const ChangesKeyword keyword : {ChangesKeyword::only, ChangesKeyword::rules}) {
    const Static built(hand_made::graph({below, hand_made::state("b")}, {{"b", "a"}}), keyword);
    CHECK(built.diagnostics.size() == 1);
    const Job& apply = built.at("apply: a");
    const yaml::Value* rules = apply.find("rules");
    const yaml::Value* allowed =
        rules != nullptr ? rules->as_list()->front().find("allow_failure") : apply.find("allow_failure");
    CHECK((allowed == nullptr || *allowed == yaml::Value(false)));
  }
}

TEST_CASE("a static pipeline without changes is refused, and without states has one job") {
  const Static refused(graph_of({"a"}), ChangesKeyword::none);
  REQUIRE(refused.diagnostics.size() == 1);
  CHECK(refused.diagnostics[0].message == "a static pipeline has nothing but \"changes\" to choose states by");
  const Static empty(graph_of({}));
  CHECK(empty.visible() == Names{"nothing-to-do"});
  CHECK(*empty.at("nothing-to-do").find("variables")->find("STATELANE_REASON")->find("value") ==
        yaml::Value("there is no state"));
}

TEST_CASE("rule 11: how many jobs deploy says nothing, since GitLab takes those of a push alone") {
  Names ids;
  for (int number = 0; number < 501; ++number) ids.push_back(fmt::format("s{:03}", number));
  const Static built(graph_of(ids));
  for (const Diagnostic& found : built.diagnostics) CHECK(found.message.find("deploy") == std::string::npos);
}
