#include "pipeline/shared_templates.hpp"

#include <set>

#include "gitlab/expansion.hpp"
#include "gitlab/extends.hpp"
#include "pipeline/merge_keywords.hpp"

namespace statelane::pipeline {

namespace {

/// The names of hidden jobs that `jobs` extend.
std::vector<std::string> used_templates(const std::vector<Job>& jobs) {
  std::set<std::string> names;
  for (const Job& job : jobs) {
    const yaml::Value* extends = job.find("extends");
    if (extends == nullptr) continue;
    for (std::string& name : gitlab::extended_names(*extends)) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

void adapt_template(Job& job, const TemplateSet& templates, const config::Config& config,
                    const gitlab::Version& server) {
  // Only its action is said here, and only jobs on apply branches have it.
  if (job.name.ends_with("-plan"))
    std::erase_if(job.keywords, [](const auto& one) { return one.key == "environment"; });
  const yaml::Value* found = job.find("artifacts");
  if (found == nullptr || found->as_map() == nullptr) return;
  yaml::Value::Map artifacts = *found->as_map();
  // An apply that takes another one's record cannot start once that has expired, so it lives as long as a plan.
  if (!templates.is_overridden(job.name, "artifacts.expire_in")) {
    yaml::set_value(artifacts, "expire_in", config.expire_in);
  }
  const bool knows_access = gitlab::supports(gitlab::Feature::artifacts_access, server);
  if (!knows_access && !templates.is_overridden(job.name, "artifacts.access")) {
    std::erase_if(artifacts, [](const auto& entry) { return entry.key == "access"; });
    yaml::set_value(artifacts, "public", false);
  }
  yaml::set_value(job.keywords, "artifacts", std::move(artifacts));
}

bool has_cache(const TemplateSet& templates, std::string_view name) {
  return yaml::find_value(templates.resolved(name), "cache") != nullptr;
}

}  // namespace

std::vector<Job> shared_templates(const std::vector<Job>& jobs, const TemplateSet& templates,
                                  const config::Config& config, const gitlab::Version& server) {
  std::vector<Job> result = templates.collect(used_templates(jobs));
  for (Job& job : result) adapt_template(job, templates, config, server);
  return result;
}

bool have_cache(const TemplateSet& templates) {
  return has_cache(templates, ".statelane-plan") || has_cache(templates, ".statelane-apply");
}

std::string plan_environment_of(const TemplateSet& templates, std::string_view name) {
  const yaml::Value::Map keywords = templates.resolved(name);
  const yaml::Value::Entry* environment = yaml::find_entry(keywords, "environment");
  const yaml::Value* action = environment != nullptr ? environment->value.find("action") : nullptr;
  return action != nullptr && action->as_string() != nullptr ? *action->as_string() : "";
}

yaml::Value image_keyword(const std::string& name) {
  return yaml::Value::Map{{"name", gitlab::escape_for_runner(name)}, {"entrypoint", yaml::Value::List{""}}};
}

}  // namespace statelane::pipeline
