#include "runner/annotations.hpp"

#include <doctest/doctest.h>

using statelane::runner::render_annotations;

TEST_CASE("rule 30: the job's page links to the whole text among its artifacts") {
  CHECK(render_annotations("https://gitlab.example.com/g/p/-/jobs/7", "network--prod", "plan.txt", "the whole plan") ==
        R"({"statelane":[{"external_link":{"label":"the whole plan",)"
        R"("url":"https://gitlab.example.com/g/p/-/jobs/7/artifacts/file/.statelane/network--prod/plan.txt"}}]})"
        "\n");
}

TEST_CASE("a job that does not know its page has no link") {
  CHECK(render_annotations("", "a", "plan.txt", "x").empty());
}
