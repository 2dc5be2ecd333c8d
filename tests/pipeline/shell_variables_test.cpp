#include "pipeline/shell_variables.hpp"
#include "gitlab/extends.hpp"

#include <doctest/doctest.h>

#include "built.hpp"
#include "pipeline/lane_jobs.hpp"

using hand_made::affected;
using hand_made::push;
using statelane::RepoPath;
namespace yaml = statelane::yaml;
using statelane::config::Gates;
using statelane::config::Jobs;
using statelane::gitlab::extended_names;
using statelane::pipeline::literal_variable;
using statelane::pipeline::PipelineRequest;
using statelane::pipeline::shell_variables;
using List = yaml::Value::List;
using Map = yaml::Value::Map;

namespace {

PipelineRequest shell_push() {
  PipelineRequest request = push({"a/b"});
  request.jobs = Jobs::shell;
  return request;
}

}  // namespace

TEST_CASE("rule 20: what a job must know of its state is in variables that nobody expands") {
  auto state = hand_made::state("a/b");
  state.workspace = "prod";
  state.var_files = {RepoPath::of("common.tfvars"), RepoPath::of("a/b/$x.tfvars")};
  state.backend_config = {{RepoPath::of("a/b/c.tfbackend"), ""}, {std::nullopt, "key=$x"}};
  state.variables = {{"TF_VAR_a", "$HOME"}};
  const Map expected = {{"STATELANE_DIRECTORY", literal_variable("a/b")},
                        {"STATELANE_VARIABLES", "1"},
                        {"STATELANE_VARIABLE_1", literal_variable("TF_VAR_a=$HOME")},
                        {"STATELANE_TOOL", literal_variable("terraform")},
                        {"STATELANE_WORKSPACE", literal_variable("prod")},
                        {"STATELANE_BACKEND_CONFIGS", "2"},
                        {"STATELANE_BACKEND_CONFIG_1", literal_variable("c.tfbackend")},
                        {"STATELANE_BACKEND_CONFIG_2", literal_variable("key=$x")},
                        {"STATELANE_VAR_FILES", "2"},
                        {"STATELANE_VAR_FILE_1", literal_variable("../../common.tfvars")},
                        {"STATELANE_VAR_FILE_2", literal_variable("$x.tfvars")}};
  CHECK(shell_variables(state, false) == expected);
  // A plan file knows its variables, and some tools want them again.
  CHECK(shell_variables(state, true) == expected);
  CHECK(shell_variables(hand_made::state("."), true).front().value == literal_variable("."));
}

TEST_CASE("a job of the http backend knows where its state is kept and where its token must not go") {
  auto state = hand_made::state("net");
  state.backend = statelane::states::BackendIdentity{"http", {}, {}, {"address"}};
  state.gitlab_state = "net 1";
  state.open_addresses = {{"https://state.example.com/up", true, {}}};
  const Map variables = shell_variables(state, false);
  const auto value = [&](std::string_view name) { return *yaml::find_value(variables, name); };
  CHECK(value("STATELANE_HTTP_ADDRESS") == literal_variable(""));
  CHECK(value("STATELANE_GITLAB_STATE") == literal_variable("net%201"));
  CHECK(value("STATELANE_OPEN_STATES") == yaml::Value("1"));
  CHECK(value("STATELANE_OPEN_STATE_1") == literal_variable("https://state.example.com/up"));
  state.backend->known["address"] = "https://gitlab.example.com/api/v4/projects/1/terraform/state/net";
  CHECK(*yaml::find_value(shell_variables(state, false), "STATELANE_HTTP_ADDRESS") ==
        literal_variable("https://gitlab.example.com/api/v4/projects/1/terraform/state/net"));
}

TEST_CASE("a lane outside Terraform has the words of its step") {
  auto state = hand_made::state("deploy");
  state.settings.commands = statelane::config::Commands{{"ecs-cli", "ps"}, {"ecs-cli", "up"}};
  CHECK(shell_variables(state, true) == Map{{"STATELANE_DIRECTORY", literal_variable("deploy")},
                                            {"STATELANE_WORDS", "2"},
                                            {"STATELANE_WORD_1", literal_variable("ecs-cli")},
                                            {"STATELANE_WORD_2", literal_variable("up")}});
}

TEST_CASE("jobs that call Terraform alone are made of templates of their own") {
  auto custom = hand_made::state("c");
  custom.kind = statelane::states::StateKind::custom;
  custom.settings.commands = statelane::config::Commands{{"a"}, {"b"}};
  const Built built(shell_push(), affected({"a/b", "c"}), hand_made::graph({hand_made::state("a/b"), custom}));
  CHECK(built.diagnostics.empty());
  const auto template_of = [&](std::string_view job) { return extended_names(*built.at(job).find("extends")).front(); };
  CHECK(template_of("plan: a/b") == ".statelane-shell-plan");
  CHECK(template_of("apply: a/b") == ".statelane-shell-apply");
  CHECK(template_of("plan: c") == ".statelane-shell-custom-plan");
  CHECK(template_of("apply: c") == ".statelane-shell-custom-apply");
  CHECK(built.find(".statelane-shell") != nullptr);
  CHECK(built.find(".statelane-shell-custom") != nullptr);
  CHECK(*built.at(".statelane-shell-apply").find("extends") == yaml::Value(".statelane-apply"));
}

TEST_CASE("what only the job helper keeps is refused where there is none") {
  auto state = hand_made::state("a/b");
  state.settings.max_destroy = 5;
  state.settings.after_plan = std::vector<std::string>{"conftest"};
  PipelineRequest request = shell_push();
  CHECK(Built(request, affected({"a/b"}), hand_made::graph({state})).diagnostics.size() == 2);
  request.gates_of = Gates::changed;
  const Built built(request, affected({"a/b"}), hand_made::graph_of({"a/b"}));
  REQUIRE_FALSE(built.diagnostics.empty());
  CHECK(built.diagnostics[0].message.starts_with("gates for changed states only are written from what the job helper"));
}
