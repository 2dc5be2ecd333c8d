#include "emit/settings.hpp"

#include <doctest/doctest.h>

namespace yaml = statelane::yaml;
using statelane::emit::render_settings_json;
using statelane::emit::render_settings_text;
using statelane::emit::Setting;
using List = yaml::Value::List;
using Map = yaml::Value::Map;

TEST_CASE("settings are shown a line each, with their origin where it is asked for") {
  const std::vector<Setting> settings = {
      {"", "pipeline.changes", "only", "default"},
      {"", "ignore", List{"docs/**", 1, true}, ".statelane.yml:2:9"},
      {"", "job", Map{{"image", Map{{"name", "x"}, {"entrypoint", List{""}}}}}, "default"}};
  CHECK(render_settings_text(settings, false) ==
        "pipeline.changes = \"only\"\n"
        "ignore = [\"docs/**\", 1, true]\n"
        "job = {image: {name: \"x\", entrypoint: [\"\"]}}\n");
  CHECK(render_settings_text({settings[0], settings[1]}, true) ==
        "pipeline.changes = \"only\"      # default\n"
        "ignore = [\"docs/**\", 1, true]  # .statelane.yml:2:9\n");
}

TEST_CASE("settings of templates stand under their template") {
  CHECK(render_settings_text({{".a", "when", "manual", "built in"},
                              {".a", "tags", List{}, "ci/lanes.yml:1:2"},
                              {".b", "x", yaml::Value{}, "built in"}},
                             true) ==
        ".a\n"
        "  when = \"manual\"  # built in\n"
        "  tags = []        # ci/lanes.yml:1:2\n"
        ".b\n"
        "  x = null         # built in\n");
}

namespace {

yaml::Value half() {
  yaml::Value value;
  value.data = 2.5;
  return value;
}

}  // namespace

TEST_CASE("settings as JSON") {
  CHECK(render_settings_json("statelane/config/1",
                             {{"", "a", List{1, half(), "x", yaml::Value{}, Map{{"k", false}}}, "default"}}) ==
        "{\n  \"schema\": \"statelane/config/1\",\n  \"settings\": [\n    {\n      \"key\": \"a\",\n      \"value\": "
        "[\n        1,\n        2.5,\n"
        "        \"x\",\n        null,\n        {\n          \"k\": false\n        }\n      ],\n      \"origin\": "
        "\"default\"\n    }\n  ]\n}\n");
  CHECK(render_settings_json("s", {{".a", "k", yaml::Value{}, "built in"}}).find("\"template\": \".a\"") !=
        std::string::npos);
}
