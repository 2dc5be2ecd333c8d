#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "gitlab/version.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/template_set.hpp"

namespace statelane::pipeline {

/// The templates that `jobs` extend, with what follows from the configuration or the server's version filled in unless
/// the user's own template says it.
std::vector<Job> shared_templates(const std::vector<Job>& jobs, const TemplateSet& templates,
                                  const config::Config& config, const gitlab::Version& server);

/// The user's templates bring a cache of their own for plans or applies.
bool have_cache(const TemplateSet& templates);

/// The `environment:action` that a template of plans gives to those on apply branches; empty: none.
std::string plan_environment_of(const TemplateSet& templates, std::string_view name);

/// The value of `image`. An image made for its program would run that instead of the job's shell.
yaml::Value image_keyword(const std::string& name);

}  // namespace statelane::pipeline
