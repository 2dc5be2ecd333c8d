#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/repo_path.hpp"
#include "yaml/value.hpp"

namespace statelane::config {

/// One key that is in effect, and where its value comes from.
struct EffectiveSetting {
  std::string key;  ///< `pipeline.changes`, `states.rules[0].match`
  yaml::Value value;
  std::string origin;  ///< `default`, `.statelane.yml:3:12`

  friend bool operator==(const EffectiveSetting&, const EffectiveSetting&) = default;
};

/// Every key that `text` sets, in its order, and then every other key that has a default. A text that cannot be read
/// sets none: `parse_config` says what is wrong with it.
std::vector<EffectiveSetting> find_effective_settings(std::string_view text, const RepoPath& path);

/// A stronger value for a key; appended where there is none.
void override_setting(std::vector<EffectiveSetting>& settings, const std::string& key, yaml::Value value,
                      const std::string& origin);

}  // namespace statelane::config
