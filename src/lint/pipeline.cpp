#include "lint/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/keywords.hpp"
#include "gitlab/names.hpp"

namespace statelane::lint {

namespace {

/// `inherit:default` or `inherit:variables`: true, false, or a list of names.
bool inherits(const yaml::Value::Map& job, std::string_view what, std::string_view name) {
  const yaml::Value::Entry* inherit = yaml::find_entry(job, "inherit");
  const yaml::Value* choice = inherit != nullptr ? inherit->value.find(what) : nullptr;
  if (choice == nullptr) return true;
  if (const bool* all = choice->as_bool()) return *all;
  const auto names = yaml::texts_of(choice);
  return std::any_of(names.begin(), names.end(), [&](const yaml::Value* each) { return *each->as_string() == name; });
}

void add_defaults(const yaml::Value::Map& defaults, Job& job) {
  for (const yaml::Value::Entry& entry : defaults) {
    if (!gitlab::is_default_keyword(entry.key) || job.own_keywords.contains(entry.key)) continue;
    if (inherits(job.keywords, "default", entry.key)) job.keywords.push_back(entry);
  }
}

Job build_job(const yaml::Value::Entry& entry, const yaml::Value::Map& root, const yaml::Value::Map& defaults) {
  Job job;
  job.name = entry.key;
  job.spot = entry.spot();
  job.keywords = *entry.value.as_map();
  for (const yaml::Value::Entry& keyword : job.keywords) job.own_keywords.insert(keyword.key);
  // A trigger job has no runner, and takes none of these.
  if (!job.own_keywords.contains("trigger")) add_defaults(defaults, job);
  const yaml::Value::Entry* variables = yaml::find_entry(root, "variables");
  if (variables != nullptr && variables->value.as_map() != nullptr) {
    for (const yaml::Value::Entry& variable : *variables->value.as_map()) {
      if (inherits(job.keywords, "variables", variable.key)) job.variables.push_back(variable);
    }
  }
  const yaml::Value* own = job.find("variables");
  if (own != nullptr && own->as_map() != nullptr) {
    for (const yaml::Value::Entry& variable : *own->as_map())
      yaml::set_value(job.variables, variable.key, variable.value);
  }
  return job;
}

/// `default`, and below it the same keywords at the top.
yaml::Value::Map find_defaults(const yaml::Value::Map& root) {
  yaml::Value::Map defaults;
  for (const yaml::Value::Entry& entry : root) {
    if (gitlab::is_default_keyword(entry.key)) defaults.push_back(entry);
  }
  const yaml::Value::Entry* section = yaml::find_entry(root, "default");
  if (section == nullptr || section->value.as_map() == nullptr) return defaults;
  for (const yaml::Value::Entry& entry : *section->value.as_map()) yaml::set_value(defaults, entry.key, entry.value);
  return defaults;
}

std::vector<std::string> find_stages(const yaml::Value::Map& root) {
  const yaml::Value::Entry* entry = yaml::find_entry(root, "stages");
  if (entry == nullptr) return {".pre", "build", "test", "deploy", ".post"};
  std::vector<std::string> stages = {".pre"};
  for (const yaml::Value* name : yaml::texts_of(&entry->value)) {
    if (*name->as_string() != ".pre" && *name->as_string() != ".post") stages.push_back(*name->as_string());
  }
  stages.emplace_back(".post");
  return stages;
}

}  // namespace

const yaml::Value* Job::find(std::string_view keyword) const {
  const yaml::Value::Entry* entry = find_entry(keyword);
  return entry != nullptr ? &entry->value : nullptr;
}

std::optional<std::string> variable_text(const yaml::Value& value) {
  if (const auto* text = value.as_string()) return *text;
  if (const auto* number = value.as_integer()) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value.data)) return fmt::format("{}", *number);
  if (const auto* truth = value.as_bool()) return *truth ? "true" : "false";
  const yaml::Value* inner = value.find("value");
  return inner != nullptr && inner->as_map() == nullptr ? variable_text(*inner) : std::nullopt;
}

const yaml::Value* environment_name(const Job& job) {
  const yaml::Value* environment = job.find("environment");
  return environment != nullptr && environment->as_map() != nullptr ? environment->find("name") : environment;
}

bool is_passing_environment(const Job& job) {
  const yaml::Value* name = environment_name(job);
  if (name == nullptr || name->as_string() == nullptr) return false;
  const std::string& text = *name->as_string();
  return text.find("CI_COMMIT_REF") != std::string::npos || text.find("CI_MERGE_REQUEST") != std::string::npos ||
         text.find("CI_COMMIT_BRANCH") != std::string::npos || text.starts_with("review");
}

std::vector<const yaml::Value*> caches_of(const Job& job) {
  const yaml::Value* cache = job.find("cache");
  if (cache == nullptr) return {};
  std::vector<const yaml::Value*> caches;
  if (cache->as_map() != nullptr) caches.push_back(cache);
  if (cache->as_list() == nullptr) return caches;
  for (const yaml::Value& each : *cache->as_list()) caches.push_back(&each);
  return caches;
}

Pipeline build_pipeline(Configuration configuration) {
  Pipeline pipeline;
  pipeline.stages = find_stages(configuration.root);
  const yaml::Value::Map defaults = find_defaults(configuration.root);
  for (const yaml::Value::Entry& entry : configuration.root) {
    if (!gitlab::is_job(entry)) continue;
    Job job = build_job(entry, configuration.root, defaults);
    const auto unseen = configuration.unseen_bases.find(entry.key);
    if (unseen != configuration.unseen_bases.end()) job.unseen_bases = unseen->second;
    pipeline.jobs.push_back(std::move(job));
  }
  pipeline.configuration = std::move(configuration);
  return pipeline;
}

}  // namespace statelane::lint
