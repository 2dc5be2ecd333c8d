#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "emit/write_yaml.hpp"
#include "other_readers.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/hand_made.hpp"
#include "support/source_directory.hpp"

using hand_made::input;
using hand_made::state;
using statelane::Diagnostics;
using statelane::RepoPath;
using statelane::YamlValue;
using statelane::impact::CauseKind;
using statelane::impact::Impact;
using statelane::pipeline::build_pipeline;
using statelane::pipeline::Pipeline;
using statelane::pipeline::PipelineRequest;
using statelane::states::InputKind;
using statelane::states::StateGraph;

namespace {

/// The pipeline as the document that a reader sees.
YamlValue document_of(const Pipeline& pipeline) {
  YamlValue::Map document = pipeline.globals;
  for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
    for (const auto& job : *jobs) document.emplace_back(job.name, job.keywords);
  }
  return document;
}

Pipeline build(const PipelineRequest& request, const Impact& impact, const StateGraph& head) {
  Diagnostics diagnostics;
  Pipeline pipeline = build_pipeline(request, impact, {}, head, {}, {}, diagnostics);
  statelane::pipeline::check_pipeline({&pipeline, 1}, request.server, diagnostics);
  for (const auto& found : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(found));
  return pipeline;
}

/// Compares with tests/emit/goldens/NAME; STATELANE_REWRITE=1 writes it instead.
void check_golden(const std::string& name, const Pipeline& pipeline) {
  const std::string text = statelane::emit::write_yaml(pipeline);
  check_other_readers(text, document_of(pipeline));
  const std::string path = (statelane::support::source_directory() / "tests/emit/goldens" / name).string();
  if (std::getenv("STATELANE_REWRITE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  CHECK(text == golden.str());
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
  request.command_line = "statelane generate";
  check_golden("merge_request.yml", build(request, platform_impact(), platform()));
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
