#include <doctest/doctest.h>

#include "config/config.hpp"

using namespace statelane;
using namespace statelane::config;

namespace {

Config parse(std::string_view text) {
  Diagnostics diagnostics;
  Config config = parse_config(text, RepoPath::of(file_name), diagnostics);
  for (const Diagnostic& fault : diagnostics.sorted()) FAIL(render_diagnostic(fault));
  return config;
}

/// All diagnostics, whole.
std::string faults_of(std::string_view text) {
  Diagnostics diagnostics;
  parse_config(text, RepoPath::of(file_name), diagnostics);
  std::string result;
  for (const Diagnostic& fault : diagnostics.sorted()) result += render_diagnostic(fault);
  return result;
}

std::string first_line_of(std::string_view text) {
  const std::string whole = faults_of(text);
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

TEST_CASE("an empty configuration is the default one") {
  CHECK(parse("") == Config{});
  CHECK(parse("version: 1\n") == Config{});
}

TEST_CASE("every key is read") {
  const Config config = parse(R"(version: 1
states:
  include: ["legacy/*"]
  exclude: ["examples/**"]
  rules:
    - match: "services/*"
      instances: "env/{instance}/terraform.tfvars"
      variables: {TF_VAR_region: eu-central-1, TF_VAR_a: ""}
      var_files: ["../../common.tfvars"]
      backend_config: ["env/{instance}/backend.tfvars"]
      workspace: "{instance}"
      inputs: ["../../policies/**"]
      depends_on: ["network/{instance}"]
      tool: tofu
      job: {tags: [prod]}
      apply: {branches: [main], gate: optional}
      after_plan: ["conftest", "test"]
      max_destroy: 5
      local_state: kept
      gitlab_state: "{slug}"
      commands: {plan: ["a"], apply: ["b", "c"]}
      after: {production: staging, staging: test}
ignore: ["docs/**"]
global_inputs: [".terraform-version"]
pipeline: {changes: rules, order: strict, dependents: all, deleted: destroy-gate, compare: push, expire_in: 1 day, templates: ci/lanes.yml}
gitlab: {version: "16.11"}
)");
  CHECK(config.include.front().text == "legacy/*");
  CHECK(config.exclude.front().text == "examples/**");
  REQUIRE(config.rules.size() == 1);
  const Settings& settings = config.rules.front().settings;
  CHECK(config.rules.front().match.text == "services/*");
  CHECK(std::get<Located>(*settings.instances).text == "env/{instance}/terraform.tfvars");
  CHECK(*settings.variables ==
        std::vector<Pair>{{{"TF_VAR_a", {}}, {"", {}}}, {{"TF_VAR_region", {}}, {"eu-central-1", {}}}});
  CHECK(*settings.after == std::vector<Pair>{{{"production", {}}, {"staging", {}}}, {{"staging", {}}, {"test", {}}}});
  CHECK(settings.var_files->front().text == "../../common.tfvars");
  CHECK(settings.backend_config->front().text == "env/{instance}/backend.tfvars");
  CHECK(settings.workspace->text == "{instance}");
  CHECK(settings.inputs->front().text == "../../policies/**");
  CHECK(settings.depends_on->front().text == "network/{instance}");
  CHECK(settings.tool->text == "tofu");
  CHECK(*settings.job == yaml::Value(yaml::Value::Map{{"tags", yaml::Value::List{"prod"}}}));
  CHECK(*settings.apply_branches == std::vector<std::string>{"main"});
  CHECK(settings.gate == Gate::optional);
  CHECK(*settings.after_plan == std::vector<std::string>{"conftest", "test"});
  CHECK(settings.max_destroy == 5);
  CHECK(settings.local_state == LocalState::kept);
  CHECK(settings.gitlab_state->text == "{slug}");
  CHECK(*settings.commands == Commands{{"a"}, {"b", "c"}});
  CHECK(config.ignore.front().text == "docs/**");
  CHECK(config.global_inputs.front().text == ".terraform-version");
  CHECK(config.changes == ChangesKeyword::rules);
  CHECK(config.order == Order::strict);
  CHECK(config.dependents == Dependents::all);
  CHECK(config.expire_in == "1 day");
  CHECK(config.templates->text == "ci/lanes.yml");
  CHECK(config.gitlab_version == "16.11");
}

TEST_CASE("whether plans have an environment is said in general and by rules, the later one wins") {
  const auto action_of = [](std::string_view text, std::string_view directory) {
    const Config config = parse(text);
    return settings_for(config, RepoPath::of(directory)).plan_environment.value_or("");
  };
  constexpr std::string_view text =
      "states:\n  rules:\n    - {match: \"a/*\", plan_environment: none, job: {tags: [x]}}\n"
      "    - {match: b, plan_environment: prepare}\npipeline: {plan_environment: access}\n";
  CHECK(action_of(text, "a/b") == "none");
  CHECK(action_of(text, "b") == "prepare");
  CHECK(action_of(text, "c/d/e") == "access");
  CHECK(action_of(text, "") == "access");
  CHECK(action_of("version: 1\n", "a") == "");
  CHECK(first_line_of("pipeline: {plan_environment: start}\n") ==
        ".statelane.yml:1:30: error: plan_environment has to be one of none, access, prepare");
  CHECK(faults_of("states: {rules: [{match: a, job: {plan_environment: access}}]}\n") ==
        ".statelane.yml:1:53: error: plan_environment is no keyword of a job\n"
        "    1 | states: {rules: [{match: a, job: {plan_environment: access}}]}\n"
        "      |                                                     ^^^^^^\n"
        "hint: write it beside job, in the rule\n");
}

TEST_CASE("an unknown key is an error with its place, a suggestion and the keys that there are") {
  CHECK(faults_of("version: 1\nstate:\n  include: []\n") ==
        ".statelane.yml:2:1: error: unknown key \"state\" in the configuration\n"
        "    2 | state:\n"
        "      | ^^^^^\n"
        "hint: did you mean \"states\"?\n"
        "hint: known keys: version, states, ignore, global_inputs, pipeline, gitlab\n");
}

TEST_CASE("each wrong value is told by itself, and the rest is still read") {
  CHECK(first_line_of("version: 2\n") == ".statelane.yml:1:10: error: version has to be 1");
  CHECK(first_line_of("ignore: docs\n") == ".statelane.yml:1:9: error: ignore has to be a list");
  CHECK(first_line_of("ignore: [on]\n") == ".statelane.yml:1:10: error: ignore has to be a string; put it in quotes");
  CHECK(first_line_of("ignore: [\"\"]\n") == ".statelane.yml:1:10: error: ignore has to be a string that is not empty");
  CHECK(first_line_of("states: []\n") == ".statelane.yml:1:9: error: states has to be a map");
  CHECK(first_line_of("states: {rules: [{tool: tofu}]}\n") ==
        ".statelane.yml:1:18: error: a rule needs match, a glob on the state directory");
  CHECK(faults_of("states: {rules: [{match: a, instances: x}]}\n") ==
        ".statelane.yml:1:40: error: instances needs {instance} in its pattern\n"
        "    1 | states: {rules: [{match: a, instances: x}]}\n"
        "      |                                        ^\n"
        "hint: a list of names is written [development, production]\n");
  CHECK(first_line_of("states: {rules: [{match: a, instances: []}]}\n") ==
        ".statelane.yml:1:40: error: instances needs a name at least");
  CHECK(first_line_of("states: {rules: [{match: a, instances: [a, b/c]}]}\n") ==
        ".statelane.yml:1:44: error: \"b/c\" in instances is no name: a list has names without slashes and braces");
  CHECK(first_line_of("states: {rules: [{match: a, instances: [a, a]}]}\n") ==
        ".statelane.yml:1:44: error: \"a\" in instances stands twice");
  CHECK(faults_of("states: {rules: [{match: a, variables: {REGION: x}}]}\n") ==
        ".statelane.yml:1:41: error: \"REGION\" in variables has to begin with TF_VAR_\n"
        "    1 | states: {rules: [{match: a, variables: {REGION: x}}]}\n"
        "      |                                         ^^^^^^\n"
        "hint: what is no variable of Terraform's configuration is written into job: {variables: {…}}\n");
  CHECK(first_line_of("states: {rules: [{match: a, variables: {TF_VAR_x: 1}}]}\n") ==
        ".statelane.yml:1:51: error: TF_VAR_x of variables has to be a string; put it in quotes");
  CHECK(first_line_of("states: {rules: [{match: a, after: staging}]}\n") ==
        ".statelane.yml:1:36: error: after has to be a map");
  CHECK(first_line_of("states: {rules: [{match: a, after: {staging: staging}}]}\n") ==
        ".statelane.yml:1:46: error: \"staging\" comes after itself");
  CHECK(first_line_of("states: {rules: [{match: a, job: x}]}\n") ==
        ".statelane.yml:1:34: error: job has to be a map of GitLab's keywords");
  CHECK(first_line_of("states: {rules: [{match: a, local_state: keep}]}\n") ==
        ".statelane.yml:1:42: error: local_state has to be one of lost, kept");
  CHECK(first_line_of("states: {rules: [{match: a, max_destroy: -1}]}\n") ==
        ".statelane.yml:1:42: error: max_destroy has to be a whole number, 0 or more");
  CHECK(faults_of("states: {rules: [{match: a, gitlab_state: a/b}]}\n") ==
        ".statelane.yml:1:43: error: gitlab_state is a name without slashes\n"
        "    1 | states: {rules: [{match: a, gitlab_state: a/b}]}\n"
        "      |                                           ^^^\n"
        "hint: {slug} stands for the state's id without them\n");
  CHECK(first_line_of("states: {rules: [{match: a, commands: {plan: [x]}}]}\n") ==
        ".statelane.yml:1:39: error: commands needs plan and apply, each a list of words");
  CHECK(faults_of("pipeline: {order: stric}\n") ==
        ".statelane.yml:1:19: error: order has to be one of parallel, strict\n"
        "    1 | pipeline: {order: stric}\n"
        "      |                   ^^^^^\n"
        "hint: did you mean \"strict\"?\n");
  CHECK(first_line_of("gitlab: {version: new}\n") == ".statelane.yml:1:19: error: version has to look like \"17.0\"");
  Diagnostics diagnostics;
  const Config config = parse_config("ignore: docs\nglobal_inputs: [a]\n", RepoPath::of(file_name), diagnostics);
  CHECK(config.global_inputs.size() == 1);
}

TEST_CASE("variables and promotions of several rules are merged name by name, and instances are one key") {
  const Config config = parse(R"(states:
  rules:
    - {match: "**", variables: {TF_VAR_a: "1", TF_VAR_b: "1"}, after: {prod: test}, instances: "{instance}.tfvars"}
    - {match: "a", variables: {TF_VAR_b: "2", TF_VAR_c: "2"}, after: {test: dev}, instances: [prod]}
)");
  const Settings settings = settings_for(config, RepoPath::of("a"));
  CHECK(*settings.variables ==
        std::vector<Pair>{{{"TF_VAR_a", {}}, {"1", {}}}, {{"TF_VAR_b", {}}, {"2", {}}}, {{"TF_VAR_c", {}}, {"2", {}}}});
  CHECK(*settings.after == std::vector<Pair>{{{"prod", {}}, {"test", {}}}, {{"test", {}}, {"dev", {}}}});
  CHECK(std::get<std::vector<Located>>(*settings.instances).front().text == "prod");
}

TEST_CASE("a glob that stands for too many patterns is refused") {
  CHECK(first_line_of("ignore: [\"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\"]\n") ==
        ".statelane.yml:1:10: error: ignore stands for more than 1000 patterns by its braces");
}

TEST_CASE("all rules that match apply, later ones win key by key, and jobs are merged as extends merges") {
  const Config config = parse(R"(states:
  rules:
    - match: "**"
      tool: tofu
      job: {tags: [a], image: {name: one, entrypoint: [""]}}
    - match: "services/*"
      max_destroy: 3
      job: {tags: [b], image: {name: two}}
    - match: "other"
      tool: terraform
)");
  const Settings settings = settings_for(config, RepoPath::of("services/api"));
  CHECK(settings.tool->text == "tofu");
  CHECK(settings.max_destroy == 3);
  CHECK(*settings.job->find("tags") == yaml::Value(yaml::Value::List{"b"}));
  CHECK(*settings.job->find("image")->find("name") == yaml::Value("two"));
  CHECK(*settings.job->find("image")->find("entrypoint") == yaml::Value(yaml::Value::List{""}));
  CHECK(settings_for(config, RepoPath::of("network")).max_destroy == std::nullopt);
  CHECK(settings_for(config, RepoPath::of("other")).tool->text == "terraform");
}

TEST_CASE("a glob's ** at the end means everything below") {
  CHECK(matches_glob("docs/**", "docs/a/b.md"));
  CHECK(matches_glob("**", "a/b"));
  CHECK_FALSE(matches_glob("docs/**", "docs"));
  CHECK_FALSE(matches_glob("docs/*", "docs/a/b"));
}
