#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lint/configuration.hpp"

namespace statelane::lint {

/// A job as GitLab would run it, before it decides whether it does.
struct Job {
  std::string name;
  yaml::Spot spot;            ///< of its name
  yaml::Value::Map keywords;  ///< its own, and those of `default` (or of the deprecated globals) that it inherits
  std::set<std::string> own_keywords;  ///< those that are not inherited
  yaml::Value::Map variables;          ///< the pipeline's, where inherited, with its own laid over them
  std::set<std::string> unseen_bases;  ///< names in its `extends` that only an unseen include defines

  const yaml::Value* find(std::string_view keyword) const;
  const yaml::Value::Entry* find_entry(std::string_view keyword) const { return yaml::find_entry(keywords, keyword); }
};

/// A whole pipeline.
struct Pipeline {
  Configuration configuration;
  std::vector<Job> jobs;  ///< the visible ones, in the order of the text; values that are no maps are left out
  std::vector<std::string> stages;  ///< in order, `.pre` and `.post` included
};

/// Splits a configuration into jobs. Faults are not looked for here: what is no job in shape is left out.
Pipeline build_pipeline(Configuration configuration);

/// The name of the job's environment; null without one.
const yaml::Value* environment_name(const Job& job);

/// An environment of a branch or merge request: it comes and goes, and so do its resources.
bool is_passing_environment(const Job& job);

/// Each cache of a job.
std::vector<const yaml::Value*> caches_of(const Job& job);

/// The text of a variable: a scalar, or the `value` of a map. Empty where it is neither.
std::optional<std::string> variable_text(const yaml::Value& value);

}  // namespace statelane::lint
