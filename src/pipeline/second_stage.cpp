#include "pipeline/second_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/fit_to_server.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/pipeline_head.hpp"
#include "pipeline/provider_caches.hpp"
#include "pipeline/shared_templates.hpp"
#include "pipeline/split_pipeline.hpp"

namespace statelane::pipeline {

namespace {

constexpr std::string_view generating_job = "generate-gates";
constexpr std::string_view generated_file = "gates.gitlab-ci.yml";

/// A lane with its plan.
struct Gate {
  Lane lane;
  const PlannedState* planned = nullptr;
};

std::vector<Gate> find_gates(const PipelineRequest& request, const std::vector<PlannedState>& planned,
                             const states::StateGraph& head, Diagnostics& diagnostics) {
  std::vector<Gate> gates;
  for (const PlannedState& plan : planned) {
    const auto index = head.find(plan.id);
    if (!plan.has_changes || !index || !may_apply(request, head.states()[*index])) continue;
    auto lane = make_lane(head, *index, diagnostics);
    if (!lane) continue;
    lane->apply_job = gitlab::job_name("apply", plan.id);
    lane->waits = plan.waits;
    lane->was_reviewed = plan.was_reviewed;
    gates.push_back({*std::move(lane), &plan});
  }
  std::sort(gates.begin(), gates.end(),
            [](const Gate& left, const Gate& right) { return left.lane.index < right.lane.index; });
  std::vector<Lane> lanes;
  for (const Gate& gate : gates) lanes.push_back(gate.lane);
  set_order(lanes, head, Waits::nearest, diagnostics);
  block_waited_for_gates(lanes, {}, diagnostics);
  for (std::size_t index = 0; index < gates.size(); ++index) gates[index].lane = std::move(lanes[index]);
  return gates;
}

std::string describe_plan(const PlannedState& plan) {
  if (plan.create + plan.update + plan.remove == 0) return "the plan has changes";
  return fmt::format("the plan creates {}, updates {}, deletes {}", plan.create, plan.update, plan.remove);
}

std::vector<std::string> stage_comments(const PipelineRequest& request, const std::string& plan_pipeline,
                                        const std::vector<PlannedState>& planned) {
  std::vector<std::string> unchanged;
  for (const PlannedState& plan : planned) {
    if (!plan.has_changes) unchanged.push_back(plan.id);
  }
  std::vector<std::string> lines = {
      fmt::format("Made by statelane {} from the plans of pipeline {}:", request.tool_version, plan_pipeline),
      "  " + request.command_line, "", "head: " + request.comparison.head};
  add_list(lines, "Planned, and nothing to change:", unchanged);
  lines.emplace_back("No \"changes\" rules: the plans say which states have gates.");
  return lines;
}

std::string nothing_to_apply(const std::vector<PlannedState>& planned) {
  if (planned.empty()) return "nothing to apply: no plan was made";
  const bool has_any =
      std::any_of(planned.begin(), planned.end(), [](const PlannedState& plan) { return plan.has_changes; });
  return has_any ? "nothing to apply here: this branch has no gates"
                 : fmt::format("nothing to apply: none of {} plans has changes", planned.size());
}

/// As many as the gates of all lanes fill, with room for what they share.
std::size_t count_files(const std::vector<Lane>& lanes, const gitlab::Version& server) {
  Barriers barriers({{"extends", ".statelane-barrier"}}, gitlab::max_needs);
  Pipeline gates;
  for (const Lane& lane : lanes) {
    if (lane.has_apply()) gates.jobs.push_back(build_apply_job(lane, {}, barriers));
  }
  for (Job& barrier : barriers.take_jobs()) gates.jobs.push_back(std::move(barrier));
  const std::size_t size = measure_file(gates) * 5 / 4;
  return std::min(size / gitlab::max_yaml_bytes(server) + 1, gitlab::max_trigger_includes);
}

}  // namespace

std::vector<Job> build_second_stage_start(const std::vector<Lane>& lanes, const gitlab::Version& server) {
  const bool knows_mirror = gitlab::supports(gitlab::Feature::strategy_mirror, server);
  Job generate{std::string(generating_job), {}, {{"extends", ".statelane-gates"}}};
  yaml::Value::List names = {generated_file};
  const std::size_t files = count_files(lanes, server);
  for (std::size_t file = 2; file <= files; ++file) names.emplace_back(fmt::format("gates-file{}.gitlab-ci.yml", file));
  if (files > 1) {
    generate.keywords.push_back({"variables", yaml::Value::Map{{"STATELANE_OPT_FILES", fmt::format("{}", files)}}});
    generate.keywords.push_back({"artifacts", yaml::Value::Map{{"paths", names}}});
  }
  yaml::Value::List included;
  for (const yaml::Value& name : names)
    included.push_back(yaml::Value::Map{{"artifact", name}, {"job", generating_job}});
  Job start{"gates", {"starts the pipeline with the gates of the states whose plan has changes"}, {}};
  start.keywords = {{"stage", "gates"},
                    {"needs", yaml::Value::List{generating_job}},
                    {"inherit", yaml::Value::Map{{"variables", false}}},
                    {"trigger", yaml::Value::Map{{"include", std::move(included)},
                                                 {"strategy", knows_mirror ? "mirror" : "depend"},
                                                 {"forward", yaml::Value::Map{{"yaml_variables", false}}}}}};
  return {std::move(generate), std::move(start)};
}

Pipeline build_second_stage(const PipelineRequest& request, const std::string& plan_pipeline,
                            const std::vector<PlannedState>& planned, const states::StateGraph& head,
                            const TemplateSet& templates, const config::Config& config, Diagnostics& diagnostics) {
  check_job_settings(config, templates, diagnostics);
  const bool templates_have_cache = have_cache(templates);
  ProviderCaches caches(request);
  Barriers barriers({{"extends", ".statelane-barrier"}}, gitlab::max_needs);
  std::vector<Job> jobs;
  for (const Gate& gate : find_gates(request, planned, head, diagnostics)) {
    LaneParts parts;
    parts.plan_pipeline = plan_pipeline;
    parts.applied = gate.planned->applied;
    parts.comments.push_back(describe_plan(*gate.planned));
    const auto use =
        wants_provider_cache(*gate.lane.state, templates_have_cache) ? caches.use(*gate.lane.state) : std::nullopt;
    if (use) parts.extends.push_back(use->hidden_job);
    jobs.push_back(build_apply_job(gate.lane, parts, barriers));
  }
  Pipeline pipeline;
  pipeline.comments = stage_comments(request, plan_pipeline, planned);
  pipeline.globals = child_globals(request);
  pipeline.jobs = caches.take_jobs();
  std::vector<Job> barrier_jobs = barriers.take_jobs();
  for (std::vector<Job>* more : {&jobs, &barrier_jobs}) {
    pipeline.jobs.insert(pipeline.jobs.end(), std::make_move_iterator(more->begin()),
                         std::make_move_iterator(more->end()));
  }
  if (pipeline.jobs.empty()) pipeline.jobs.push_back(build_noop_job(nothing_to_apply(planned)));
  pipeline.templates = shared_templates(pipeline.jobs, templates, config, request.server);
  fit_to_server(pipeline, request.server, diagnostics);
  add_script_timeouts(pipeline);
  return pipeline;
}

}  // namespace statelane::pipeline
