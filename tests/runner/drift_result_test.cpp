#include "runner/drift_result.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "support/scratch_directory.hpp"
#include "support/words_of_error.hpp"

using namespace statelane::runner;
using statelane::support::words_of_error;

TEST_CASE("what run drift found is read back") {
  const DriftResult found{"network/prod", true, 1, 2, 3};
  CHECK(parse_drift_result(render_drift_result(found), "a/drift.json") == found);
  const DriftResult more{"network/prod", true, 1, 2, 3, 0, "1.11.0"};
  CHECK(parse_drift_result(render_drift_result(more), "a/drift.json") == more);
}

TEST_CASE("a damaged result is an error with its fix") {
  const std::string place = ".statelane/a/drift.json";
  const auto refusal = [&](std::string_view text) { return words_of_error([&] { parse_drift_result(text, place); }); };
  for (const char* text : {"", "{", "[]", "{}", R"({"schema": "statelane/drift/1"})", R"({"schema": 1})"}) {
    CAPTURE(text);
    CHECK(refusal(text) == ".statelane/a/drift.json is damaged\nhint: retry the drift job that wrote it");
  }
  CHECK(refusal(R"({"schema": "statelane/drift/2"})") ==
        ".statelane/a/drift.json has schema statelane/drift/2, and this helper reads statelane/drift/1\n"
        "hint: use the same version of statelane in all jobs");
  const statelane::support::ScratchDirectory project;
  project.write(place, "{");
  CHECK(words_of_error([&] { run_drift_summary(project.path()); }) == refusal("{"));
}

TEST_CASE("the summary has one line for each state that has drifted, and counts the others") {
  CHECK(render_drift_summary({{"a", true, 1, 20, 0}, {"b", false, 0, 0, 0}}, 3) ==
        "  create   update   delete  drifted\n"
        "       1       20        0  a\n"
        "1 of 2 states has drifted\n"
        "1 of 3 gave no answer: see the failed jobs\n");
  CHECK(render_drift_summary({{"b", false, 0, 0, 0}}, 1) == "0 of 1 states have drifted\n");
  CHECK(render_drift_summary({}, 0) == "0 of 0 states have drifted\n");
}

TEST_CASE("the summary of a directory is kept there, and its exit code says what was found") {
  const statelane::support::ScratchDirectory project;
  unsetenv("STATELANE_EXPECTED");
  CHECK(run_drift_summary(project.path()) == 0);
  project.write(".statelane/a/drift.json", render_drift_result({"a", false, 0, 0, 0}));
  project.write(".statelane/other/plan.txt", "words");
  CHECK(run_drift_summary(project.path()) == 0);
  setenv("STATELANE_EXPECTED", "2", 1);
  CHECK(run_drift_summary(project.path()) == 1);
  project.write(".statelane/b/drift.json", render_drift_result({"b", true, 0, 1, 0}));
  CHECK(run_drift_summary(project.path()) == 2);
  unsetenv("STATELANE_EXPECTED");
  CHECK(read_drift_results({project.path(), ".statelane"}).size() == 2);
}
