#pragma once

#include <string>
#include <vector>

#include "pipeline/children.hpp"

namespace statelane::pipeline {

/// A part of all states, for schedules that take turns: the `number`th of `count`, from 1. Which part a state is in
/// follows from its id alone, so that other states come and go without moving it.
struct Rotation {
  std::uint32_t number = 1;
  std::uint32_t count = 1;

  friend bool operator==(const Rotation&, const Rotation&) = default;
};

/// Reads `2/7`. Empty when it is no part of a whole.
std::optional<Rotation> parse_rotation(std::string_view text);

bool is_in_rotation(const Rotation& rotation, std::string_view id);

/// A child pipeline in which every state of `ids` (sorted, of `head`) is compared with the world and nothing is
/// changed: no lock, no plan that could be applied, no gate; differences are warnings, and the last job has one table
/// of them all. Lanes outside Terraform have no such question and are left out.
Pipeline build_drift_pipeline(const PipelineRequest& request, const std::vector<std::string>& ids,
                              const states::StateGraph& head, const TemplateSet& templates,
                              const config::Config& config, Diagnostics& diagnostics);

/// `build_drift_pipeline` for as few children as its size allows.
std::vector<Child> build_drift_children(const PipelineRequest& request, const std::vector<std::string>& ids,
                                        const states::StateGraph& head, const TemplateSet& templates,
                                        const config::Config& config, const Capacity& capacity,
                                        Diagnostics& diagnostics);

}  // namespace statelane::pipeline
