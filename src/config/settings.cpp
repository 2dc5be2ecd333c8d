#include <algorithm>

#include "base/glob.hpp"
#include "config/config.hpp"

namespace statelane::config {

namespace {

template <typename Value>
void take(std::optional<Value>& target, const std::optional<Value>& value) {
  if (value) target = value;
}

/// As GitLab's `extends` merges: maps deeply, everything else is replaced.
yaml::Value merge_job(const yaml::Value& base, const yaml::Value& over) {
  if (base.as_map() == nullptr || over.as_map() == nullptr) return over;
  yaml::Value result = base;
  for (const auto& [key, value] : *over.as_map()) {
    yaml::Value::Map& map = *result.as_map();
    const auto found =
        std::find_if(map.begin(), map.end(), [&key = key](const auto& entry) { return entry.key == key; });
    if (found == map.end()) {
      map.emplace_back(key, value);
    } else {
      found->value = merge_job(found->value, value);
    }
  }
  return result;
}

/// Name by name, as the rules key by key.
std::vector<Pair> merge_pairs(std::vector<Pair> base, const std::vector<Pair>& over) {
  for (const Pair& pair : over) {
    const auto place =
        std::lower_bound(base.begin(), base.end(), pair.key.text,
                         [](const Pair& candidate, const std::string& key) { return candidate.key.text < key; });
    if (place != base.end() && place->key.text == pair.key.text) {
      *place = pair;
    } else {
      base.insert(place, pair);
    }
  }
  return base;
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view path) {
  if (glob != "**" && !glob.ends_with("/**")) return statelane::matches_glob(glob, path);
  // In the configuration `**` at the end means everything below.
  return statelane::matches_glob(std::string(glob) + "/*", path);
}

Settings settings_for(const Config& config, const RepoPath& directory) {
  Settings result;
  result.plan_environment = config.plan_environment;
  for (const Rule& rule : config.rules) {
    if (!matches_glob(rule.match.text, directory.display())) continue;
    const Settings& more = rule.settings;
    take(result.instances, more.instances);
    take(result.var_files, more.var_files);
    take(result.backend_config, more.backend_config);
    take(result.workspace, more.workspace);
    take(result.inputs, more.inputs);
    take(result.depends_on, more.depends_on);
    take(result.tool, more.tool);
    take(result.apply_branches, more.apply_branches);
    take(result.gate, more.gate);
    take(result.after_plan, more.after_plan);
    take(result.max_destroy, more.max_destroy);
    take(result.local_state, more.local_state);
    take(result.gitlab_state, more.gitlab_state);
    take(result.commands, more.commands);
    take(result.plan_environment, more.plan_environment);
    if (more.variables) result.variables = merge_pairs(result.variables.value_or(std::vector<Pair>{}), *more.variables);
    if (more.after) result.after = merge_pairs(result.after.value_or(std::vector<Pair>{}), *more.after);
    if (more.job) result.job = result.job ? merge_job(*result.job, *more.job) : *more.job;
  }
  return result;
}

}  // namespace statelane::config
