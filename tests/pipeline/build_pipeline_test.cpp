#include "pipeline/build_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"

using hand_made::affected;
using hand_made::graph_of;
using hand_made::push;
using statelane::Diagnostic;
using statelane::Diagnostics;
using statelane::YamlValue;
using statelane::config::ChangesKeyword;
using statelane::config::Config;
using statelane::config::Gate;
using statelane::config::Order;
using statelane::gitlab::PipelineKind;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::pipeline::build_pipeline;
using statelane::pipeline::check_pipeline;
using statelane::pipeline::Job;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::pipeline::TemplateSet;
using statelane::states::StateGraph;
using List = YamlValue::List;
using Map = YamlValue::Map;

namespace {

/// Builds and checks; every test's pipeline is one that GitLab takes.
struct Built {
  Built(const PipelineRequest& request, const Impact& impact, const StateGraph& head, const Config& config = {},
        const TemplateSet& templates = {}, const StateGraph& base = {}) {
    Diagnostics found;
    pipeline = build_pipeline(request, impact, base, head, templates, config, found);
    check_pipeline({&pipeline, 1}, request.server, found);
    diagnostics = found.sorted();
  }

  const Job* find(std::string_view name) const {
    for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
      for (const Job& job : *jobs) {
        if (job.name == name) return &job;
      }
    }
    return nullptr;
  }

  const Job& at(std::string_view name) const {
    INFO(name);
    REQUIRE(find(name) != nullptr);
    return *find(name);
  }

  std::vector<std::string> visible() const {
    std::vector<std::string> names;
    for (const Job& job : pipeline.jobs) {
      if (!job.name.starts_with('.')) names.push_back(job.name);
    }
    return names;
  }

  std::vector<std::string> needs(std::string_view name) const {
    std::vector<std::string> names;
    for (const YamlValue& need : *at(name).find("needs")->as_list()) names.push_back(*need.find("job")->as_string());
    return names;
  }

  Pipeline pipeline;
  std::vector<Diagnostic> diagnostics;
};

const YamlValue* global(const Pipeline& pipeline, std::string_view key) {
  for (const auto& [name, value] : pipeline.globals) {
    if (name == key) return &value;
  }
  return nullptr;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("each affected state has a plan, and on a push to the default branch a gated apply") {
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b", "c"}));
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"plan: a", "apply: a", "plan: b", "apply: b"});
  CHECK(built.at("plan: a").find("needs")->as_list()->empty());
  CHECK(*built.at("apply: a").find("needs") == YamlValue(List{Map{{"job", "plan: a"}, {"artifacts", true}}}));
  CHECK(*built.at("apply: a").find("resource_group") == YamlValue("a"));
  CHECK(*built.at("apply: a").find("environment") == YamlValue(Map{{"name", "a"}, {"action", "start"}}));
  CHECK(built.at("plan: a").find("environment") == nullptr);
  CHECK(*built.at(".statelane-apply").find("when") == YamlValue("manual"));
  CHECK(*built.at(".statelane-apply").find("allow_failure") == YamlValue(false));
}

TEST_CASE("which jobs there are in which kind of pipeline") {
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

TEST_CASE("plans of merge requests may be cancelled by a newer commit, nothing else may") {
  PipelineRequest request = push({"a"});
  Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(*global(built.pipeline, "workflow")->find("auto_cancel") == YamlValue(Map{{"on_new_commit", "none"}}));
  CHECK(*global(built.pipeline, "default")->find("interruptible") == YamlValue(false));
  request.kind = PipelineKind::merge_request_detached;
  built = Built(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(built.pipeline, "workflow")->find("auto_cancel") == nullptr);
  CHECK(*global(built.pipeline, "default")->find("interruptible") == YamlValue(true));
}

TEST_CASE("an older server gets no keyword that it does not know") {
  PipelineRequest request = push({"a"});
  request.server = {16, 0, 0};
  const Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(built.pipeline, "workflow")->find("auto_cancel") == nullptr);
  for (const std::string name : {".statelane-plan", ".statelane-apply"}) {
    CHECK(built.at(name).find("artifacts")->find("access") == nullptr);
    CHECK(*built.at(name).find("artifacts")->find("public") == YamlValue(false));
  }
}

TEST_CASE("only:changes stands once per state, where GitLab's decision is proven") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}));
  CHECK(*built.at(".changes: a").find("only") ==
        YamlValue(Map{{"refs", List{"branches"}}, {"changes", List{"a/**/*"}}}));
  CHECK(*built.at("apply: a").find("extends") ==
        YamlValue(List{".statelane-apply", ".providers-unlocked", ".changes: a"}));
}

TEST_CASE("only:changes is left out with the reason where GitLab might decide otherwise") {
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

TEST_CASE("a state whose only path GitLab may not see has no rule, and says why") {
  PipelineRequest request = push({"a", "b"});
  request.changes[0].kind = statelane::pipeline::ChangedPath::Kind::deleted;
  request.changes[1].kind = statelane::pipeline::ChangedPath::Kind::added;
  const Built built(request, affected({"a", "b"}), graph_of({"a", "b"}));
  CHECK(built.find(".changes: a") == nullptr);
  CHECK(built.find(".changes: b") != nullptr);
  CHECK(
      built.at("plan: a").comments.back() ==
      "no \"changes\" rule: only paths match that GitLab may not see, as of a renamed file it sees the new path alone");
}

TEST_CASE("rules:changes has at most 50 patterns in a rule, and several rules are alternatives") {
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

TEST_CASE("applies wait for the applies they depend on, and take the records of those that they read") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c", "u"}, {{"b", "a"}, {"c", "u"}, {"u", "b"}}));
  CHECK(built.needs("plan: c").empty());
  CHECK(*built.at("apply: b").find("needs") ==
        YamlValue(List{Map{{"job", "plan: b"}, {"artifacts", true}}, Map{{"job", "apply: a"}, {"artifacts", true}}}));
  CHECK(*built.at("apply: c").find("needs") ==
        YamlValue(List{Map{{"job", "plan: c"}, {"artifacts", true}}, Map{{"job", "apply: b"}, {"artifacts", false}}}));
}

TEST_CASE("a record is taken also where the order follows from others") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}, {"c", "a"}}));
  CHECK(built.needs("apply: c") == Names{"plan: c", "apply: a", "apply: b"});
}

TEST_CASE("states of one circle take no records of each other") {
  const Built built(push({"a", "b", "c"}), affected({"a", "b", "c"}),
                    graph_of({"a", "b", "c"}, {{"a", "b"}, {"b", "a"}, {"b", "c"}}));
  CHECK(built.needs("apply: a") == Names{"plan: a", "apply: c"});
  CHECK(*built.at("apply: a").find("needs")->as_list()->back().find("artifacts") == YamlValue(false));
  CHECK(*built.at("apply: b").find("needs")->as_list()->back().find("artifacts") == YamlValue(true));
}

TEST_CASE("with strict order the plan waits instead, in the stage of the applies") {
  Config config;
  config.order = Order::strict;
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"b", "a"}}), config);
  CHECK(built.diagnostics.empty());
  CHECK(built.needs("plan: b") == Names{"apply: a"});
  CHECK(*built.at("plan: b").find("stage") == YamlValue("apply"));
  CHECK(built.needs("apply: b") == Names{"plan: b"});
  CHECK(built.at("plan: a").find("stage") == nullptr);
}

TEST_CASE("a state that runs only as a dependent plans behind the apply it depends on") {
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

TEST_CASE("more than 50 needs go through barriers") {
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

TEST_CASE("the gate is blocking, optional or automatic") {
  const auto apply = [](Gate gate) {
    auto state = hand_made::state("a");
    state.settings.gate = gate;
    return Built(push({"a"}), affected({"a"}), hand_made::graph({state})).at("apply: a");
  };
  CHECK(apply(Gate::blocking).find("allow_failure") == nullptr);
  CHECK(*apply(Gate::optional).find("allow_failure") == YamlValue(true));
  CHECK(apply(Gate::optional).find("when") == nullptr);
  CHECK(*apply(Gate::automatic).find("when") == YamlValue("on_success"));
}

TEST_CASE("a state's own settings are merged into both of its jobs") {
  auto state = hand_made::state("a");
  state.settings.job = Map{{"tags", List{"prod"}},
                           {"extends", ".aws"},
                           {"variables", Map{{"AWS_REGION", "eu-central-1"}}},
                           {"environment", Map{{"deployment_tier", "production"}}}};
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".aws: {id_tokens: {AWS: {aud: sts}}}", statelane::RepoPath::of("t.yml"), none);
  const Built built(push({"a"}), affected({"a"}), hand_made::graph({state}), {}, templates);
  CHECK(built.diagnostics.empty());
  for (const std::string name : {"plan: a", "apply: a"}) {
    CHECK(*built.at(name).find("tags") == YamlValue(List{"prod"}));
    CHECK(*built.at(name).find("variables")->find("AWS_REGION") == YamlValue("eu-central-1"));
    CHECK(*built.at(name).find("variables")->find("STATELANE_STEP") == YamlValue(name.substr(0, name.find(':'))));
    CHECK(built.at(name).find("extends")->as_list()->back() == YamlValue(".aws"));
  }
  CHECK(built.at("plan: a").find("environment") == nullptr);
  CHECK(*built.at("apply: a").find("environment") ==
        YamlValue(Map{{"name", "a"}, {"action", "start"}, {"deployment_tier", "production"}}));
  CHECK(built.find(".aws") != nullptr);
}

TEST_CASE("settings that would break a lane are errors of the configuration") {
  Config config;
  config.rules.push_back({{"**", {}}, {}});
  config.rules[0].settings.job = Map{{"needs", List{}}};
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), config);
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.diagnostics[0].message ==
        "\"needs\" cannot be set here: the order of jobs follows from the states' dependencies");
}

TEST_CASE("each content of a lock file has one cache, written by the first plan alone") {
  PipelineRequest request = push({"a", "b", "c"});
  request.lock_files = {{"a", "11"}, {"b", "11"}, {"c", "22"}};
  const Built built(request, affected({"a", "b", "c", "d"}), graph_of({"a", "b", "c", "d"}));
  CHECK(*built.at(".providers: a").find("cache") ==
        YamlValue(Map{{"key", Map{{"files", List{"a/.terraform.lock.hcl"}}, {"prefix", "statelane-providers"}}},
                      {"paths", List{".statelane/cache/plugins"}},
                      {"policy", "pull"}}));
  CHECK(built.find(".providers: b") == nullptr);
  CHECK(*built.at(".providers-unlocked").find("cache")->find("key") == YamlValue("statelane-providers-unlocked"));
  for (const std::string name : {"plan: a", "plan: c", "plan: d"}) {
    CHECK(*built.at(name).find("cache") == YamlValue(Map{{"policy", "pull-push"}}));
  }
  for (const std::string name : {"plan: b", "apply: a", "apply: b"}) CHECK(built.at(name).find("cache") == nullptr);
}

TEST_CASE("a lock file whose path GitLab would read as a pattern is named by its content") {
  PipelineRequest request = push({"a[1]"});
  request.lock_files = {{"a[1]", "0badcafe"}};
  const Built built(request, affected({"a[1]"}), graph_of({"a[1]"}));
  CHECK(*built.at(".providers: a[1]").find("cache")->find("key") == YamlValue("statelane-providers-0badcafe"));
}

TEST_CASE("a cache of the user's own replaces the provider cache") {
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".statelane: {cache: []}", statelane::RepoPath::of("t.yml"), none);
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), {}, templates);
  CHECK(built.find(".providers-unlocked") == nullptr);
}

TEST_CASE("a lane outside Terraform has a plan without counts and without providers") {
  auto state = hand_made::state("deploy/api");
  state.kind = statelane::states::StateKind::custom;
  const Built built(push({"deploy/api"}), affected({"deploy/api"}), hand_made::graph({state}));
  CHECK(*built.at("plan: deploy/api").find("extends") ==
        YamlValue(List{".statelane-custom-plan", ".changes: deploy/api"}));
  CHECK(built.at(".statelane-custom-plan").find("artifacts")->find("reports") == nullptr);
  CHECK(built.find(".statelane-plan") == nullptr);
}

TEST_CASE("how long plans are kept is configured, and a template of the user's own is stronger") {
  Config config;
  config.expire_in = "2 days";
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), config);
  CHECK(*built.at(".statelane-plan").find("artifacts")->find("expire_in") == YamlValue("2 days"));
  CHECK(*built.at(".statelane-apply").find("artifacts")->find("expire_in") == YamlValue("2 days"));
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".statelane-plan: {artifacts: {expire_in: 1 hour}}", statelane::RepoPath::of("t.yml"), none);
  const Built own(push({"a"}), affected({"a"}), graph_of({"a"}), config, templates);
  CHECK(*own.at(".statelane-plan").find("artifacts")->find("expire_in") == YamlValue("1 hour"));
}

TEST_CASE("where nothing is affected, one cheap job says why") {
  const Built built(push({}), {}, graph_of({"a"}));
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"nothing-to-do"});
  const Job& job = built.at("nothing-to-do");
  CHECK(*job.find("variables") ==
        YamlValue(Map{{"STATELANE_REASON", Map{{"value", "nothing to do: no state differs between 1111111 and 2222222"},
                                               {"expand", false}}}}));
  CHECK(job.find("needs")->as_list()->empty());
  CHECK(*built.at(".statelane-noop").find("stage") == YamlValue("plan"));
  PipelineRequest request = push({});
  request.nothing_reason = "a tag: $(nothing)";
  CHECK(*Built(request, {}, graph_of({"a"}))
             .at("nothing-to-do")
             .find("variables")
             ->find("STATELANE_REASON")
             ->find("value") == YamlValue("a tag: $(nothing)"));
}

TEST_CASE("states that left get a warning and no job") {
  Impact impact = affected({"a", "b", "c"});
  impact.affected[0].change = Change::deleted;
  impact.affected[1].change = Change::retired;
  const Built built(push({"a", "b", "c"}), impact, graph_of({"c"}), {}, {}, graph_of({"a", "b", "c"}));
  CHECK(built.visible() == Names{"plan: c", "apply: c"});
  REQUIRE(built.diagnostics.size() == 2);
  CHECK(render_diagnostic(built.diagnostics[0]) ==
        "a: warning: the state \"a\" was deleted; its resources stay as they are\n"
        "hint: to destroy them, check out 1111111 and run \"terraform destroy\" there\n");
  CHECK(render_diagnostic(built.diagnostics[1]) ==
        "b: warning: \"b\" is no state any more, though its directory has configuration; its lane ends\n"
        "hint: if it still is one, restore its backend block or list it in \"states.include\"\n");
  const Names& lines = built.pipeline.comments;
  CHECK(std::find(lines.begin(), lines.end(), "  a: deleted") != lines.end());
}

TEST_CASE("a state that moved says from where") {
  Impact impact = affected({"new"});
  impact.affected[0].change = Change::moved;
  impact.affected[0].from = "old";
  const Built built(push({"new"}), impact, graph_of({"new"}));
  CHECK(built.at("plan: new").comments[0] == "moved from old: new/main.tf changed, a file of the state's directory");
}

TEST_CASE("of several causes the first is named and the rest counted") {
  Impact impact = affected({"a"});
  impact.affected[0].causes.push_back(hand_made::own_file("a/z.tf"));
  const Built built(push({"a"}), impact, graph_of({"a"}));
  CHECK(built.at("plan: a").comments[0] == "a/main.tf changed, a file of the state's directory (+1 more)");
}

TEST_CASE("the head says what was compared, and what does not run") {
  Impact impact = affected({"a"});
  impact.skipped = {{"s", {}}};
  impact.dependents = {"d"};
  for (int number = 0; number < 25; ++number)
    impact.unclaimed.push_back(statelane::RepoPath::of(fmt::format("u/{:02}", number)));
  const Names lines = Built(push({"a"}), impact, graph_of({"a"})).pipeline.comments;
  CHECK(lines[0] == "Made by statelane 0.1.0. This writes it again:");
  CHECK(lines[1] == "  statelane generate --base 1111111 --head 2222222");
  CHECK(lines[3] == "base: 1111111 (push-before: the commit before this push)");
  CHECK(lines[4] == "head: 2222222");
  CHECK(lines[5] == "Skipped, since only comments and layout differ:");
  CHECK(lines[6] == "  s");
  CHECK(lines[8] == "  d");
  CHECK(lines[30] == "  and 5 more");
}

TEST_CASE("an id that GitLab cannot carry is an error, and the other lanes are built") {
  const Built built(push({"a"}), affected({"a", "b\xFF"}), graph_of({"a", "b\xFF"}));
  CHECK(built.visible() == Names{"plan: a", "apply: a"});
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.diagnostics[0].message.starts_with("the state \"b\xFF\" is not UTF-8"));
}

TEST_CASE("an image is data: the runner expands nothing of it") {
  PipelineRequest request = push({"a"});
  request.image = "registry/$x:1";
  const Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(*global(built.pipeline, "default")->find("image") ==
        YamlValue(Map{{"name", "registry/$$x:1"}, {"entrypoint", List{""}}}));
  request.image = "";
  request.root_pipeline = "";
  const Built bare(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(bare.pipeline, "default")->find("image") == nullptr);
  CHECK(global(bare.pipeline, "variables") == nullptr);
}

TEST_CASE("hostile ids make pipelines that GitLab takes, and arrive unharmed in variables") {
  Names ids = {"-x",     ".",   "a b", "a'b\"c", "a\\b",  "a\nb",  "$HOME", "$(id)",
               "`id`",   "a;b", "%X%", "${x}",   "{{x}}", "[a]",   "a*",    "a#b",
               "a: b",   "- a", "!a",  "&a",     "é🚀",    "image", "a 1/2", std::string(250, 'x'),
               "plan: a"};
  std::sort(ids.begin(), ids.end());
  const Built built(push(ids), affected(ids), graph_of(ids));
  for (const Diagnostic& found : built.diagnostics) FAIL_CHECK(render_diagnostic(found));
  CHECK(built.visible().size() == 2 * ids.size());
  Names carried;
  for (const Job& job : built.pipeline.jobs) {
    const YamlValue* variables = job.find("variables");
    if (variables == nullptr || *variables->find("STATELANE_STEP") != YamlValue("plan")) continue;
    carried.push_back(*variables->find("STATELANE_STATE")->find("value")->as_string());
    CHECK(*variables->find("STATELANE_STATE")->find("expand") == YamlValue(false));
  }
  CHECK(carried == ids);
}

TEST_CASE("the same request makes the same pipeline") {
  const auto make = [] {
    return Built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"b", "a"}})).pipeline;
  };
  CHECK(make() == make());
}
