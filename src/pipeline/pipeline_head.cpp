#include "pipeline/pipeline_head.hpp"

#include <fmt/format.h>

#include "gitlab/base_choice.hpp"
#include "pipeline/shared_templates.hpp"

namespace statelane::pipeline {

namespace {

using impact::Affected;
using impact::Change;

/// More entries of a list say nothing new in a comment; `affected` names them all.
constexpr std::size_t most_listed = 20;

bool has_left(const Affected& affected) {
  return affected.change == Change::deleted || affected.change == Change::retired;
}

std::string left_text(const Affected& affected) {
  return affected.id + (affected.change == Change::deleted ? ": deleted" : ": no state any more, though it has files");
}

}  // namespace

void add_list(std::vector<std::string>& lines, const std::string& title, const std::vector<std::string>& entries) {
  if (entries.empty()) return;
  lines.push_back(title);
  for (std::size_t index = 0; index < entries.size() && index < most_listed; ++index) {
    lines.push_back("  " + entries[index]);
  }
  if (entries.size() > most_listed) lines.push_back(fmt::format("  and {} more", entries.size() - most_listed));
}

std::vector<std::string> head_comments(const PipelineRequest& request, const impact::Impact& impact,
                                       const std::string& changes_reason) {
  const ComparedCommits& compared = request.comparison;
  std::vector<std::string> lines = {fmt::format("Made by statelane {}. This writes it again:", request.tool_version),
                                    "  " + request.command_line, ""};
  lines.push_back(fmt::format("base: {} ({}: {})", compared.base.empty() ? "none" : compared.base, compared.base_reason,
                              compared.base_text));
  lines.push_back("head: " + (compared.head.empty() ? std::string("the work tree") : compared.head));
  std::vector<std::string> left;
  std::vector<std::string> skipped;
  std::vector<std::string> unclaimed;
  for (const Affected& affected : impact.affected) {
    if (has_left(affected)) left.push_back(left_text(affected));
  }
  for (const impact::Skipped& entry : impact.skipped) skipped.push_back(entry.id);
  for (const RepoPath& path : impact.unclaimed) unclaimed.push_back(path.str());
  add_list(lines, "What jobs execute:", request.executed_changes);
  add_list(lines, "Left, with their resources as they are unless a gate below destroys them:", left);
  add_list(lines, "Skipped, since Terraform reads the same as before:", skipped);
  add_list(lines, "Not run, though they depend on states that are:", impact.dependents);
  add_list(lines, "Changed, but no state's input:", unclaimed);
  if (!changes_reason.empty()) lines.push_back("No \"changes\" rules: " + changes_reason + ".");
  return lines;
}

yaml::Value::Map child_globals(const PipelineRequest& request, bool has_second_stage) {
  const bool may_cancel = gitlab::is_merge_request(request.kind);
  yaml::Value::Map workflow = {{"rules", yaml::Value::List{yaml::Value::Map{{"when", "always"}}}}};
  if (!may_cancel && gitlab::supports(gitlab::Feature::workflow_auto_cancel, request.server)) {
    workflow.emplace_back("auto_cancel", yaml::Value::Map{{"on_new_commit", "none"}});
  }
  yaml::Value::Map defaults;
  if (!request.image.empty()) {
    defaults.emplace_back("image", image_keyword(request.image));
  }
  defaults.emplace_back("interruptible", may_cancel);
  yaml::Value::List stages = {"plan", "apply"};
  if (has_second_stage) stages.emplace_back("gates");
  yaml::Value::Map globals = {
      {"workflow", std::move(workflow)}, {"stages", std::move(stages)}, {"default", std::move(defaults)}};
  yaml::Value::Map variables;
  if (!request.root_pipeline.empty()) variables.emplace_back("STATELANE_ROOT_PIPELINE", request.root_pipeline);
  if (!request.shared.empty()) variables.emplace_back("STATELANE_SHARED", request.shared);
  if (!request.config_from.empty()) variables.emplace_back("STATELANE_OPT_CONFIG_FROM", request.config_from);
  if (!variables.empty()) globals.emplace_back("variables", std::move(variables));
  return globals;
}

std::string nothing_reason(const PipelineRequest& request, const impact::Impact& impact) {
  if (!request.nothing_reason.empty()) return request.nothing_reason;
  if (!impact.affected.empty()) return "nothing to do: the states that differ are not there any more";
  const ComparedCommits& compared = request.comparison;
  if (compared.base_reason == gitlab::base_reason_name(gitlab::BaseReason::applied))
    return "nothing to do: no state differs from what was applied last";
  if (compared.base.empty()) return fmt::format("nothing to do: {}", compared.base_text);
  return fmt::format("nothing to do: no state differs between {} and {}", compared.base, compared.head);
}

}  // namespace statelane::pipeline
