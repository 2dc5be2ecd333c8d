#include "pipeline/build_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "built.hpp"

using hand_made::affected;
using hand_made::BackendIdentity;
using hand_made::graph_of;
using hand_made::push;
using statelane::Diagnostic;
using statelane::Diagnostics;
using statelane::gitlab::PipelineKind;
namespace yaml = statelane::yaml;
using statelane::config::Config;
using statelane::config::Gate;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::pipeline::Job;
using statelane::pipeline::PipelineRequest;
using statelane::pipeline::TemplateSet;
using List = yaml::Value::List;
using Map = yaml::Value::Map;
using Names = std::vector<std::string>;

TEST_CASE("rule 23: the gate is blocking, optional or automatic") {
  const auto apply = [](Gate gate) {
    auto state = hand_made::state("a");
    state.settings.gate = gate;
    return Built(push({"a"}), affected({"a"}), hand_made::graph({state})).at("apply: a");
  };
  CHECK(apply(Gate::blocking).find("allow_failure") == nullptr);
  CHECK(*apply(Gate::optional).find("allow_failure") == yaml::Value(true));
  CHECK(apply(Gate::optional).find("when") == nullptr);
  CHECK(*apply(Gate::automatic).find("when") == yaml::Value("on_success"));
}

TEST_CASE("a gate that opens where the plan was reviewed waits before there is a plan") {
  auto state = hand_made::state("a");
  state.settings.gate = Gate::automatic_if_reviewed;
  const Built built(push({"a"}), affected({"a"}), hand_made::graph({state}));
  CHECK(built.at("apply: a").find("when") == nullptr);
  CHECK(built.at("apply: a").comments.back() == "its gate waits: that the plan was reviewed is not proven");
}

TEST_CASE("an optional gate that others wait for blocks, and says so") {
  auto below = hand_made::state("a");
  below.settings.gate = Gate::optional;
  const auto head = hand_made::graph({below, hand_made::state("b")}, {{"b", "a"}});
  const Built together(push({"a", "b"}), affected({"a", "b"}), head);
  CHECK(together.at("apply: a").find("allow_failure") == nullptr);
  CHECK(together.at("apply: a").comments.back() == "its gate blocks, though it is optional: others wait for it");
  REQUIRE(together.diagnostics.size() == 1);
  CHECK(
      together.diagnostics[0].message ==
      "the gate of \"a\" blocks, though it is optional: others wait for its apply, and GitLab would skip them and call "
      "the pipeline a success");
  CHECK(together.diagnostics[0].hints == Names{"set \"apply.gate\" to blocking for states that others depend on"});
  // Alone it is what it says.
  const Built alone(push({"a"}), affected({"a"}), head);
  CHECK(alone.diagnostics.empty());
  CHECK(*alone.at("apply: a").find("allow_failure") == yaml::Value(true));
}

TEST_CASE("rule 24: plans have the state's environment where somebody says so, and on apply branches alone") {
  auto by_rule = hand_made::state("a");
  by_rule.settings.plan_environment = "access";
  by_rule.settings.job = Map{{"environment", Map{{"deployment_tier", "production"}}}};
  auto without = hand_made::state("b");
  without.settings.plan_environment = "none";
  const auto head = hand_made::graph({by_rule, without, hand_made::state("c")});
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".statelane-plan: {environment: {action: prepare}}", statelane::RepoPath::of("t.yml"), none);
  CHECK(none.empty());
  PipelineRequest request = push({"a", "b", "c"});
  const Built built(request, affected({"a", "b", "c"}), head, {}, templates);
  CHECK(built.diagnostics.empty());
  CHECK(*built.at("plan: a").find("environment") == yaml::Value(Map{{"name", "a"}, {"action", "access"}}));
  CHECK(built.at("plan: b").find("environment") == nullptr);
  CHECK(*built.at("plan: c").find("environment") == yaml::Value(Map{{"name", "c"}, {"action", "prepare"}}));
  CHECK(built.at("apply: a").find("plan_environment") == nullptr);
  CHECK(*built.at("apply: a").find("environment")->find("action") == yaml::Value("start"));
  // Without gates a plan still has the environment; elsewhere nobody who may push a branch gets what is scoped to it.
  request.gates = false;
  CHECK(Built(request, affected({"a"}), head, {}, templates).at("plan: a").find("environment") != nullptr);
  using statelane::gitlab::PipelineKind;
  for (const PipelineKind kind : {PipelineKind::push_branch, PipelineKind::merge_request_detached,
                                  PipelineKind::schedule, PipelineKind::tag, PipelineKind::web}) {
    PipelineRequest other = push({"a", "c"});
    other.kind = kind;
    other.branch = kind == PipelineKind::push_branch ? "feature" : "";
    const Built elsewhere(other, affected({"a", "c"}), head, {}, templates);
    for (const char* job : {"plan: a", "plan: c", ".statelane-plan"}) {
      CHECK(elsewhere.at(job).find("environment") == nullptr);
    }
  }
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
    CHECK(*built.at(name).find("tags") == yaml::Value(List{"prod"}));
    CHECK(*built.at(name).find("variables")->find("AWS_REGION") == yaml::Value("eu-central-1"));
    CHECK(*built.at(name).find("variables")->find("STATELANE_STEP") == yaml::Value(name.substr(0, name.find(':'))));
    CHECK(built.at(name).find("extends")->as_list()->back() == yaml::Value(".aws"));
  }
  CHECK(built.at("plan: a").find("environment") == nullptr);
  CHECK(*built.at("apply: a").find("environment") ==
        yaml::Value(Map{{"name", "a"}, {"action", "start"}, {"deployment_tier", "production"}}));
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

TEST_CASE("a template that the lanes extend is there, and brings no script") {
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".aws: {id_tokens: {T: {aud: sts}}}\n.mine: {extends: .base}\n.base: {script: [make]}\n",
                          statelane::RepoPath::of("t.yml"), none);
  REQUIRE(none.empty());
  const auto fault_of = [&](const char* name) {
    Config config;
    config.rules.push_back({{"**", {}}, {}});
    config.rules[0].settings.job = Map{{"extends", name}};
    const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), config, templates);
    return built.diagnostics.empty() ? "" : built.diagnostics[0].message + "; " + built.diagnostics[0].hints.at(0);
  };
  CHECK(fault_of(".aws") == "");
  CHECK(fault_of(".mine") ==
        "\".mine\" cannot be extended here: a lane's job runs its own script, and it brings another; use "
        "\"before_script\" or \"after_script\"");
  CHECK(fault_of(".aw") ==
        "there is no template \".aw\" to extend; write it into the file that \"pipeline.templates\" names");
}

TEST_CASE("rule 17: each content of a lock file has one cache, written by the first plan alone") {
  PipelineRequest request = push({"a", "b", "c"});
  request.lock_files = {{"a", "11"}, {"b", "11"}, {"c", "22"}};
  const Built built(request, affected({"a", "b", "c", "d"}), graph_of({"a", "b", "c", "d"}));
  CHECK(*built.at(".providers: a").find("cache") ==
        yaml::Value(Map{{"key", Map{{"files", List{"a/.terraform.lock.hcl"}}, {"prefix", "statelane-providers"}}},
                        {"paths", List{".statelane/cache/plugins"}},
                        {"policy", "pull"}}));
  CHECK(built.find(".providers: b") == nullptr);
  for (const std::string name : {"plan: a", "plan: c"}) {
    CHECK(*built.at(name).find("cache") == yaml::Value(Map{{"policy", "pull-push"}}));
  }
  for (const std::string name : {"plan: b", "apply: a", "apply: b"}) CHECK(built.at(name).find("cache") == nullptr);
}

TEST_CASE("a state without a lock file has no cache, since nothing would say what may be in it") {
  PipelineRequest request = push({"a", "b"});
  request.lock_files = {{"a", ""}};
  const Built built(request, affected({"a", "b"}), graph_of({"a", "b"}));
  for (const Job& job : built.pipeline.jobs) CHECK(job.find("cache") == nullptr);
}

TEST_CASE("merge requests and branches that are not protected have caches of their own") {
  const auto prefix = [](PipelineKind kind, bool is_protected) {
    PipelineRequest request = push({"a"});
    request.kind = kind;
    request.is_protected = is_protected;
    request.lock_files = {{"a", "11"}};
    const Built built(request, affected({"a"}), graph_of({"a"}));
    CHECK(*built.at("plan: a").find("cache") == yaml::Value(Map{{"policy", "pull-push"}}));
    return *built.at(".providers: a").find("cache")->find("key")->find("prefix")->as_string();
  };
  CHECK(prefix(PipelineKind::push_default, true) == "statelane-providers");
  CHECK(prefix(PipelineKind::push_branch, false) == "statelane-providers-unprotected");
  for (const auto kind :
       {PipelineKind::merge_request_detached, PipelineKind::merged_result, PipelineKind::merge_train}) {
    CHECK(prefix(kind, true) == "statelane-providers-merge-request");
  }
}

TEST_CASE("a state that is lost with its job has no gate, and everybody is told why") {
  auto local = hand_made::state("a");
  local.backend = BackendIdentity{"local", {{"path", "a/terraform.tfstate"}}, {}, {}};
  auto none = hand_made::state("b");
  none.backend.reset();
  auto kept = hand_made::state("c");
  kept.backend.reset();
  kept.settings.local_state = statelane::config::LocalState::kept;
  auto deploy = hand_made::state("d");
  deploy.backend.reset();
  deploy.kind = statelane::states::StateKind::custom;
  const auto head = hand_made::graph({local, none, kept, deploy});
  const Built built(push({"a", "b", "c", "d"}), affected({"a", "b", "c", "d"}), head);
  CHECK(built.visible() == Names{"plan: a", "plan: b", "plan: c", "apply: c", "plan: d", "apply: d"});
  CHECK(built.at("plan: a").comments.back() ==
        "no gate: the state's backend is local, so that what it stores is lost with the job");
  CHECK(built.at("plan: b").comments.back() ==
        "no gate: the state has no backend, so that what it stores is lost with the job");
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(render_diagnostic(built.diagnostics[0]) ==
        "a: warning: 2 states have no backend that keeps what is stored when the job is gone, so they have no gate: a, "
        "b\n"
        "hint: give the state a backend, or write \"local_state: kept\" in its rule where the directory outlives the "
        "job\n");
  const Built one(push({"b"}), affected({"b"}), head);
  CHECK(one.diagnostics[0].message ==
        "a state has no backend that keeps what is stored when the job is gone, so it has no gate: b");
}

TEST_CASE("a lock file whose path GitLab would read as a pattern is named by its content") {
  PipelineRequest request = push({"a[1]"});
  request.lock_files = {{"a[1]", "0badcafe"}};
  const Built built(request, affected({"a[1]"}), graph_of({"a[1]"}));
  CHECK(*built.at(".providers: a[1]").find("cache")->find("key") == yaml::Value("statelane-providers-0badcafe"));
}

TEST_CASE("a cache of the user's own replaces the provider cache") {
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".statelane: {cache: []}", statelane::RepoPath::of("t.yml"), none);
  PipelineRequest request = push({"a"});
  request.lock_files = {{"a", "11"}};
  const Built built(request, affected({"a"}), graph_of({"a"}), {}, templates);
  CHECK(built.find(".providers: a") == nullptr);
}

TEST_CASE("a lane outside Terraform has a plan without counts and without providers") {
  auto state = hand_made::state("deploy/api");
  state.kind = statelane::states::StateKind::custom;
  const Built built(push({"deploy/api"}), affected({"deploy/api"}), hand_made::graph({state}));
  CHECK(*built.at("plan: deploy/api").find("extends") ==
        yaml::Value(List{".statelane-custom-plan", ".changes: deploy/api"}));
  CHECK(built.at(".statelane-custom-plan").find("artifacts")->find("reports")->find("terraform") == nullptr);
  CHECK(built.find(".statelane-plan") == nullptr);
}

TEST_CASE("how long plans are kept is configured, and a template of the user's own is stronger") {
  Config config;
  config.expire_in = "2 days";
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}), config);
  CHECK(*built.at(".statelane-plan").find("artifacts")->find("expire_in") == yaml::Value("2 days"));
  CHECK(*built.at(".statelane-apply").find("artifacts")->find("expire_in") == yaml::Value("2 days"));
  Diagnostics none;
  TemplateSet templates;
  templates.override_with(".statelane-plan: {artifacts: {expire_in: 1 hour}}", statelane::RepoPath::of("t.yml"), none);
  const Built own(push({"a"}), affected({"a"}), graph_of({"a"}), config, templates);
  CHECK(*own.at(".statelane-plan").find("artifacts")->find("expire_in") == yaml::Value("1 hour"));
}

TEST_CASE("where nothing is affected, one cheap job says why") {
  const Built built(push({}), {}, graph_of({"a"}));
  CHECK(built.diagnostics.empty());
  CHECK(built.visible() == Names{"nothing-to-do"});
  const Job& job = built.at("nothing-to-do");
  CHECK(
      *job.find("variables") ==
      yaml::Value(Map{{"STATELANE_REASON", Map{{"value", "nothing to do: no state differs between 1111111 and 2222222"},
                                               {"expand", false}}}}));
  CHECK(job.find("needs")->as_list()->empty());
  const Built left(push({}), affected({"gone"}), graph_of({"a"}));
  CHECK(*left.at("nothing-to-do").find("variables")->find("STATELANE_REASON")->find("value") ==
        yaml::Value("nothing to do: the states that differ are not there any more"));
  CHECK(*built.at(".statelane-noop").find("stage") == yaml::Value("plan"));
  PipelineRequest request = push({});
  request.nothing_reason = "a tag: $(nothing)";
  CHECK(*Built(request, {}, graph_of({"a"}))
             .at("nothing-to-do")
             .find("variables")
             ->find("STATELANE_REASON")
             ->find("value") == yaml::Value("a tag: $(nothing)"));
}

TEST_CASE("rule 8: states that left get a warning job and no lane") {
  Impact impact = affected({"a", "b", "c"});
  impact.affected[0].change = Change::deleted;
  impact.affected[1].change = Change::retired;
  const Built built(push({"a", "b", "c"}), impact, graph_of({"c"}), {}, {}, graph_of({"a", "b", "c"}));
  CHECK(built.visible() == Names{"plan: c", "apply: c", "deleted: a", "retired: b"});
  REQUIRE(built.diagnostics.size() == 2);
  CHECK(render_diagnostic(built.diagnostics[0]) ==
        "a: warning: the state \"a\" was deleted; its resources stay as they are\n"
        "hint: to destroy them, check out 1111111 and run \"terraform destroy\" there\n"
        "hint: for a gate that does it, set \"pipeline.deleted\" to destroy-gate\n");
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
  CHECK(lines[5] == "Skipped, since Terraform reads the same as before:");
  CHECK(lines[6] == "  s");
  CHECK(lines[8] == "  d");
  CHECK(lines[30] == "  and 5 more");
}

TEST_CASE("rule 14: an id that GitLab cannot carry is an error, and the other lanes are built") {
  const Built built(push({"a"}), affected({"a", "b\xFF"}), graph_of({"a", "b\xFF"}));
  CHECK(built.visible() == Names{"plan: a", "apply: a"});
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.diagnostics[0].message ==
        "the state \"b\xFF\" is not UTF-8, and GitLab's configuration can hold nothing else");
  CHECK(built.diagnostics[0].hints == std::vector<std::string>{"rename the directory"});
}

TEST_CASE("rules 20 and 28: an image is data: the runner expands nothing of it") {
  PipelineRequest request = push({"a"});
  request.image = "registry/$x:1";
  const Built built(request, affected({"a"}), graph_of({"a"}));
  CHECK(*global(built.pipeline, "default")->find("image") ==
        yaml::Value(Map{{"name", "registry/$$x:1"}, {"entrypoint", List{""}}}));
  request.image = "";
  request.root_pipeline = "";
  const Built bare(request, affected({"a"}), graph_of({"a"}));
  CHECK(global(bare.pipeline, "default")->find("image") == nullptr);
  CHECK(global(bare.pipeline, "variables") == nullptr);
}

TEST_CASE("rules 14 to 16, 20 and 21: hostile ids make pipelines that GitLab takes, and arrive unharmed in variables") {
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
    const yaml::Value* variables = job.find("variables");
    if (variables == nullptr || *variables->find("STATELANE_STEP") != yaml::Value("plan")) continue;
    carried.push_back(*variables->find("STATELANE_STATE")->find("value")->as_string());
    CHECK(*variables->find("STATELANE_STATE")->find("expand") == yaml::Value(false));
  }
  CHECK(carried == ids);
}

TEST_CASE("the same request makes the same pipeline") {
  const auto make = [] {
    return Built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}, {{"b", "a"}})).pipeline;
  };
  CHECK(make() == make());
}

TEST_CASE("rule 17: of several children, only one writes a cache") {
  PipelineRequest request = push({"a", "b", "c"});
  request.lock_files = {{"a", "11"}, {"b", "11"}, {"c", "22"}, {"d", "22"}};
  const auto writes = [&](const Names& lanes, const std::string& name) {
    return Built(request, affected(lanes), graph_of({"a", "b", "c", "d"})).at("plan: " + name).find("cache") != nullptr;
  };
  CHECK(writes({"a", "b"}, "a"));
  CHECK_FALSE(writes({"b"}, "b"));
  CHECK(writes({"c"}, "c"));
  CHECK_FALSE(writes({"d"}, "d"));
}

TEST_CASE("rule 4: a pipeline in which nothing runs has one job in an ordinary stage") {
  const Built built(push({}), {}, graph_of({"a"}));
  CHECK(built.visible() == Names{"nothing-to-do"});
  CHECK(*built.at(".statelane-noop").find("stage") == yaml::Value("plan"));
  CHECK(built.at("nothing-to-do").find("when") == nullptr);
}

TEST_CASE("rule 22: plan files are for developers, expire, and a plan is tried again only where the runner failed") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}));
  const Job& plan = built.at(".statelane-plan");
  CHECK(*plan.find("artifacts")->find("access") == yaml::Value("developer"));
  CHECK(*plan.find("artifacts")->find("expire_in") == yaml::Value("7 days"));
  CHECK(*plan.find("artifacts")->find("reports")->find("terraform") ==
        yaml::Value(".statelane/$STATELANE_SLUG/plan.json"));
  CHECK(*plan.find("retry")->find("when") ==
        yaml::Value(List{"runner_system_failure", "stuck_or_timeout_failure", "api_failure", "unknown_failure"}));
}

TEST_CASE("rule 23: an apply is never started again by itself, and never interrupted") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}));
  for (const std::string name : {"apply: a", ".statelane-apply"}) CHECK(built.at(name).find("retry") == nullptr);
  CHECK(*built.at(".statelane-apply").find("interruptible") == yaml::Value(false));
}

TEST_CASE("rule 26: plans hold no lock of the pipeline's, and no two states share one") {
  const Built built(push({"a", "b"}), affected({"a", "b"}), graph_of({"a", "b"}));
  CHECK(built.at("plan: a").find("resource_group") == nullptr);
  CHECK(*built.at("apply: a").find("resource_group") != *built.at("apply: b").find("resource_group"));
}

TEST_CASE("rule 28: a child brings its own defaults and stages, and no time-out among them") {
  const Built built(push({"a"}), affected({"a"}), graph_of({"a"}));
  CHECK(global(built.pipeline, "default")->find("interruptible") != nullptr);
  CHECK(global(built.pipeline, "default")->find("timeout") == nullptr);
  CHECK(*global(built.pipeline, "stages") == yaml::Value(List{"plan", "apply"}));
}
