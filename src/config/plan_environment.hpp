#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace statelane::config {

/// `plan_environment` of a rule is kept with the keywords of its jobs, since it is merged as they are; GitLab knows no
/// keyword of that name.
inline constexpr std::string_view plan_environment_key = "plan_environment";

/// `none`, `access` or `prepare`; empty where no rule says.
inline std::optional<std::string> plan_environment_of(const Settings& settings) {
  const yaml::Value* value = settings.job ? settings.job->find(plan_environment_key) : nullptr;
  const std::string* text = value != nullptr ? value->as_string() : nullptr;
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

}  // namespace statelane::config
