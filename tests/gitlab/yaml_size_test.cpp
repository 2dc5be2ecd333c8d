#include "gitlab/yaml_size.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "ask_ruby.hpp"

namespace yaml = statelane::yaml;
using namespace statelane::gitlab;

namespace {

/// As one line of JSON, which YAML reads alike. Strings hold nothing that needs an escape.
std::string to_json(const yaml::Value& value) {
  std::string text;
  if (const auto* list = value.as_list()) {
    for (const yaml::Value& element : *list) text += (text.empty() ? "" : ", ") + to_json(element);
    return "[" + text + "]";
  }
  if (const auto* map = value.as_map()) {
    for (const auto& [key, element] : *map) text += (text.empty() ? "\"" : ", \"") + key + "\": " + to_json(element);
    return "{" + text + "}";
  }
  if (const auto* string = value.as_string()) return "\"" + *string + "\"";
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value.data)) return *truth ? "true" : "false";
  return "null";
}

yaml::Value random_value(std::mt19937& random, int depth) {
  const auto kind = random() % (depth > 0 ? 6 : 4);
  if (kind == 0) return yaml::Value(random() % 2 == 0);
  if (kind == 1) return yaml::Value(static_cast<std::int64_t>(random()));
  if (kind < 4) return yaml::Value(std::string(random() % 900 / (1 + random() % 40), 'x'));
  const auto length = random() % (random() % 9 == 0 ? 300 : 12);
  yaml::Value::List list;
  yaml::Value::Map map;
  for (unsigned index = 0; index < length; ++index) {
    if (kind == 4) list.push_back(random_value(random, depth - 1));
    if (kind == 5) map.emplace_back("key" + std::to_string(index), random_value(random, depth - 1));
  }
  return kind == 4 ? yaml::Value(std::move(list)) : yaml::Value(std::move(map));
}

/// A child pipeline of `count` states, in the shape that is written.
yaml::Value pipeline_of(int count) {
  yaml::Value::Map pipeline = {{"stages", yaml::Value::List{"plan", "apply"}}};
  for (int index = 0; index < count; ++index) {
    const std::string id = "services/component-" + std::to_string(index) + "/production";
    yaml::Value::List patterns;
    for (int number = 0; number < 22; ++number)
      patterns.emplace_back("modules/module-" + std::to_string(number) + "/**/*");
    const yaml::Value::Map lane = {{"STATELANE_STATE", yaml::Value::Map{{"value", id}, {"expand", false}}}};
    pipeline.emplace_back("." + id, yaml::Value::Map{{"only", yaml::Value::Map{{"changes", patterns}}}});
    pipeline.emplace_back("plan: " + id, yaml::Value::Map{{"extends", yaml::Value::List{".statelane-plan", "." + id}},
                                                          {"variables", lane}});
    pipeline.emplace_back("apply: " + id, yaml::Value::Map{{"extends", yaml::Value::List{".statelane-apply", "." + id}},
                                                           {"needs", yaml::Value::List{"plan: " + id}},
                                                           {"resource_group", id},
                                                           {"environment", yaml::Value::Map{{"name", id}}},
                                                           {"variables", lane}});
  }
  return yaml::Value(std::move(pipeline));
}

}  // namespace

TEST_CASE("rule 9: the estimate is what real Ruby measures, never less and at most 2 % more") {
  if (!has_ruby()) return;
  std::mt19937 random(17);
  std::vector<yaml::Value> values = {yaml::Value::Map{}, yaml::Value::List{}, pipeline_of(1), pipeline_of(100),
                                     pipeline_of(400)};
  for (int round = 0; round < 150; ++round) values.push_back(random_value(random, 4));
  for (unsigned length = 0; length < 700; length += 3) values.emplace_back(std::string(length, 'x'));
  for (std::size_t length = 0; length < 400; ++length) values.emplace_back(yaml::Value::List(length, yaml::Value(1)));
  std::string text;
  for (const yaml::Value& value : values) text += to_json(value) + "\n";
  std::istringstream answers(ask_ruby("deep_size", text));
  std::string layout_name;
  answers >> layout_name;
  const RubyLayout layout = layout_name == "fixed" ? RubyLayout::fixed_slots : RubyLayout::variable_slots;
  double largest = 1;
  for (const yaml::Value& value : values) {
    std::size_t measured = 0;
    answers >> measured;
    REQUIRE_FALSE(answers.fail());
    const std::size_t estimate = deep_size(value, layout);
    if (estimate < measured || deep_size(value) < estimate) FAIL_CHECK(estimate << " for " << measured);
    if (measured > 0) largest = std::max(largest, static_cast<double>(estimate) / static_cast<double>(measured));
  }
  MESSAGE("layout " << layout_name << ", estimate / measure at most " << largest);
  CHECK(largest <= 1.02);
}

TEST_CASE("a pipeline is estimated by the layout that needs more") {
  const yaml::Value pipeline = pipeline_of(100);
  const std::size_t fixed = deep_size(pipeline, RubyLayout::fixed_slots);
  const std::size_t variable = deep_size(pipeline, RubyLayout::variable_slots);
  MESSAGE("bytes per state with 22 patterns: " << fixed / 100 << " fixed, " << variable / 100 << " variable");
  CHECK(deep_size(pipeline) == std::max(fixed, variable));
  CHECK(deep_size(*pipeline.as_map()) == deep_size(pipeline));
}

TEST_CASE("scalars that are no objects in Ruby take nothing") {
  CHECK(deep_size(yaml::Value(true)) == 0);
  CHECK(deep_size(yaml::Value()) == 0);
  CHECK(deep_size(yaml::Value(42)) == 0);
  CHECK(deep_size(yaml::Value(std::int64_t{1} << 62)) == 40);
}
