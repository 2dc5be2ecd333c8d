#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"

/// Builds and checks; every test's pipeline is one that GitLab takes.
struct Built {
  Built(const statelane::pipeline::PipelineRequest& request, const statelane::impact::Impact& impact,
        const statelane::states::StateGraph& head, const statelane::config::Config& config = {},
        const statelane::pipeline::TemplateSet& templates = {}, const statelane::states::StateGraph& base = {}) {
    statelane::Diagnostics found;
    pipeline = statelane::pipeline::build_pipeline(request, impact, base, head, templates, config, found);
    statelane::pipeline::check_pipeline({&pipeline, 1}, request.server, found);
    diagnostics = found.sorted();
  }

  const statelane::pipeline::Job* find(std::string_view name) const {
    for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
      for (const statelane::pipeline::Job& job : *jobs) {
        if (job.name == name) return &job;
      }
    }
    return nullptr;
  }

  const statelane::pipeline::Job& at(std::string_view name) const {
    INFO(name);
    REQUIRE(find(name) != nullptr);
    return *find(name);
  }

  std::vector<std::string> visible() const {
    std::vector<std::string> names;
    for (const statelane::pipeline::Job& job : pipeline.jobs) {
      if (!job.name.starts_with('.')) names.push_back(job.name);
    }
    return names;
  }

  std::vector<std::string> needs(std::string_view name) const {
    std::vector<std::string> names;
    for (const statelane::yaml::Value& need : *at(name).find("needs")->as_list())
      names.push_back(*need.find("job")->as_string());
    return names;
  }

  statelane::pipeline::Pipeline pipeline;
  std::vector<statelane::Diagnostic> diagnostics;
};

inline const statelane::yaml::Value* global(const statelane::pipeline::Pipeline& pipeline, std::string_view key) {
  for (const auto& [name, value] : pipeline.globals) {
    if (name == key) return &value;
  }
  return nullptr;
}
