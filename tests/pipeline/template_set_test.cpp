#include "pipeline/template_set.hpp"

#include <doctest/doctest.h>

#include "pipeline/builtin_templates.hpp"
#include "pipeline/lane_keywords.hpp"
#include "pipeline/merge_keywords.hpp"

using statelane::Diagnostic;
using statelane::Diagnostics;
using statelane::RepoPath;
namespace yaml = statelane::yaml;
using statelane::pipeline::find_refused_keywords;
using statelane::pipeline::Job;
using statelane::pipeline::KeyOrigin;
using statelane::pipeline::KeywordTarget;
using statelane::pipeline::TemplateSet;
using Map = yaml::Value::Map;
using List = yaml::Value::List;

namespace {

std::vector<Diagnostic> faults_of(std::string_view text) {
  Diagnostics diagnostics;
  TemplateSet().override_with(text, RepoPath::of("ci/lanes.yml"), diagnostics);
  return diagnostics.sorted();
}

TemplateSet overridden(std::string_view text) {
  Diagnostics diagnostics;
  TemplateSet templates;
  templates.override_with(text, RepoPath::of("ci/lanes.yml"), diagnostics);
  for (const Diagnostic& found : diagnostics.sorted()) FAIL(render_diagnostic(found));
  return templates;
}

const yaml::Value* at(const Map& map, std::string_view first, std::string_view second) {
  const yaml::Value* outer = yaml::find_value(map, first);
  return outer != nullptr ? outer->find(second) : nullptr;
}

}  // namespace

TEST_CASE("the built-in templates are there, and their own keywords pass the check for users") {
  const TemplateSet templates;
  for (const std::string name :
       {".statelane", ".statelane-plan", ".statelane-custom-plan", ".statelane-apply", ".statelane-noop",
        ".statelane-barrier", ".statelane-warning", ".statelane-plan-destroy", ".statelane-destroy"}) {
    CAPTURE(name);
    CHECK_FALSE(templates.keywords(name).empty());
  }
  CHECK(templates.keywords(".statelane-nothing").empty());
  CHECK(statelane::pipeline::builtin_template_files().size() == 19);
}

TEST_CASE("a template is laid over the built-in one: maps deeply, lists replaced, null takes out") {
  const TemplateSet templates = overridden(
      ".statelane-plan:\n"
      "  artifacts: {expire_in: 1 day}\n"
      "  retry: null\n"
      "  tags: [terraform]\n");
  const Map& plan = templates.keywords(".statelane-plan");
  CHECK(*at(plan, "artifacts", "expire_in") == yaml::Value("1 day"));
  CHECK(*at(plan, "artifacts", "access") == yaml::Value("developer"));
  CHECK(yaml::find_value(plan, "retry") == nullptr);
  CHECK(*yaml::find_value(plan, "tags") == yaml::Value(List{"terraform"}));
  CHECK(templates.is_overridden(".statelane-plan", "artifacts.expire_in"));
  CHECK_FALSE(templates.is_overridden(".statelane-plan", "artifacts.access"));
}

TEST_CASE("only what is used is collected, in an order in which each template comes behind what it extends") {
  const TemplateSet templates = overridden(
      ".aws:\n  variables: {AWS_REGION: eu-central-1}\n"
      ".setup:\n  script: [date]\n"
      ".unused:\n  script: [date]\n"
      ".statelane:\n  extends: .aws\n  before_script:\n    - !reference [.setup, script]\n");
  std::vector<std::string> names;
  for (const Job& job : templates.collect({".statelane-apply", ".statelane-plan", ".not-there"}))
    names.push_back(job.name);
  CHECK(names == std::vector<std::string>{".aws", ".setup", ".statelane", ".statelane-apply", ".statelane-plan"});
  CHECK(*at(templates.resolved(".statelane-plan"), "variables", "AWS_REGION") == yaml::Value("eu-central-1"));
  CHECK(*at(templates.resolved(".statelane-plan"), "variables", "TF_INPUT") == yaml::Value("false"));
}

TEST_CASE("templates that extend each other in a circle end") {
  const TemplateSet templates = overridden(".a:\n  extends: .b\n.b:\n  extends: .a\n");
  CHECK(templates.collect({".a"}).size() == 2);
  CHECK(yaml::find_value(templates.resolved(".a"), "extends") != nullptr);
}

TEST_CASE("each setting knows where it comes from") {
  const TemplateSet templates = overridden(".statelane-plan:\n  artifacts:\n    expire_in: 1 day\n");
  const auto origins = templates.origins();
  const auto find = [&](std::string_view job, std::string_view key) {
    for (const KeyOrigin& origin : origins) {
      if (origin.job == job && origin.key == key) return origin;
    }
    return KeyOrigin{};
  };
  CHECK(find(".statelane-plan", "artifacts.expire_in").is_overridden);
  CHECK(find(".statelane-plan", "artifacts.expire_in").pos.line == 3);
  CHECK(find(".statelane-plan", "artifacts.expire_in").value == yaml::Value("1 day"));
  CHECK_FALSE(find(".statelane-plan", "artifacts.access").is_overridden);
  CHECK(find(".statelane-apply", "when").value == yaml::Value("manual"));
}

TEST_CASE("an empty file of templates changes nothing") {
  CHECK(faults_of("").empty());
  CHECK(faults_of("# nothing yet\n").empty());
}

TEST_CASE("what is no template is refused with its place") {
  const auto faults = faults_of("image: x\n.statelane-plan: [a]\n");
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message == "\"image\" is no hidden job: this file holds templates only");
  CHECK(faults[0].range->begin.line == 1);
  CHECK(faults[1].message == "the template \".statelane-plan\" is no map of keywords");
  CHECK(render_diagnostic(faults_of("- a\n")[0]) ==
        "ci/lanes.yml:1:1: error: a file of templates is a map of hidden jobs\n"
        "    1 | - a\n"
        "      | ^^^\n"
        "hint: begin with \".statelane:\"\n");
  CHECK(render_diagnostic(faults_of(".statelane-plan: {environment: prod}\n").at(0)) ==
        "ci/lanes.yml:1:32: error: \"environment\" of a plan says no more than its action: its name follows from the "
        "state\n"
        "    1 | .statelane-plan: {environment: prod}\n"
        "      |                                ^^^^^\n"
        "hint: write environment: {action: access}, or prepare\n");
  CHECK(faults_of(".statelane-plan: {environment: {action: start}}\n").size() == 1);
  CHECK(faults_of(".statelane-plan: {environment: {action: access, name: prod}}\n").size() == 1);
  CHECK(faults_of(".statelane-plan: {environment: {action: access}}\n").empty());
  CHECK(faults_of(".statelane-custom-plan: {environment: {action: prepare}}\n").empty());
  CHECK(render_diagnostic(faults_of(".statelane-noop: {environment: prod}\n").at(0)) ==
        "ci/lanes.yml:1:32: error: \"environment\" cannot be set here: only an apply deploys\n"
        "    1 | .statelane-noop: {environment: prod}\n"
        "      |                                ^^^^^\n"
        "hint: set it for apply jobs\n");
}

TEST_CASE("what a template may not set is refused with line, column and remedy") {
  const auto faults = faults_of(".statelane-apply:\n  when: always\n");
  REQUIRE(faults.size() == 1);
  CHECK(render_diagnostic(faults[0]) ==
        "ci/lanes.yml:2:9: error: \"when\" cannot be set here: the gate decides when a job starts\n"
        "    2 |   when: always\n"
        "      |         ^^^^^^\n"
        "hint: set \"apply.gate\" to blocking, optional or automatic\n");
}

TEST_CASE("a file with a fault changes nothing") {
  Diagnostics diagnostics;
  TemplateSet templates;
  templates.override_with(".statelane-plan:\n  tags: [a]\n  needs: []\n", RepoPath::of("ci/lanes.yml"), diagnostics);
  CHECK(diagnostics.has_errors());
  CHECK(yaml::find_value(templates.keywords(".statelane-plan"), "tags") == nullptr);
}

TEST_CASE("which keywords are refused depends on the jobs that they reach") {
  const auto refused = [](Map keywords, KeywordTarget target) {
    return find_refused_keywords(keywords, target).size();
  };
  for (const auto target : {KeywordTarget::lane, KeywordTarget::plan, KeywordTarget::apply, KeywordTarget::other}) {
    for (const std::string keyword : {"rules", "only", "except", "needs", "dependencies", "stage", "resource_group",
                                      "trigger", "parallel", "start_in", "pages", "release", "run", "script"}) {
      CAPTURE(keyword);
      CHECK(refused({{keyword, "x"}}, target) == 1);
    }
    CHECK(refused({{"tags", List{"a"}}, {"image", "x"}, {"id_tokens", Map{}}, {"before_script", List{"x"}}}, target) ==
          0);
    CHECK(refused({{"variables", Map{{"STATELANE_STATE", "x"}, {"STATELANE_OPT_TOOL", "tofu"}, {"A", "b"}}}}, target) ==
          1);
    CHECK(refused({{"script", yaml::Value{}}}, target) == 1);
  }
  CHECK(refused({{"when", "manual"}}, KeywordTarget::apply) == 0);
  CHECK(refused({{"when", "on_success"}}, KeywordTarget::plan) == 0);
  CHECK(refused({{"when", "always"}}, KeywordTarget::plan) == 1);
  CHECK(refused({{"allow_failure", true}}, KeywordTarget::plan) == 1);
  CHECK(refused({{"retry", 2}}, KeywordTarget::plan) == 0);
  CHECK(refused({{"retry", 2}}, KeywordTarget::apply) == 1);
  CHECK(refused({{"retry", 2}}, KeywordTarget::lane) == 1);
  CHECK(refused({{"interruptible", true}}, KeywordTarget::lane) == 1);
  CHECK(refused({{"interruptible", true}}, KeywordTarget::plan) == 0);
  CHECK(refused({{"environment", "prod"}}, KeywordTarget::apply) == 1);
  CHECK(refused({{"environment", Map{{"name", "prod"}, {"on_stop", "x"}}}}, KeywordTarget::apply) == 2);
  CHECK(refused({{"environment", Map{{"deployment_tier", "production"}}}}, KeywordTarget::lane) == 0);
  CHECK(refused({{"environment", Map{{"deployment_tier", "production"}}}}, KeywordTarget::plan) == 1);
  CHECK(refused({{"artifacts", Map{{"paths", List{"x"}}}}}, KeywordTarget::plan) == 1);
  CHECK(refused({{"artifacts", Map{{"paths", List{"x", ".statelane/$STATELANE_SLUG/"}}}}}, KeywordTarget::plan) == 0);
}
