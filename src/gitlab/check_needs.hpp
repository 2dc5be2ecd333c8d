#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace statelane::gitlab {

/// A job that is no hidden one, as far as the order of jobs goes; `extends` is laid below it. Refers to the job.
struct OrderedJob {
  std::string_view name;
  std::optional<std::size_t> stage;           ///< its place among the stages; empty: not declared, or not known
  const yaml::Value* needs = nullptr;         ///< null: none
  const yaml::Value* dependencies = nullptr;  ///< null: none
  const yaml::Value* rules = nullptr;         ///< null: none; with `needs` of their own
  const yaml::Value* trigger = nullptr;       ///< null: none; with the jobs whose artifacts it includes
};

/// What GitLab refuses of `needs` and `dependencies`.
struct NeedsFault {
  std::size_t job = 0;  ///< its place in the list
  yaml::Spot spot;
  std::string message;
  std::vector<std::string> hints{};
};

/// Every job that is needed is there once, in no later stage, not too many of them, and none waits for itself
/// (lib/gitlab/ci/yaml_processor.rb). `are_all_known`: no file is unseen that may define more jobs.
std::vector<NeedsFault> check_needs(std::span<const OrderedJob> jobs, bool are_all_known);

}  // namespace statelane::gitlab
