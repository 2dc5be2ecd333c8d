#include "config/effective_settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using statelane::RepoPath;
namespace yaml = statelane::yaml;
using statelane::config::EffectiveSetting;
using statelane::config::find_effective_settings;
using List = yaml::Value::List;

namespace {

std::vector<EffectiveSetting> settings_of(std::string_view text) {
  return find_effective_settings(text, RepoPath::of(".statelane.yml"));
}

EffectiveSetting at(const std::vector<EffectiveSetting>& settings, std::string_view key) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& one) { return one.key == key; });
  return found == settings.end() ? EffectiveSetting{} : *found;
}

}  // namespace

TEST_CASE("without a file every key has its default") {
  const auto settings = settings_of("");
  CHECK(at(settings, "pipeline.changes") == EffectiveSetting{"pipeline.changes", "only", "default"});
  CHECK(at(settings, "ignore") == EffectiveSetting{"ignore", List{}, "default"});
  CHECK(at(settings, "pipeline.expire_in").value == yaml::Value("7 days"));
}

TEST_CASE("a key of the file has its place, those of rules too") {
  const auto settings = settings_of(
      "version: 1\n"
      "pipeline:\n"
      "  changes: rules\n"
      "states:\n"
      "  rules:\n"
      "    - match: \"a/*\"\n"
      "      job: {tags: [prod]}\n");
  CHECK(at(settings, "pipeline.changes") == EffectiveSetting{"pipeline.changes", "rules", ".statelane.yml:3:12"});
  CHECK(at(settings, "states.rules[0].match") ==
        EffectiveSetting{"states.rules[0].match", "a/*", ".statelane.yml:6:14"});
  CHECK(at(settings, "states.rules[0].job.tags").value == yaml::Value(List{"prod"}));
  CHECK(at(settings, "pipeline.order").origin == "default");
  CHECK(std::count_if(settings.begin(), settings.end(),
                      [](const auto& one) { return one.key == "pipeline.changes"; }) == 1);
}

TEST_CASE("a broken file sets nothing") { CHECK(settings_of("a: [\n").size() == settings_of("").size()); }

TEST_CASE("a stronger value takes the place of a weaker one") {
  auto settings = settings_of("");
  override_setting(settings, "pipeline.changes", "none", "option --changes");
  CHECK(at(settings, "pipeline.changes") == EffectiveSetting{"pipeline.changes", "none", "option --changes"});
  override_setting(settings, "new", 1, "option --new");
  CHECK(settings.back() == EffectiveSetting{"new", 1, "option --new"});
}
