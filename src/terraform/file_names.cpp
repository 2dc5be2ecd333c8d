#include "terraform/file_names.hpp"

#include <algorithm>
#include <array>

namespace statelane::terraform {

namespace {

using namespace std::string_view_literals;

constexpr std::array configuration_endings = {".tf.json"sv, ".tofu.json"sv, ".tf"sv, ".tofu"sv};

std::string_view configuration_ending(std::string_view name) {
  const auto found = std::find_if(configuration_endings.begin(), configuration_endings.end(),
                                  [&](std::string_view ending) { return name.ends_with(ending); });
  return found == configuration_endings.end() ? std::string_view{} : *found;
}

}  // namespace

Syntax syntax_of(std::string_view name) { return name.ends_with(".json") ? Syntax::json : Syntax::native; }

bool is_configuration_name(std::string_view name) {
  const bool is_ignored =
      name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
  return !is_ignored && !configuration_ending(name).empty();
}

bool is_tofu_name(std::string_view name) { return configuration_ending(name).starts_with(".tofu"); }

bool is_override_name(std::string_view name) {
  const std::string_view stem = configuration_stem(name);
  return stem == "override" || stem.ends_with("_override");
}

bool is_automatic_variable_name(std::string_view name) {
  return name == "terraform.tfvars" || name == "terraform.tfvars.json" || name.ends_with(".auto.tfvars") ||
         name.ends_with(".auto.tfvars.json");
}

bool is_variable_name(std::string_view name) { return name.ends_with(".tfvars") || name.ends_with(".tfvars.json"); }

std::string_view configuration_stem(std::string_view name) {
  return name.substr(0, name.size() - configuration_ending(name).size());
}

}  // namespace statelane::terraform
