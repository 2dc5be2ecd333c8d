#include "runner/plan_summary.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "real_tools.hpp"
#include "support/words_of_error.hpp"

using statelane::Error;
using statelane::runner::OutputChange;
using statelane::runner::PlanSummary;
using statelane::runner::PlanSummaryReader;
using statelane::runner::render_report;
using statelane::runner::render_summary;
using statelane::support::words_of_error;

namespace {

using Lines = std::vector<std::string>;

PlanSummary read_plan(std::string_view json, std::size_t piece = 65536) {
  PlanSummaryReader reader;
  for (; !json.empty(); json.remove_prefix(std::min(piece, json.size()))) reader.add(json.substr(0, piece));
  return reader.finish();
}

/// A plan document with these resource changes and output changes.
PlanSummary read_changes(const std::string& resources, const std::string& outputs = "") {
  return read_plan(R"({"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[)" + resources +
                   R"(],"output_changes":{)" + outputs + R"(},"applyable":true,"complete":true,"errored":false})");
}

std::string resource(const std::string& name, const std::string& actions, const std::string& more = "") {
  return R"({"address":"t.)" + name + R"(",)" + more + R"("mode":"managed","change":{"actions":)" + actions +
         R"(,"before":{"address":"secret"},"after":{"actions":["create"],"importing":{"id":"secret"}}}})";
}

/// GitLab's documented filter.
constexpr const char* gitlab_filter =
    R"(([.resource_changes[]?.change.actions?]|flatten)|{"create":(map(select(.=="create"))|length),)"
    R"("update":(map(select(.=="update"))|length),"delete":(map(select(.=="delete"))|length)})";

}  // namespace

TEST_CASE("objects that somebody else changed are counted, and none that only moved") {
  const PlanSummary summary = read_plan(
      R"({"format_version":"1.2","resource_drift":[{"address":"a","change":{"actions":["update"],"before":{"actions":["no-op"]}}},)"
      R"({"address":"b","change":{"actions":["delete"]}},{"address":"c","previous_address":"d","change":{"actions":["no-op"]}}],)"
      R"("resource_changes":[{"address":"a","change":{"actions":["update"]}}]})");
  CHECK(summary.changed_outside == 2);
  CHECK(summary.update == 1);
}

TEST_CASE("each action is counted by GitLab's rule and listed by address") {
  const PlanSummary summary = read_changes(
      resource("b", R"(["create"])") + "," + resource("a", R"(["create"])") + "," + resource("u", R"(["update"])") +
          "," + resource("d", R"(["delete"])") + "," + resource("r1", R"(["delete","create"])") + "," +
          resource("r2", R"(["create","delete"])") + "," + resource("n", R"(["no-op"])") + "," +
          resource("f", R"(["forget"])") + "," + resource("fc", R"(["forget","create"])") + "," +
          resource("m", R"(["no-op"])", R"("previous_address":"t.old",)") + "," + resource("rd", R"(["read"])") + "," +
          resource("x", R"(["delete"])", R"("deposed":"0badc0de",)"),
      R"("o":{"actions":["update"],"before":"s3cret","after":"x"},"n":{"actions":["no-op"]},"c":{"actions":["create"]})");
  CHECK(summary.create == 5);
  CHECK(summary.update == 1);
  CHECK(summary.remove == 4);
  CHECK(summary.created == Lines{"t.a", "t.b"});
  CHECK(summary.updated == Lines{"t.u"});
  CHECK(summary.deleted == Lines{"t.d", "t.x (deposed object 0badc0de)"});
  CHECK(summary.replaced == Lines{"t.r1", "t.r2"});
  CHECK(summary.forgotten == Lines{"t.f"});
  CHECK(summary.succeeded == Lines{"t.fc"});
  CHECK(render_summary(summary, "net", "").find("  forget and create t.fc\n") != std::string::npos);
  CHECK(summary.moved == Lines{"t.old -> t.m"});
  CHECK(summary.read == Lines{"t.rd"});
  CHECK(summary.outputs == std::vector<OutputChange>{{"c", "create"}, {"o", "update"}});
  CHECK(summary.imported.empty());
  CHECK(summary.destroys() == 4);
  CHECK(render_report(summary) == "{\"create\":5,\"update\":1,\"delete\":4}\n");
}

TEST_CASE("an import is told beside what it changes, and a null import is none") {
  const PlanSummary summary = read_plan(
      R"({"format_version":"1.2","resource_changes":[{"address":"t.i","change":{"actions":["update"],"importing":{"id":"x"}}},)"
      R"({"address":"t.j","change":{"importing":null,"actions":["no-op"]}}]})");
  CHECK(summary.imported == Lines{"t.i"});
  CHECK(summary.updated == Lines{"t.i"});
}

TEST_CASE("a plan that stopped half-way says so, and an old tool's silence is kept apart from no") {
  CHECK(read_plan(R"({"format_version":"1.2","errored":true,"complete":false,"applyable":false})").errored);
  const PlanSummary old = read_plan(R"({"format_version":"1.2","resource_changes":[]})");
  CHECK_FALSE(old.complete);
  CHECK_FALSE(old.applyable);
  CHECK_FALSE(old.has_changes());
}

TEST_CASE("the answer does not depend on how the text is cut") {
  const std::string text =
      R"({"format_version":"1.2","prior_state":{"resource_changes":[{"change":{"actions":["create"]}}]},)"
      R"("resource_changes":[{"address":"m[\"\u003cé\"].t.x","change":{"actions":["create"]}}],"applyable":true})";
  const PlanSummary whole = read_plan(text);
  CHECK(whole.created == Lines{"m[\"<é\"].t.x"});
  for (std::size_t piece = 1; piece < 40; ++piece) CHECK(read_plan(text, piece) == whole);
}

TEST_CASE("what is no plan is an error") {
  CHECK_THROWS_AS(read_plan(""), Error);
  CHECK(words_of_error([] { read_plan("{}"); }) ==
        "the JSON of 'show -json' has no format_version: it is no plan\n"
        "hint: the tool must be Terraform 0.12 or later, or OpenTofu");
  CHECK_THROWS_AS(read_plan("Error: Failed to load plan"), Error);
  CHECK_THROWS_AS(read_plan(R"({"format_version":"1.2","resource_changes":[)"), Error);
}

TEST_CASE("the summary names what is dangerous first, and fits a screen") {
  const PlanSummary summary = read_changes(resource("c", R"(["create"])") + "," + resource("d", R"(["delete"])") + "," +
                                               resource("r", R"(["delete","create"])"),
                                           R"("o":{"actions":["update"]})");
  CHECK(render_summary(summary, "network/prod", "plan.txt") ==
        "plan of network/prod: 1 to delete, 1 to replace, 1 to create, 1 output changes\n"
        "  delete   t.d\n"
        "  replace  t.r\n"
        "  create   t.c\n"
        "  update   output o\n");
  CHECK(render_summary(summary, "network/prod", "plan.txt", 2) ==
        "plan of network/prod: 1 to delete, 1 to replace, 1 to create, 1 output changes\n"
        "  delete   t.d\n"
        "  ... and 3 more, all in plan.txt\n");
  CHECK(render_summary(summary, "network/prod", "", 2).ends_with("  ... and 3 more\n"));
  CHECK(render_summary(read_plan(R"({"format_version":"1.2","applyable":false})"), ".", "") ==
        "plan of .: no changes\n");
}

TEST_CASE("the counts equal those of GitLab's jq filter on a real plan with every kind of action") {
  if (!has_tool("terraform") || !has_tool("jq")) return;
  isolate_terraform();
  const Scratch scratch;
  scratch.write("main.tf", R"(
resource "terraform_data" "kept" { input = 1 }
resource "terraform_data" "updated" { input = 1 }
resource "terraform_data" "replaced" { triggers_replace = [1] }
resource "terraform_data" "replaced_first" {
  triggers_replace = [1]
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "deleted" { input = 1 }
resource "terraform_data" "old_name" { input = 1 }
resource "terraform_data" "forgotten" { input = 1 }
resource "terraform_data" "many" { for_each = toset(["a \"b\"", "<é>"]) }
output "secret" {
  value     = "canary-one"
  sensitive = true
}
)");
  run_tool({"terraform", "init", "-input=false"}, scratch.path);
  run_tool({"terraform", "apply", "-input=false", "-auto-approve"}, scratch.path);
  scratch.write("main.tf", R"(
resource "terraform_data" "kept" { input = 1 }
resource "terraform_data" "updated" { input = 2 }
resource "terraform_data" "replaced" { triggers_replace = [2] }
resource "terraform_data" "replaced_first" {
  triggers_replace = [2]
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "new_name" { input = 1 }
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}
removed {
  from = terraform_data.forgotten
  lifecycle { destroy = false }
}
import {
  to = terraform_data.imported
  id = "some-id"
}
resource "terraform_data" "imported" {}
resource "terraform_data" "created" { count = 3 }
resource "terraform_data" "many" { for_each = toset(["<é>"]) }
output "secret" {
  value     = "canary-two"
  sensitive = true
}
)");
  run_tool({"terraform", "plan", "-input=false", "-out=plan.bin"}, scratch.path);
  const std::string json = run_tool({"terraform", "show", "-json", "plan.bin"}, scratch.path);
  scratch.write("plan.json", json);
  const PlanSummary summary = read_plan(json);
  CHECK(render_report(summary) == run_tool({"jq", "-c", gitlab_filter, "plan.json"}, scratch.path));
  CHECK(summary.updated == Lines{"terraform_data.updated"});
  CHECK(summary.replaced == Lines{"terraform_data.replaced", "terraform_data.replaced_first"});
  CHECK(summary.deleted == Lines{"terraform_data.deleted", "terraform_data.many[\"a \\\"b\\\"\"]"});
  CHECK(summary.moved == Lines{"terraform_data.old_name -> terraform_data.new_name"});
  CHECK(summary.forgotten == Lines{"terraform_data.forgotten"});
  CHECK(summary.imported == Lines{"terraform_data.imported"});
  CHECK(summary.created ==
        Lines{"terraform_data.created[0]", "terraform_data.created[1]", "terraform_data.created[2]"});
  CHECK(summary.outputs == std::vector<OutputChange>{{"secret", "update"}});
  CHECK(summary.tool_version.starts_with("1."));
  CHECK(json.find("canary-two") != std::string::npos);
  CHECK(render_summary(summary, "x", "").find("canary") == std::string::npos);
}

TEST_CASE("moves, imports and outputs alone are changes") {
  if (!has_tool("terraform")) return;
  isolate_terraform();
  const Scratch scratch;
  const auto plan = [&](const std::string& configuration) {
    scratch.write("main.tf", configuration);
    run_tool({"terraform", "plan", "-input=false", "-out=plan.bin"}, scratch.path);
    return read_plan(run_tool({"terraform", "show", "-json", "plan.bin"}, scratch.path));
  };
  scratch.write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
  run_tool({"terraform", "init", "-input=false"}, scratch.path);
  run_tool({"terraform", "apply", "-input=false", "-auto-approve"}, scratch.path);
  CHECK_FALSE(plan("resource \"terraform_data\" \"a\" {}\n").has_changes());
  CHECK(plan("resource \"terraform_data\" \"b\" {}\nmoved {\n  from = terraform_data.a\n  to = terraform_data.b\n}\n")
            .has_changes());
  CHECK(plan("resource \"terraform_data\" \"a\" {}\noutput \"o\" { value = 1 }\n").has_changes());
}
