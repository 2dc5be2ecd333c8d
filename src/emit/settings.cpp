#include "emit/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emit/write_yaml.hpp"

namespace statelane::emit {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const yaml::Value& value) {
  struct Visitor {
    Json operator()(std::nullptr_t) const { return nullptr; }
    Json operator()(bool flag) const { return flag; }
    Json operator()(std::int64_t number) const { return number; }
    Json operator()(double number) const { return number; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(const yaml::Value::List& list) const {
      Json array = Json::array();
      for (const yaml::Value& item : list) array.push_back(to_json(item));
      return array;
    }
    Json operator()(const yaml::Value::Map& map) const {
      Json object = Json::object();
      for (const auto& [key, item] : map) object[key] = to_json(item);
      return object;
    }
    Json operator()(const yaml::Value::Reference& reference) const { return {{"!reference", reference.path}}; }
  };
  return std::visit(Visitor{}, value.data);
}

/// A column is not wider than this: one long value must not push all origins out of sight.
constexpr std::size_t widest_column = 60;

}  // namespace

std::string render_settings_text(const std::vector<Setting>& settings, bool origins) {
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (const Setting& setting : settings) {
    lines.push_back(
        fmt::format("{}{} = {}", setting.group.empty() ? "" : "  ", setting.key, write_inline_yaml(setting.value)));
    if (lines.back().size() <= widest_column) width = std::max(width, lines.back().size());
  }
  std::string text;
  std::string group;
  for (std::size_t index = 0; index < settings.size(); ++index) {
    if (settings[index].group != group) text += settings[index].group + "\n";
    group = settings[index].group;
    text += origins ? fmt::format("{:<{}}  # {}\n", lines[index], width, settings[index].origin) : lines[index] + "\n";
  }
  return text;
}

std::string render_settings_json(std::string_view schema, const std::vector<Setting>& settings) {
  Json json = {{"schema", schema}, {"settings", Json::array()}};
  for (const Setting& setting : settings) {
    Json entry = Json::object();
    if (!setting.group.empty()) entry["template"] = setting.group;
    entry["key"] = setting.key;
    entry["value"] = to_json(setting.value);
    entry["origin"] = setting.origin;
    json["settings"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace statelane::emit
