#include "states/written_backend.hpp"

#include "states/partial_text.hpp"

namespace statelane::states {

using hcl::Value;

BackendSettings settings_of(const terraform::Backend& backend, const ModuleScope& scope) {
  BackendSettings result{std::string(backend.type), {}};
  for (const auto& attribute : backend.attributes)
    add_setting(std::string(attribute.name), scope.fold(*attribute.value), result);
  return result;
}

void add_setting(const std::string& name, const Value& value, BackendSettings& settings) {
  const auto attributes = to_attributes(Value{Value::Map{{name, value}}});
  if (!attributes) settings.values[name] = PartialText{std::nullopt};
  if (!attributes) return;
  for (const auto& [attribute, texts] : *attributes) {
    settings.values[attribute] = texts.size() == 1 ? texts.front().text : PartialText{std::nullopt};
  }
}

void add_written_setting(const std::string& setting, BackendSettings& settings) {
  const std::size_t split = setting.find('=');
  const std::string value = setting.substr(split + 1);
  const bool is_text = !value.starts_with('{') && !value.starts_with('[');
  settings.values[setting.substr(0, split)] = {is_text ? std::optional(value) : std::nullopt};
}

}  // namespace statelane::states
