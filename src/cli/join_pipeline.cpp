#include "cli/join_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emit/write_yaml.hpp"

namespace statelane::cli {

namespace {

constexpr const char* merge_request_rule = R"(- if: '$CI_PIPELINE_SOURCE == "merge_request_event"')";
constexpr const char* own_jobs_hint = "your own jobs without rules of theirs run in these pipelines too then";

std::string quote(const std::string& condition) {
  return condition.find('\'') == std::string::npos ? "'" + condition + "'" : emit::write_inline_yaml(condition);
}

/// The branches with gates, as one condition.
std::string apply_condition(const emit::ParentRequest& request) {
  if (request.apply_conditions.size() == 1) return request.apply_conditions.front();
  return fmt::format("({})", fmt::join(request.apply_conditions, " || "));
}

/// An entry of `workflow:rules` for pipelines of apply branches that no newer commit cancels.
std::string kept_rule(const emit::ParentRequest& request, const std::string& more_conditions) {
  const std::string condition =
      apply_condition(request) + (more_conditions.empty() ? "" : fmt::format(" && ({})", more_conditions));
  const char* cancelling = request.has_auto_cancel ? ", auto_cancel: {on_new_commit: none}" : "";
  return fmt::format("- {{if: {}{}}}", quote(condition), cancelling);
}

bool refuse_taken_names(const ExistingPipeline& existing, const emit::ParentRequest& request,
                        Diagnostics& diagnostics) {
  const std::vector<std::string> names = parent_job_names(request);
  bool is_free = true;
  for (const auto& [name, place] : existing.jobs) {
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    diagnostics.error(place.path, place.range,
                      fmt::format("\"{}\" is a job here already, and GitLab would mix the included one into it", name),
                      {"give it another name or take it out: init writes a job of that name"});
    is_free = false;
  }
  return is_free;
}

void suit_workflow(const ExistingPipeline& existing, emit::ParentRequest& request, Diagnostics& diagnostics) {
  if (!existing.starts_pushes) {
    diagnostics.error(existing.workflow.path, existing.workflow.range,
                      "these workflow:rules start no pipeline for a push to the default branch, so that no state would "
                      "be planned or applied there",
                      {"begin the list with: " + kept_rule(request, ""), own_jobs_hint});
  }
  if (existing.starts_merge_requests) return;
  request.plans_pushes = existing.starts_branches;
  if (existing.starts_branches) return;
  diagnostics.error(existing.workflow.path, existing.workflow.range,
                    "these workflow:rules start no pipeline for a merge request, so that no state would be planned "
                    "before it is merged",
                    {fmt::format("begin the list with: {}", merge_request_rule), own_jobs_hint});
}

void warn_of_cancellable_rule(const Cancellable& rule, const emit::ParentRequest& request, Diagnostics& diagnostics) {
  std::string remedy = "add to this entry: auto_cancel: {on_new_commit: none}";
  if (!rule.is_for_pushes) {
    remedy = fmt::format("write before this entry{}: {}", rule.has_more_keys ? ", with its other keys" : "",
                         kept_rule(request, rule.condition));
  }
  diagnostics.warning(rule.place.path, rule.place.range,
                      "a newer commit may cancel the pipeline that this entry starts on the default branch, and then "
                      "nobody plans what the older one merged",
                      {std::move(remedy)});
}

void suit_cancelling(const ExistingPipeline& existing, emit::ParentRequest& request, Diagnostics& diagnostics) {
  const bool is_safe = !request.has_auto_cancel || existing.is_never_cancelled;
  request.sets_workflow =
      !is_safe && !existing.has_workflow_rules && !existing.is_partly_unseen && existing.unruled_jobs.empty();
  if (is_safe || request.sets_workflow) return;
  for (const Cancellable& rule : existing.cancellable) warn_of_cancellable_rule(rule, request, diagnostics);
  if (existing.has_workflow_rules) return;
  std::vector<std::string> hints = {
      fmt::format("write: workflow: {{rules: [{}, {{when: always}}]}}", kept_rule(request, "").substr(2))};
  if (!existing.unruled_jobs.empty()) {
    hints.push_back(
        fmt::format("and, since these jobs would then run in merge requests too, give them \"only: "
                    "[branches, tags]\": {}",
                    fmt::join(existing.unruled_jobs, ", ")));
  }
  if (existing.is_partly_unseen)
    hints.emplace_back("look at what is included from elsewhere too: it may have a workflow");
  diagnostics.warning(
      RepoPath::of(".gitlab-ci.yml"), std::nullopt,
      "a newer commit may cancel a pipeline of the default branch, and then nobody plans what the older "
      "one merged",
      std::move(hints));
}

}  // namespace

bool join_pipeline(const ExistingPipeline& existing, emit::ParentRequest& request, Diagnostics& diagnostics) {
  if (!refuse_taken_names(existing, request, diagnostics)) return false;
  request.is_included = true;
  request.first_stage = existing.stages.front();
  request.last_stage = existing.stages.back();
  suit_workflow(existing, request, diagnostics);
  suit_cancelling(existing, request, diagnostics);
  return true;
}

std::vector<std::string> find_left_behind(const ExistingPipeline& existing) {
  constexpr std::size_t most_named = 5;
  std::vector<std::string> hints;
  if (!existing.default_tags.empty()) {
    hints.push_back(
        fmt::format("the tags of \"default\" do not reach the child's jobs: give them in the file that "
                    "pipeline.templates names, .statelane: {{tags: [{}]}}",
                    fmt::join(existing.default_tags, ", ")));
  }
  const auto& names = existing.variable_names;
  if (names.empty()) return hints;
  const std::size_t shown = std::min(names.size(), most_named);
  hints.push_back(
      fmt::format("variables of the pipeline do not reach the child's jobs: those that Terraform needs "
                  "belong in the file that pipeline.templates names, .statelane: {{variables: …}} ({}{})",
                  fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                  names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : ""));
  return hints;
}

}  // namespace statelane::cli
