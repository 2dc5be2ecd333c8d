#include "runner/annotations.hpp"

#include <doctest/doctest.h>

#include "forked_helper.hpp"

using namespace statelane::runner;

TEST_CASE("rule 30: the job's page links to the whole text among its artifacts") {
  CHECK(render_annotations("https://gitlab.example.com/g/p/-/jobs/7", "network--prod", "plan.txt", "the whole plan") ==
        R"({"statelane":[{"external_link":{"label":"the whole plan",)"
        R"("url":"https://gitlab.example.com/g/p/-/jobs/7/artifacts/file/.statelane/network--prod/plan.txt"}}]})"
        "\n");
}

TEST_CASE("there is a link only to what is there, and a report in any case") {
  const Scratch scratch;
  LaneDescription lane;
  lane.slug = "net";
  lane.project_directory = scratch.path;
  JobEnvironment job;
  job.job_url = "https://gitlab.example.com/g/p/-/jobs/7";
  const ArtifactPaths paths = artifact_paths(lane);
  scratch.write(".statelane/net/meta.json", "{}");
  write_annotations(lane, job, paths, paths.text, "the whole plan");
  CHECK(read_text(scratch.path / ".statelane/net/annotations.json") == "{}\n");
  scratch.write(".statelane/net/plan.txt", "Plan: 1 to add");
  write_annotations(lane, job, paths, paths.text, "the whole plan");
  CHECK(read_text(scratch.path / ".statelane/net/annotations.json") ==
        render_annotations(job.job_url, "net", "plan.txt", "the whole plan"));
}

TEST_CASE("a job that does not know its page has no link") {
  CHECK(render_annotations("", "a", "plan.txt", "x").empty());
}
