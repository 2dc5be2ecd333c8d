#include "pipeline/departed.hpp"

#include "built.hpp"
#include "pipeline/job_index.hpp"

using hand_made::affected;
using hand_made::graph;
using hand_made::graph_of;
using hand_made::push;
using statelane::Severity;
namespace yaml = statelane::yaml;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::states::BackendIdentity;
using statelane::states::StateGraph;

namespace {

using Names = std::vector<std::string>;

statelane::config::Config with_gates() {
  statelane::config::Config config;
  config.deleted = statelane::config::Deleted::destroy_gate;
  return config;
}

/// All of `ids` are affected, and those of `gone` were deleted.
Impact without(const Names& ids, const Names& gone) {
  Impact impact = affected(ids);
  for (auto& entry : impact.affected) {
    if (std::find(gone.begin(), gone.end(), entry.id) != gone.end()) entry.change = Change::deleted;
  }
  return impact;
}

statelane::states::State state_at(const std::string& id, BackendIdentity backend) {
  auto result = hand_made::state(id);
  result.backend = std::move(backend);
  return result;
}

/// What is said of `gone`, the only state that left, when head has `head`.
std::string said_of_gone(const statelane::states::State& gone, const std::vector<statelane::states::State>& head,
                         const statelane::pipeline::PipelineRequest& request = push({"gone"})) {
  const Built built(request, without({gone.id}, {gone.id}), graph(head), with_gates(), {}, graph({gone}));
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.find("destroy: gone") == nullptr);
  CHECK(built.diagnostics[0].severity == Severity::warning);
  return built.diagnostics[0].message;
}

}  // namespace

TEST_CASE("a deleted state's gate plans and destroys on the files of base") {
  const Built built(push({"gone"}), without({"gone"}, {"gone"}), {}, with_gates(), {}, graph_of({"gone"}));
  CHECK(built.visible() == Names{"plan destroy: gone", "destroy: gone"});
  CHECK(built.needs("plan destroy: gone").empty());
  CHECK(built.needs("destroy: gone") == Names{"plan destroy: gone"});
  for (const std::string name : {"plan destroy: gone", "destroy: gone"}) {
    const yaml::Value& variables = *built.at(name).find("variables");
    CHECK(*variables.find("STATELANE_FROM") == yaml::Value("1111111"));
    CHECK(*variables.find("STATELANE_STATE")->find("value") == yaml::Value("gone"));
  }
  const statelane::pipeline::JobIndex index({&built.pipeline, 1});
  CHECK(*index.effective(built.at("destroy: gone"), "when") == yaml::Value("manual"));
  CHECK(*index.effective(built.at("destroy: gone"), "allow_failure") == yaml::Value(false));
  CHECK(*built.at("destroy: gone").find("environment")->find("action") == yaml::Value("stop"));
  CHECK(*built.at("destroy: gone").find("resource_group") == yaml::Value("gone"));
  REQUIRE(built.diagnostics.size() == 1);
  CHECK(built.diagnostics[0].severity == Severity::note);
  CHECK(built.diagnostics[0].message == "the state \"gone\" was deleted; its gate destroys its resources");
}

TEST_CASE("a merge request shows what would be destroyed, without a gate") {
  auto request = push({"gone"});
  request.kind = statelane::gitlab::PipelineKind::merge_request_detached;
  request.branch.clear();
  const Built built(request, without({"gone"}, {"gone"}), {}, with_gates(), {}, graph_of({"gone"}));
  CHECK(built.visible() == Names{"plan destroy: gone"});
}

TEST_CASE("nothing is destroyed that a state of head stores, or may store") {
  const auto gone = state_at("gone", {"s3", {{"bucket", "b"}, {"key", "k"}}, {}, {}});
  const std::string begin = "the state \"gone\" was deleted; its resources stay as they are, since ";
  CHECK(said_of_gone(gone, {state_at("new", {"s3", {{"bucket", "b"}, {"key", "k"}}, {}, {}})}) ==
        begin + "\"new\" stores its state in the same place");
  CHECK(said_of_gone(gone, {state_at("new", {"s3", {{"bucket", "b"}}, {}, {"key"}})}) ==
        begin + "\"new\" may store its state in the same place");
  CHECK(said_of_gone(gone, {state_at("new", {"s3", {{"bucket", "b"}}, {{"key", {"k", std::nullopt}}}, {}})}) ==
        begin + "\"new\" may store its state in the same place");
  CHECK(said_of_gone(state_at("gone", {"s3", {}, {}, {"bucket", "key"}}),
                     {state_at("new", {"s3", {{"bucket", "b"}, {"key", "k"}}, {}, {}})}) ==
        begin + "\"new\" may store its state in the same place");
  const Built other(push({"gone"}), without({"gone"}, {"gone"}),
                    graph({state_at("new", {"s3", {{"bucket", "b"}}, {{"key", {"x", std::nullopt}}}, {}})}),
                    with_gates(), {}, graph({gone}));
  CHECK(other.visible() == Names{"plan destroy: gone", "destroy: gone"});
}

TEST_CASE("nothing is destroyed whose state lies among the files, or that no Terraform made") {
  const std::string begin = "the state \"gone\" was deleted; its resources stay as they are, since ";
  CHECK(said_of_gone(state_at("gone", {"local", {{"path", "gone/terraform.tfstate"}}, {}, {}}), {}) ==
        begin + "its state is stored among its files");
  auto silent = hand_made::state("gone");
  silent.backend.reset();
  CHECK(said_of_gone(silent, {}) == begin + "its state is stored among its files");
  auto custom = hand_made::state("gone");
  custom.kind = statelane::states::StateKind::custom;
  CHECK(said_of_gone(custom, {}) == begin + "it is a lane outside Terraform");
  auto unit = hand_made::state("gone");
  unit.kind = statelane::states::StateKind::terragrunt;
  CHECK(said_of_gone(unit, {}) == begin + "it is a unit of Terragrunt");
}

TEST_CASE("nothing is destroyed without its files, under a name that GitLab cannot hold, or after a move") {
  const std::string begin = "the state \"gone\" was deleted; its resources stay as they are, since ";
  const auto gone = state_at("gone", {"s3", {{"bucket", "b"}, {"key", "k"}}, {}, {}});
  auto request = push({"gone"});
  request.comparison.base.clear();
  CHECK(said_of_gone(gone, {}, request) == begin + "there is no commit to take its files from");
  request = push({"gone"});
  request.successors["gone"] = "new";
  CHECK(said_of_gone(gone, {}, request) ==
        "the state \"gone\" looks moved to \"new\", which stores its state elsewhere: "
        "its resources would be orphaned, and made again");
  CHECK(said_of_gone(hand_made::state("g\xff"), {}, push({"g\xff"})) ==
        "the state \"g\xff\" was deleted; its resources stay as they are, since its name is not UTF-8, and GitLab can "
        "hold nothing else");
}

TEST_CASE("nothing is destroyed that a state reads which this pipeline does not run") {
  const Built built(push({"gone"}), without({"gone"}, {"gone"}), graph_of({"app"}), with_gates(), {},
                    graph_of({"app", "gone"}, {{"app", "gone"}}));
  CHECK(built.visible() == Names{"deleted: gone"});
  CHECK(built.diagnostics[0].message ==
        "the state \"gone\" was deleted; its resources stay as they are, since \"app\" still depends on it");
}

TEST_CASE("what depended on a deleted state comes before its destruction, applied or destroyed itself") {
  const Names all = {"a", "b", "c", "d"};
  // d depends on c, c on b, b on a; a and c leave.
  const Built built(push(all), without(all, {"a", "c"}), graph_of({"b", "d"}), with_gates(), {},
                    graph_of(all, {{"b", "a"}, {"c", "b"}, {"d", "c"}}));
  CHECK(built.needs("destroy: a") == Names{"plan destroy: a", "apply: b", "destroy: c"});
  CHECK(built.needs("destroy: c") == Names{"plan destroy: c", "apply: d"});
}

TEST_CASE("deleted states in a circle are destroyed in no order") {
  const Built built(push({"a", "b"}), without({"a", "b"}, {"a", "b"}), {}, with_gates(), {},
                    graph_of({"a", "b"}, {{"a", "b"}, {"b", "a"}}));
  CHECK(built.needs("destroy: a") == Names{"plan destroy: a"});
  CHECK(built.needs("destroy: b") == Names{"plan destroy: b"});
}

TEST_CASE("a move that changes where the state is stored is no deletion, and says what it would do") {
  auto request = push({"new", "old"});
  request.successors = {{"old", "new"}};
  const Built built(request, without({"new", "old"}, {"old"}), graph_of({"new"}), with_gates(), {}, graph_of({"old"}));
  CHECK(built.visible() == Names{"plan: new", "apply: new", "deleted: old"});
  CHECK(built.diagnostics[0].message ==
        "the state \"old\" looks moved to \"new\", which stores its state elsewhere: its resources would be orphaned, "
        "and made again");
  CHECK(built.diagnostics[0].hints[0] ==
        "let the new directory's backend name the place of the old one, or move the stored state");
}

TEST_CASE("the settings of a deleted state are those that head's configuration has for its directory") {
  auto config = with_gates();
  statelane::config::Rule rule;
  rule.match = {"gone", {}};
  rule.settings.apply_branches = Names{"release"};
  rule.settings.job = yaml::Value(yaml::Value::Map{{"tags", yaml::Value::List{"prod"}}});
  config.rules = {rule};
  const Built built(push({"gone"}), without({"gone"}, {"gone"}), {}, config, {}, graph_of({"gone"}));
  CHECK(built.visible() == Names{"plan destroy: gone"});
  CHECK(*built.at("plan destroy: gone").find("tags") == yaml::Value(yaml::Value::List{"prod"}));
}

TEST_CASE("very many states that left share one warning job, whatever their names hold") {
  Names ids = {"bad\xFF\x1B[31mname\nx"};
  for (int number = 0; number < 20; ++number) ids.push_back("gone-" + std::to_string(100 + number));
  const Built few(push({}), without({ids[0]}, ids), {}, {}, {}, graph_of(ids));
  const auto text = [](const Built& built, const std::string& job) {
    return *built.at(job).find("variables")->find("STATELANE_REASON")->find("value")->as_string();
  };
  CHECK(text(few, few.visible().at(0)).starts_with("the state \"bad??[31mname?x\" was deleted"));
  const Built many(push({}), without(ids, ids), {}, {}, {}, graph_of(ids));
  CHECK(many.visible() == Names{"left: 21 states"});
  const std::string all = text(many, "left: 21 states");
  CHECK(std::count(all.begin(), all.end(), '\n') == 20);
}
