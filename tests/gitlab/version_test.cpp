#include "gitlab/version.hpp"

#include <doctest/doctest.h>

#include "gitlab/limits.hpp"

using namespace statelane::gitlab;

TEST_CASE("versions are read as servers and people write them") {
  CHECK(parse_version("17") == Version{17, 0, 0});
  CHECK(parse_version("17.0") == Version{17, 0, 0});
  CHECK(parse_version("v16.11.3-ee") == Version{16, 11, 3});
  CHECK(parse_version("18.2.0-pre") == Version{18, 2, 0, false});
  CHECK(parse_version("18.2.0-rc42-ee") == Version{18, 2, 0, false});
  CHECK(parse_version("16.11.3+build") == Version{16, 11, 3});
}

TEST_CASE("what is no version is refused") {
  for (const char* text : {"", "x", "v", "17.", "17.x", "17.0.1.2", "-1", "17.-1", "99999999999", "17,0", "17 "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text).has_value());
  }
}

TEST_CASE("versions are ordered as releases are, a release after its candidates") {
  CHECK(Version{16, 11, 3} < Version{17, 0, 0});
  CHECK(Version{17, 9, 0} < Version{17, 10, 0});
  CHECK(Version{18, 2, 0, false} < Version{18, 2, 0});
  CHECK(Version{18, 1, 9} < Version{18, 2, 0, false});
  CHECK(to_string(Version{18, 2, 0, false}) == "18.2.0-pre");
}

TEST_CASE("rule 34: keywords exist from the version that brought them") {
  struct Row {
    Feature feature;
    Version before, from;
  };
  const Row rows[] = {{Feature::variables_expand, {15, 7, 9}, {15, 8, 0}},
                      {Feature::report_annotations, {16, 2, 9}, {16, 3, 0}},
                      {Feature::workflow_auto_cancel, {16, 9, 9}, {16, 10, 0}},
                      {Feature::artifacts_access, {16, 10, 9}, {16, 11, 0}},
                      {Feature::manual_confirmation, {17, 0, 9}, {17, 1, 0}},
                      {Feature::compare_to_variables, {17, 1, 9}, {17, 2, 0}},
                      {Feature::yaml_of_two_mebibytes, {17, 2, 9}, {17, 3, 0}},
                      {Feature::retry_exit_codes, {17, 4, 9}, {17, 5, 0}},
                      {Feature::trigger_inputs, {17, 10, 9}, {17, 11, 0}},
                      {Feature::strategy_mirror, {18, 1, 9}, {18, 2, 0}},
                      {Feature::artifacts_access_maintainer, {18, 3, 9}, {18, 4, 0}},
                      {Feature::child_reports, {18, 5, 9}, {18, 6, 0}},
                      {Feature::upstream_variables, {18, 8, 9}, {18, 9, 0}},
                      {Feature::retry_interrupted, {19, 2, 9}, {19, 3, 0}}};
  for (const Row& row : rows) {
    CHECK_FALSE(supports(row.feature, row.before));
    CHECK(supports(row.feature, row.from));
  }
  CHECK_FALSE(supports(Feature::strategy_mirror, assumed_version));
  CHECK_FALSE(supports(Feature::strategy_mirror, *parse_version("18.2.0-pre")));
}

TEST_CASE("rule 9: a file may have 1 MiB before 17.3 and 2 MiB since") {
  CHECK(max_yaml_bytes({17, 2, 9}) == 1'048'576);
  CHECK(max_yaml_bytes({17, 3, 0}) == 2'097'152);
}
