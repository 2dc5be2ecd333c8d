#include <doctest/doctest.h>

#include "golden.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/drift_pipeline.hpp"
#include "pipeline/hand_made.hpp"
#include "pipeline/second_stage.hpp"
#include "pipeline/static_pipeline.hpp"

using hand_made::input;
using hand_made::state;
using statelane::Diagnostics;
using statelane::RepoPath;
namespace yaml = statelane::yaml;
using statelane::impact::CauseKind;
using statelane::impact::Impact;
using statelane::pipeline::build_pipeline;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::states::InputKind;
using statelane::states::StateGraph;

namespace {

Pipeline build(const PipelineRequest& request, const Impact& impact, const StateGraph& head) {
  Diagnostics diagnostics;
  Pipeline pipeline = build_pipeline(request, impact, {}, head, {}, {}, diagnostics);
  statelane::pipeline::check_pipeline({&pipeline, 1}, request.server, diagnostics);
  for (const auto& found : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(found));
  return pipeline;
}

/// network/prod calls a module and is read by the cluster; the DNS of two environments is one directory; one lane is no
/// Terraform.
StateGraph platform() {
  auto network = state("network/prod");
  network.inputs.push_back(input(InputKind::module_directory, "modules/vpc"));
  network.inputs.push_back(input(InputKind::file, "policies/flow-logs.json"));
  network.inputs.push_back(input(InputKind::version_pin, "network/prod"));
  auto dns = state("dns@prod");
  dns.settings.gate = statelane::config::Gate::optional;
  auto deploy = state("deploy/api");
  deploy.kind = statelane::states::StateKind::custom;
  deploy.backend.reset();
  return hand_made::graph({network, state("cluster"), dns, deploy},
                          {{"cluster", "network/prod"}, {"deploy/api", "cluster"}, {"deploy/api", "network/prod"}});
}

Impact platform_impact() {
  Impact impact = hand_made::affected({"cluster", "deploy/api", "dns@prod", "network/prod"});
  impact.affected[3].causes = {{{CauseKind::file_changed, RepoPath::of("modules/vpc/main.tf"), {}, {}},
                                {CauseKind::module_changed, RepoPath::of("network/prod/main.tf"), 12, {}}},
                               hand_made::own_file("network/prod/main.tf")};
  impact.skipped = {{"kms", {RepoPath::of("kms/main.tf")}}};
  impact.unclaimed = {RepoPath::of("lambda/unused.tf")};
  return impact;
}

PipelineRequest platform_push() {
  PipelineRequest request = hand_made::push({"cluster", "deploy/api", "dns", "network/prod"});
  request.changes.push_back({RepoPath::of("modules/vpc/main.tf")});
  request.lock_files = {{"cluster", "6c1f"}, {"dns@prod", "77a0"}, {"network/prod", "6c1f"}};
  return request;
}

}  // namespace

TEST_CASE("the child pipeline of a push to the default branch reads as it should") {
  check_golden("push.yml", build(platform_push(), platform_impact(), platform()));
}

TEST_CASE("the child pipeline of a merge request reads as it should") {
  PipelineRequest request = platform_push();
  request.kind = statelane::gitlab::PipelineKind::merge_request_detached;
  request.branch = "";
  request.comparison = {"1111111", "mr-diff-base", "the base of the merge request's diff", "2222222", false};
  request.command_line = "statelane generate --report";
  request.has_report = true;
  request.report_variables = {{"STATELANE_OPT_BASE", "1111111"}, {"STATELANE_OPT_HEAD", "2222222"}};
  check_golden("merge_request.yml", build(request, platform_impact(), platform()));
}

TEST_CASE("the first stage of two reads as it should") {
  PipelineRequest request = platform_push();
  request.gates_of = statelane::config::Gates::changed;
  check_golden("first_stage.yml", build(request, platform_impact(), platform()));
}

TEST_CASE("the second stage reads as it should") {
  PipelineRequest request = platform_push();
  request.command_line = "statelane generate --from-plans '.statelane'";
  Diagnostics diagnostics;
  check_golden("second_stage.yml", build_second_stage(request, "4712",
                                                      {{"cluster", true, 1, 0, 2},
                                                       {"deploy/api", true, 0, 0, 0},
                                                       {"dns@prod", false, 0, 0, 0},
                                                       {"network/prod", true, 0, 3, 0}},
                                                      platform(), {}, {}, diagnostics));
  CHECK(diagnostics.sorted().empty());
}

TEST_CASE("the child pipeline of a schedule that looks for drift reads as it should") {
  PipelineRequest request = platform_push();
  request.kind = statelane::gitlab::PipelineKind::schedule;
  request.command_line = "statelane generate --drift";
  request.comparison = {"", "none", "states are compared with the world", "2222222", false};
  Diagnostics diagnostics;
  check_golden("drift.yml", build_drift_pipeline(request, {"cluster", "deploy/api", "dns@prod", "network/prod"},
                                                 platform(), {}, {}, diagnostics));
  CHECK(diagnostics.sorted().empty());
}

TEST_CASE("static pipelines read as they should") {
  using statelane::config::ChangesKeyword;
  for (const auto keyword : {ChangesKeyword::only, ChangesKeyword::rules}) {
    PipelineRequest request;
    request.changes_keyword = keyword;
    request.command_line = "statelane generate --static --output lanes.gitlab-ci.yml";
    request.lock_files = platform_push().lock_files;
    Diagnostics diagnostics;
    check_golden(keyword == ChangesKeyword::only ? "static_only.yml" : "static_rules.yml",
                 build_static_pipeline(request, platform(), {}, {}, diagnostics));
    CHECK(diagnostics.sorted().empty());
  }
}

TEST_CASE("the child pipeline in which nothing runs reads as it should") {
  check_golden("nothing.yml", build(hand_made::push({}), {}, platform()));
}

TEST_CASE("pipelines of hostile ids come back from other readers as they were meant") {
  std::vector<std::string> ids = {
      "-x",    ".",          "a b",      "a'b\"c", "a\\b", "a\nb", "$HOME",    "$(id)",        "`id`",
      "a;b",   "%X%",        "${x}",     "{{x}}",  "[a]",  "a*",   "a#b",      "a: b",         "- a",
      "!a",    "&a",         "é🚀",       "yes",    "1.10", "a\tb", "\x1b[31m", "\xE2\x80\xA8", std::string(250, 'x'),
      "--- a", "2024-01-01", "e\xCC\x81"};
  const Pipeline pipeline = build(hand_made::push(ids), hand_made::affected(ids), hand_made::graph_of(ids));
  check_other_readers(statelane::emit::write_yaml(pipeline), document_of(pipeline));
}
