#include "config/effective_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "yaml/read.hpp"

namespace statelane::config {

namespace {

class Flattener {
 public:
  explicit Flattener(const RepoPath& path) : path_(path) {}

  void add(const std::string& key, const yaml::Value& value) {
    const yaml::Value::Map* map = value.as_map();
    const yaml::Value::List* list = value.as_list();
    const bool holds_maps = list != nullptr && std::any_of(list->begin(), list->end(), [](const yaml::Value& item) {
                              return item.as_map() != nullptr;
                            });
    if (map != nullptr && !map->empty()) {
      for (const auto& [name, inner] : *map) add(key.empty() ? name : key + "." + name, inner);
    } else if (holds_maps) {
      for (std::size_t index = 0; index < list->size(); ++index) add(fmt::format("{}[{}]", key, index), (*list)[index]);
    } else {
      settings_.push_back(
          {key, value, fmt::format("{}:{}:{}", path_.display(), value.spot.begin.line, value.spot.begin.column)});
    }
  }

  std::vector<EffectiveSetting> take() { return std::move(settings_); }

 private:
  const RepoPath& path_;
  std::vector<EffectiveSetting> settings_;
};

/// Rules have no defaults of their own: what they do not say is asked of the files.
std::vector<yaml::Value::Entry> defaults() {
  return {{"version", 1},
          {"states.include", yaml::Value::List{}},
          {"states.exclude", yaml::Value::List{}},
          {"ignore", yaml::Value::List{}},
          {"global_inputs", yaml::Value::List{}},
          {"pipeline.changes", "only"},
          {"pipeline.order", "parallel"},
          {"pipeline.dependents", "none"},
          {"pipeline.gates_for", "affected"},
          {"pipeline.jobs", "helper"},
          {"pipeline.deleted", "warn"},
          {"pipeline.compare", "applied"},
          {"pipeline.plan_environment", "none"},
          {"pipeline.expire_in", Config{}.expire_in},
          {"gitlab.version", "17.0"}};
}

}  // namespace

std::vector<EffectiveSetting> find_effective_settings(std::string_view text, const RepoPath& path) {
  Diagnostics told_elsewhere;
  Flattener flattener(path);
  const auto root = yaml::read_strictly(text, path, told_elsewhere);
  if (root && root->as_map() != nullptr && !root->as_map()->empty()) flattener.add("", *root);
  std::vector<EffectiveSetting> settings = flattener.take();
  for (auto& [key, value] : defaults()) {
    const bool is_set = std::any_of(settings.begin(), settings.end(),
                                    [&name = key](const EffectiveSetting& setting) { return setting.key == name; });
    if (!is_set) settings.push_back({key, std::move(value), "default"});
  }
  return settings;
}

void override_setting(std::vector<EffectiveSetting>& settings, const std::string& key, yaml::Value value,
                      const std::string& origin) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const EffectiveSetting& setting) { return setting.key == key; });
  if (found == settings.end()) {
    settings.push_back({key, std::move(value), origin});
  } else {
    *found = {key, std::move(value), origin};
  }
}

}  // namespace statelane::config
