#include "pipeline/build_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "built.hpp"

using hand_made::affected;
using hand_made::graph_of;
using hand_made::push;
namespace yaml = statelane::yaml;
using statelane::config::ChangesKeyword;
using statelane::config::Config;
using statelane::config::Order;
using statelane::gitlab::PipelineKind;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::pipeline::PipelineRequest;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

TEST_CASE("rules 11, 23 and 27: each affected state has a plan, and on a push to the default branch a gated apply") {
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b", "c"}));
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"plan: a", "apply: a", "plan: b", "apply: b"});
  CHECK(built.at("plan: a").find("needs")->as_list()->empty());
  CHECK(*built.at("apply: a").find("needs") == yaml::Value(List{Map{{"job", "plan: a"}, {"artifacts", true}}}));
  CHECK(*built.at("apply: a").find("resource_group") == yaml::Value("a"));
  CHECK(*built.at("apply: a").find("environment") == yaml::Value(Map{{"name", "a"}, {"action", "start"}}));
  CHECK(built.at("plan: a").find("environment") == nullptr);
  CHECK(*built.at(".statelane-apply").find("when") == yaml::Value("manual"));
  CHECK(*built.at(".statelane-apply").find("allow_failure") == yaml::Value(false));
}

TEST_CASE("rule 24: which jobs there are in which kind of pipeline") {
  const auto jobs = [](PipelineKind kind, const std::string& branch) {
    PipelineRequest request = push({"a"});
    request.kind = kind;
    request.branch = branch;
    return Built(request, affected({"a"}), graph_of({"a"})).visible();
  };
  CHECK(jobs(PipelineKind::push_default, "main") == Names{"plan: a", "apply: a"});
  CHECK(jobs(PipelineKind::push_branch, "feature") == Names{"plan: a"});
  for (const PipelineKind kind :
       {PipelineKind::merge_request_detached, PipelineKind::merged_result, PipelineKind::merge_train, PipelineKind::tag,
        PipelineKind::schedule, PipelineKind::web, PipelineKind::api, PipelineKind::trigger,
        PipelineKind::parent_pipeline, PipelineKind::other, PipelineKind::local}) {
    CHECK(jobs(kind, "main") == Names{"plan: a"});
  }
}

TEST_CASE("gates can be refused altogether") {
  PipelineRequest request = push({"a"});
  request.gates = false;
  CHECK(Built(request, affected({"a"}), graph_of({"a"})).visible() == Names{"plan: a"});
}

TEST_CASE("apply branches are the configured ones, by name or glob") {
  auto state = hand_made::state("a");
  state.settings.apply_branches = std::vector<std::string>{"release/*"};
  PipelineRequest request = push({"a"});
  CHECK(Built(request, affected({"a"}), hand_made::graph({state})).visible() == Names{"plan: a"});
  request.kind = PipelineKind::push_branch;
  request.branch = "release/1";
  CHECK(Built(request, affected({"a"}), hand_made::graph({state})).visible() == Names{"plan: a", "apply: a"});
}

TEST_CASE("rules 3 and 22: plans of merge requests may be cancelled by a newer commit, nothing else may") {
  PipelineRequest request = push({"a"});
  Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(*global(built.pipeline, "workflow")->find("auto_cancel") == yaml::Value(Map{{"on_new_commit", "none"}}));
  CHECK(*global(built.pipeline, "default")->find("interruptible") == yaml::Value(false));
  request.kind = PipelineKind::merge_request_detached;
  built = Built(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(built.pipeline, "workflow")->find("auto_cancel") == nullptr);
  CHECK(*global(built.pipeline, "default")->find("interruptible") == yaml::Value(true));
}

TEST_CASE("rule 34: an older server gets no keyword that it does not know") {
  PipelineRequest request = push({"a"});
  request.server = {16, 0, 0};
  const Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(built.pipeline, "workflow")->find("auto_cancel") == nullptr);
  for (const std::string name : {".statelane-plan", ".statelane-apply"}) {
    CHECK(built.at(name).find("artifacts")->find("access") == nullptr);
    CHECK(*built.at(name).find("artifacts")->find("public") == yaml::Value(false));
  }
}

TEST_CASE("rule 1: only:changes stands once per state, where GitLab's decision is proven") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}));
  CHECK(*built.at(".changes: a").find("only") ==
        yaml::Value(Map{{"refs", List{"branches"}}, {"changes", List{"a/**/*"}}}));
  CHECK(*built.at("apply: a").find("extends") == yaml::Value(List{".statelane-apply", ".changes: a"}));
}

TEST_CASE("rule 1: only:changes is left out with the reason where GitLab might decide otherwise") {
  const auto reason = [](PipelineRequest request) {
    const Built built(request, affected({"a"}), graph_of({"a"}));
    CHECK(built.find(".changes: a") == nullptr);
    const std::string& line = built.pipeline.comments.back();
    CHECK(line.starts_with("No \"changes\" rules: "));
    return line.substr(line.find(": ") + 2);
  };
  PipelineRequest request = push({"a"});
  request.kind = PipelineKind::merged_result;
  CHECK(reason(request) == "in a merge request's child, GitLab leaves out every job with only.");
  request = push({"a"});
  request.comparison.is_push = false;
  CHECK(reason(request) == "GitLab would compare with CI_COMMIT_BEFORE_SHA, which is not the base.");
  request = push({"a"});
  for (int number = 0; number < 1000; ++number) {
    request.changes.push_back({statelane::RepoPath::of(fmt::format("z/{:04}", number))});
  }
  CHECK(reason(request) == "1001 paths differ, and GitLab may look at 1000 only.");
  request = push({"a"});
  request.changes_keyword = ChangesKeyword::none;
  CHECK(reason(request) == "it is switched off.");
}

TEST_CASE("rule 1: a state with a pattern that YAML cannot hold has no rule, and says why") {
  auto state = hand_made::state("a");
  state.inputs.push_back(hand_made::input(statelane::states::InputKind::pattern, "m", "m/\xff*.json"));
  const Built built(push({"a"}), affected({"a"}), hand_made::graph({state}));
  CHECK(built.find(".changes: a") == nullptr);
  CHECK(built.at("plan: a").comments.back() == "no \"changes\" rule: a pattern of its inputs is not UTF-8");
}

TEST_CASE("rules 1 and 8: a state whose only path GitLab may not see has no rule, and says why") {
  PipelineRequest request = push({"a", "b"});
  request.changes[0].kind = statelane::ChangeKind::deleted;
  request.changes[1].kind = statelane::ChangeKind::added;
  const Built built(request, affected({"a", "b"}), graph_of({"a", "b"}));
  CHECK(built.find(".changes: a") == nullptr);
  CHECK(built.find(".changes: b") != nullptr);
  CHECK(
      built.at("plan: a").comments.back() ==
      "no \"changes\" rule: only paths match that GitLab may not see, as of a renamed file it sees the new path alone");
}

TEST_CASE("rule 2: rules:changes has at most 50 patterns in a rule, and several rules are alternatives") {
  auto state = hand_made::state("a");
  for (int number = 0; number < 120; ++number) {
    state.inputs.push_back(hand_made::input(statelane::states::InputKind::file, fmt::format("f/{:03}", number)));
  }
  PipelineRequest request = push({"a"});
  request.changes_keyword = ChangesKeyword::rules;
  const Built built(request, affected({"a"}), hand_made::graph({state}));
  CHECK(built.diagnostics.empty());
  const List& rules = *built.at(".changes: a").find("rules")->as_list();
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].find("changes")->as_list()->size() == 50);
  CHECK(rules[2].find("changes")->as_list()->size() == 21);
}

TEST_CASE("rule 25: applies wait for the applies they depend on, and take the records of those that they read") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c", "u"}, {{"b", "a"}, {"c", "u"}, {"u", "b"}}));
  CHECK(built.needs("plan: c").empty());
  CHECK(*built.at("apply: b").find("needs") ==
        yaml::Value(List{Map{{"job", "plan: b"}, {"artifacts", true}}, Map{{"job", "apply: a"}, {"artifacts", true}}}));
  CHECK(*built.at("apply: c").find("needs") == yaml::Value(List{Map{{"job", "plan: c"}, {"artifacts", true}},
                                                                Map{{"job", "apply: b"}, {"artifacts", false}}}));
}

TEST_CASE("a record is taken also where the order follows from others") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}, {"c", "a"}}));
  CHECK(built.needs("apply: c") == Names{"plan: c", "apply: a", "apply: b"});
}

TEST_CASE("an apply knows whose records have to be there, since GitLab goes on behind an optional gate that failed") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}, {"c", "a"}}));
  const auto expected = [&](const char* job) {
    return built.at(job).find("variables")->find("STATELANE_APPLIES_BEFORE");
  };
  REQUIRE(expected("apply: c") != nullptr);
  CHECK(*expected("apply: c") == yaml::Value("a b"));
  CHECK(expected("apply: a") == nullptr);
  CHECK(expected("plan: c") == nullptr);
}

TEST_CASE("states of one circle take no records of each other") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c"}, {{"a", "b"}, {"b", "a"}, {"b", "c"}}));
  CHECK(built.needs("apply: a") == Names{"plan: a", "apply: c"});
  CHECK(*built.at("apply: a").find("needs")->as_list()->back().find("artifacts") == yaml::Value(false));
  CHECK(*built.at("apply: b").find("needs")->as_list()->back().find("artifacts") == yaml::Value(true));
}

TEST_CASE("rule 25: with strict order the plan waits instead, in the stage of the applies") {
  Config config;
  config.order = Order::strict;
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"b", "a"}}), config);
  CHECK(built.diagnostics.empty());
  CHECK(built.needs("plan: b") == Names{"apply: a"});
  CHECK(*built.at("plan: b").find("stage") == yaml::Value("apply"));
  CHECK(built.needs("apply: b") == Names{"plan: b"});
  CHECK(built.at("plan: a").find("stage") == nullptr);
}

TEST_CASE("rule 25: a state that runs only as a dependent plans behind the apply it depends on") {
  Impact impact = affected({"a", "b"});
  impact.affected[1].change = Change::dependent;
  const Built built(push({"a", "b"}), impact, graph_of({"a", "b"}, {{"b", "a"}}));
  CHECK(built.needs("plan: b") == Names{"apply: a"});
}

TEST_CASE("a state that may not be applied here stands for those it depends on") {
  auto states = std::vector{hand_made::state("a"), hand_made::state("b"), hand_made::state("c")};
  states[1].settings.apply_branches = std::vector<std::string>{"other"};
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    hand_made::graph(states, {{"b", "a"}, {"c", "b"}}));
  CHECK(built.visible() == Names{"plan: a", "apply: a", "plan: b", "plan: c", "apply: c"});
  CHECK(built.needs("apply: c") == Names{"plan: c", "apply: a"});
}

TEST_CASE("a circle is one step, with a warning") {
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"a", "b"}, {"b", "a"}}));
  CHECK(built.needs("apply: a") == Names{"plan: a"});
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(render_diagnostic(built.diagnostics[0]) ==
        "a: warning: states depend on each other in a circle, so that their applies have no order: a, b\n"
        "hint: take one of the remote state reads out of the circle\n");
}

TEST_CASE("rule 12: more than 50 needs go through barriers") {
  Names ids;
  std::vector<hand_made::NamedEdge> edges;
  for (int number = 0; number < 130; ++number) {
    ids.push_back(fmt::format("s{:03}", number));
    edges.push_back({"z", ids.back()});
  }
  ids.push_back("z");
  const Built built(push(ids), affected(ids), graph_of(ids, edges));
  CHECK(built.diagnostics.empty());
  CHECK(built.needs("apply: z") == Names{"plan: z", "barrier: 1", "barrier: 2", "barrier: 3"});
  CHECK(built.needs("barrier: 3").size() == 30);
  CHECK(built.find(".statelane-barrier") != nullptr);
}
