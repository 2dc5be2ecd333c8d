#include "config/executed.hpp"

#include <doctest/doctest.h>

using namespace statelane;
using namespace statelane::config;
using Names = std::vector<std::string>;

namespace {

Config parse(std::string_view text) {
  Diagnostics diagnostics;
  Config config = parse_config(text, RepoPath::of(file_name), diagnostics);
  CHECK(diagnostics.empty());
  return config;
}

const char* const own = R"(
states:
  include: [own]
  rules:
    - {match: net, tool: evil, workspace: w, apply: {branches: [feature]}, max_destroy: 99, local_state: kept}
    - {match: "*", after_plan: [evil], job: {image: evil, tags: [evil]}}
    - {match: deploy, commands: {plan: [evil], apply: [evil]}, plan_environment: prepare}
pipeline: {jobs: shell, templates: evil.yml, deleted: destroy-gate, plan_environment: access, order: strict}
)";
const char* const trusted = R"(
states:
  include: [theirs]
  rules:
    - {match: net, tool: tofu, workspace: theirs, max_destroy: 5}
    - {match: "n*", job: {image: good}}
pipeline: {templates: good.yml}
)";

}  // namespace

TEST_CASE("what is executed is the trusted configuration's, whatever its own says; all else stays its own") {
  const Config config = take_executed(parse(own), parse(trusted), Deciding::executed);
  const Settings net = settings_for(config, RepoPath::of("net"));
  CHECK(net.tool->text == "tofu");
  CHECK(net.workspace->text == "w");
  CHECK_FALSE(net.after_plan.has_value());
  CHECK(*net.job == yaml::Value(yaml::Value::Map{{"image", "good"}}));
  CHECK(net.max_destroy == 99);
  CHECK(net.apply_branches == Names{"feature"});
  CHECK_FALSE(settings_for(config, RepoPath::of("deploy")).commands.has_value());
  CHECK_FALSE(settings_for(config, RepoPath::of("deploy")).plan_environment.has_value());
  CHECK(config.include.front().text == "own");
  CHECK(config.jobs == Jobs::helper);
  CHECK_FALSE(config.plan_environment.has_value());
  CHECK(config.templates->text == "good.yml");
  CHECK(config.order == Order::strict);
  CHECK(config.deleted == Deleted::destroy_gate);
}

TEST_CASE("where it decides on applies too, they are the trusted configuration's") {
  const Config config = take_executed(parse(own), parse(trusted), Deciding::executed_and_applied);
  const Settings net = settings_for(config, RepoPath::of("net"));
  CHECK_FALSE(net.apply_branches.has_value());
  CHECK(net.max_destroy == 5);
  CHECK_FALSE(net.local_state.has_value());
  CHECK(config.deleted == Deleted::warn);
}

TEST_CASE("what differs is named by key and rule") {
  CHECK(find_executed_differences(parse(own), parse(own), Deciding::executed_and_applied).empty());
  CHECK(find_executed_differences(parse(own), parse(trusted), Deciding::executed) ==
        Names{"after_plan of \"*\"", "commands of \"deploy\"", "job of \"*\"", "job of \"n*\"", "pipeline.jobs",
              "pipeline.plan_environment", "pipeline.templates", "plan_environment of \"deploy\"", "tool of \"net\""});
  CHECK(find_executed_differences(parse("states: {rules: [{match: a, tool: x, apply: {gate: automatic}}]}"), {},
                                  Deciding::executed_and_applied) == Names{"apply.gate of \"a\"", "tool of \"a\""});
  CHECK(find_executed_differences(parse("states: {rules: [{match: a, tool: x}, {match: b, tool: y}]}"),
                                  parse("states: {rules: [{match: b, tool: y}, {match: a, tool: x}]}"),
                                  Deciding::executed) == Names{"the order of rules"});
  CHECK(find_executed_differences(parse("states: {rules: [{match: a, workspace: x}]}"), {},
                                  Deciding::executed_and_applied)
            .empty());
}
