#include "config/effective_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "config/read_yaml.hpp"

namespace statelane::config {

namespace {

class Flattener {
 public:
  explicit Flattener(const RepoPath& path) : path_(path) {}

  void add(const std::string& key, const YamlValue& value) {
    const YamlValue::Map* map = value.as_map();
    const YamlValue::List* list = value.as_list();
    const bool holds_maps = list != nullptr && std::any_of(list->begin(), list->end(), [](const YamlValue& item) {
                              return item.as_map() != nullptr;
                            });
    if (map != nullptr && !map->empty()) {
      for (const auto& [name, inner] : *map) add(key.empty() ? name : key + "." + name, inner);
    } else if (holds_maps) {
      for (std::size_t index = 0; index < list->size(); ++index) add(fmt::format("{}[{}]", key, index), (*list)[index]);
    } else {
      settings_.push_back({key, value, fmt::format("{}:{}:{}", path_.display(), value.pos.line, value.pos.column)});
    }
  }

  std::vector<EffectiveSetting> take() { return std::move(settings_); }

 private:
  const RepoPath& path_;
  std::vector<EffectiveSetting> settings_;
};

/// Rules have no defaults of their own: what they do not say is asked of the files.
std::vector<std::pair<std::string, YamlValue>> defaults() {
  return {{"version", 1},
          {"states.include", YamlValue::List{}},
          {"states.exclude", YamlValue::List{}},
          {"ignore", YamlValue::List{}},
          {"global_inputs", YamlValue::List{}},
          {"pipeline.changes", "only"},
          {"pipeline.order", "parallel"},
          {"pipeline.dependents", "none"},
          {"pipeline.gates_for", "affected"},
          {"pipeline.jobs", "helper"},
          {"pipeline.deleted", "warn"},
          {"pipeline.expire_in", Config{}.expire_in},
          {"gitlab.version", "17.0"}};
}

}  // namespace

std::vector<EffectiveSetting> find_effective_settings(std::string_view text, const RepoPath& path) {
  Diagnostics told_elsewhere;
  Flattener flattener(path);
  const auto root = read_yaml(text, path, told_elsewhere);
  if (root && root->as_map() != nullptr && !root->as_map()->empty()) flattener.add("", *root);
  std::vector<EffectiveSetting> settings = flattener.take();
  for (auto& [key, value] : defaults()) {
    const bool is_set = std::any_of(settings.begin(), settings.end(),
                                    [&name = key](const EffectiveSetting& setting) { return setting.key == name; });
    if (!is_set) settings.push_back({key, std::move(value), "default"});
  }
  return settings;
}

void override_setting(std::vector<EffectiveSetting>& settings, const std::string& key, YamlValue value,
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
