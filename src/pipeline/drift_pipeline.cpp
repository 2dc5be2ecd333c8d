#include "pipeline/drift_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"
#include "gitlab/names.hpp"
#include "pipeline/complete_child.hpp"
#include "pipeline/fit_to_server.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/pipeline_head.hpp"
#include "pipeline/provider_caches.hpp"
#include "pipeline/shared_templates.hpp"
#include "pipeline/split_pipeline.hpp"

namespace statelane::pipeline {

namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

Job build_summary_job(std::size_t count) {
  return {"drift-summary",
          {},
          {{"extends", ".statelane-drift-summary"},
           {"variables", yaml::Value::Map{{"STATELANE_EXPECTED", std::to_string(count)}}}}};
}

}  // namespace

std::optional<Rotation> parse_rotation(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, slash));
  const auto count = parse_number(text.substr(slash + 1));
  if (!number || !count || *number > *count) return std::nullopt;
  return Rotation{*number, *count};
}

bool is_in_rotation(const Rotation& rotation, std::string_view id) {
  std::uint32_t hash = 0;
  // Eight hexadecimal digits.
  const std::string digest = sha256_hex(id);
  std::from_chars(digest.data(), digest.data() + 8, hash, 16);
  return hash % rotation.count == rotation.number - 1;
}

Pipeline build_drift_pipeline(const PipelineRequest& request, const std::vector<std::string>& ids,
                              const states::StateGraph& head, const TemplateSet& templates,
                              const config::Config& config, Diagnostics& diagnostics) {
  check_job_settings(config, templates, diagnostics);
  const bool templates_have_cache = have_cache(templates);
  ProviderCaches caches(request);
  std::vector<Job> jobs;
  for (const std::string& id : ids) {
    const auto index = head.find(id);
    if (!index || head.states()[*index].kind == states::StateKind::custom) continue;
    const auto lane = make_lane(head, *index, diagnostics);
    if (!lane) continue;
    LaneParts parts;
    const auto use = wants_provider_cache(*lane->state, templates_have_cache) ? caches.use(*lane->state) : std::nullopt;
    if (use) {
      parts.extends.push_back(use->hidden_job);
      parts.writes_cache = use->is_writer;
    }
    jobs.push_back(build_drift_job(*lane, parts));
  }
  Pipeline pipeline;
  pipeline.comments = head_comments(request, {}, "");
  pipeline.globals = child_globals(request);
  if (jobs.empty()) {
    pipeline.jobs.push_back(build_noop_job(request.nothing_reason));
  } else {
    const std::size_t count = jobs.size();
    pipeline.jobs = caches.take_jobs();
    pipeline.jobs.insert(pipeline.jobs.end(), std::make_move_iterator(jobs.begin()),
                         std::make_move_iterator(jobs.end()));
    pipeline.jobs.push_back(build_summary_job(count));
  }
  pipeline.templates = shared_templates(pipeline.jobs, templates, config, request.server);
  fit_to_server(pipeline, request.server, diagnostics);
  add_script_timeouts(pipeline);
  return pipeline;
}

std::vector<Child> build_drift_children(const PipelineRequest& request, const std::vector<std::string>& ids,
                                        const states::StateGraph& head, const TemplateSet& templates,
                                        const config::Config& config, const Capacity& capacity,
                                        Diagnostics& diagnostics) {
  std::vector<Child> children;
  Diagnostics found;
  for (std::size_t count = 1; count <= capacity.children; ++count) {
    children.clear();
    found = {};
    for (std::size_t child = 0; child < count; ++child) {
      const auto at = [&](std::size_t index) {
        return ids.begin() + static_cast<std::ptrdiff_t>(ids.size() * index / count);
      };
      children.push_back(split_into_files(
          build_drift_pipeline(request, {at(child), at(child + 1)}, head, templates, config, found), request.server));
    }
    if (std::all_of(children.begin(), children.end(), [&](const Child& one) { return one.size() <= capacity.files; }))
      break;
  }
  PipelineRequest spare = request;
  spare.nothing_reason = "nothing to do in this child: every state is in another one";
  while (children.size() < capacity.children) {
    children.push_back({build_drift_pipeline(spare, {}, head, templates, config, found)});
  }
  diagnostics.merge(found);
  for (std::size_t child = 0; child < children.size(); ++child) {
    complete_child(children[child], child + 1, capacity, request, diagnostics);
  }
  return children;
}

}  // namespace statelane::pipeline
