#include "runner/unsaved_state.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "forked_helper.hpp"

using namespace statelane::runner;

namespace {

StateVersion version_of(std::string_view text) {
  StateVersionReader reader;
  for (const char byte : text) reader.add({&byte, 1});
  return reader.finish();
}

}  // namespace

TEST_CASE("a state's version is its own lineage and serial, not those of what it holds") {
  const StateVersion version = version_of(
      R"({"version":4,"outputs":{"serial":{"value":9}},"serial":7,"lineage":"a-b","resources":[{"lineage":"x"}]})");
  CHECK(version.lineage == "a-b");
  CHECK(version.serial == 7);
  CHECK(describe(version) == "lineage a-b, serial 7");
  for (const char* text : {"", "no state", R"({"encrypted_data": "AAAA"})", R"({"serial": 7} x)", R"({"serial": 1.5})",
                           R"({"serial": 7, "lineage": "a")"})
    CHECK(describe(version_of(text)) == "lineage and serial not known");
  CHECK(describe(version_of(R"({"serial": 1, "lineage": ""})")) == "no lineage, serial 1");
}

TEST_CASE("what a state holds is told apart from its version") {
  const auto content = [](std::string_view head, std::string_view rest) {
    return version_of(fmt::format("{{\n  \"version\": 4,\n{}  \"resources\": [{}]\n}}\n", head, rest)).content;
  };
  const std::string one =
      content("  \"terraform_version\": \"1.11.4\",\n  \"serial\": 1,\n  \"lineage\": \"a\",\n", "1");
  CHECK(one == content("  \"terraform_version\": \"1.12.0\",\n  \"serial\": 2,\n  \"lineage\": \"b\",\n", "1"));
  CHECK(one != content("  \"terraform_version\": \"1.11.4\",\n  \"serial\": 1,\n  \"lineage\": \"a\",\n", "2"));
  CHECK(one == version_of(R"({"version":4,"serial":3,"lineage":"","resources":[1]})").content);
  CHECK(one != version_of(R"({"version":4,"resources":[1,{"serial":1}]})").content);
  CHECK(one != version_of(R"({"version":4,"resources":1})").content);
}

TEST_CASE("a stored state holds an unsaved one of the same lineage that is no newer") {
  const StateVersion unsaved{"a", 7, "x"};
  CHECK(holds({"a", 7, "y"}, unsaved));
  CHECK(holds({"a", 8, "y"}, unsaved));
  CHECK_FALSE(holds({"a", 6, "x"}, unsaved));
  CHECK_FALSE(holds({"b", 8, "y"}, unsaved));
  // Terraform pushed it to a place that had none, under a lineage of its own.
  CHECK(holds({"b", 1, "x"}, unsaved));
  CHECK_FALSE(holds({}, unsaved));
  CHECK(holds({"b", 1, "x"}, {"", 7, "x"}));
  CHECK_FALSE(holds({"", 8, "y"}, {"", 7, "x"}));
  CHECK_FALSE(holds({"a", 8, "x"}, {"a", {}, "x"}));
}

TEST_CASE("unsaved states lie by project and lane, on runners that keep directories, and not for merge requests") {
  const Scratch builds;
  LaneDescription lane;
  lane.slug = "net";
  JobEnvironment job;
  job.ci = true;
  job.keeps_directories = true;
  job.builds_directory = builds.path;
  job.project_id = "12";
  REQUIRE(unsaved_states_directory(lane, job));
  CHECK(unsaved_states_directory(lane, job)->path() == builds.path / ".statelane-unsaved/12/net");
  for (const char* name : {"100.tfstate", "9.tfstate", "x.tfstate", "9.tfstate.tmp"})
    builds.write(std::string(".statelane-unsaved/12/net/") + name, R"({"serial": 3, "lineage": "l"})");
  const auto found = find_unsaved_states(lane, job);
  REQUIRE(found.size() == 2);
  CHECK(found[0].job == "9");
  CHECK(found[1].job == "100");
  CHECK(found[1].version.serial == 3);

  JobEnvironment other = job;
  other.merge_request = "3";
  CHECK_FALSE(unsaved_states_directory(lane, other));
  other = job;
  other.keeps_directories = false;
  CHECK_FALSE(unsaved_states_directory(lane, other));
  other = job;
  other.ci = false;
  CHECK_FALSE(unsaved_states_directory(lane, other));
  other = job;
  other.project_id = "../1";
  CHECK_FALSE(unsaved_states_directory(lane, other));
  other = job;
  other.builds_directory.clear();
  CHECK(find_unsaved_states(lane, other).empty());
}
