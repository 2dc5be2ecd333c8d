#include "applied/deployment.hpp"

#include <doctest/doctest.h>

using namespace statelane::applied;

TEST_CASE("a time is what GitLab writes, in any zone") {
  CHECK(parse_time("1970-01-01T00:00:01Z") == 1'000'000);
  CHECK(parse_time("2016-08-11T11:32:35.444Z") == 1'470'915'155'444'000);
  CHECK(parse_time("2016-08-11T13:32:35.444+02:00") == 1'470'915'155'444'000);
  CHECK(parse_time("2016-08-11T06:02:35.444-0530") == 1'470'915'155'444'000);
  CHECK(parse_time("2024-02-29T00:00:00Z") - parse_time("2024-02-28T00:00:00Z") == 86'400'000'000);
  for (const char* text : {"", "yesterday", "2016-08-11", "2016-08-11T11:32:35", "2016-08-11T11:32:35+0", "9999999"}) {
    CAPTURE(text);
    CHECK(parse_time(text) == 0);
  }
}

TEST_CASE("a deployment of a job is read with its job's name and end") {
  const auto read =
      parse_deployments(R"([{"id": 42, "iid": 7, "ref": "main", "sha": "1234567890123456789012345678901234567890",
    "status": "failed", "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-09T00:00:00Z",
    "user": {"username": "ada"}, "environment": {"name": "network/prod"},
    "deployable": {"name": "apply: network/prod", "started_at": null, "finished_at": "2024-01-02T00:00:00Z",
                   "pipeline": {"web_url": "https://gitlab.example.com/-/pipelines/5"}}}])");
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const Deployment& found = read->front();
  CHECK(found.iid == 7);
  CHECK(found.environment == "network/prod");
  CHECK(found.branch == "main");
  CHECK(found.status == Status::failed);
  CHECK(found.job == "apply: network/prod");
  CHECK(found.user == "ada");
  CHECK(found.finished_at == "2024-01-02T00:00:00Z");
  CHECK_FALSE(found.has_started);
  CHECK(found.pipeline_url == "https://gitlab.example.com/-/pipelines/5");
}

TEST_CASE("a record without a job ends when it last changed") {
  const auto read =
      parse_deployments(R"([{"iid": 1, "sha": "1234567890123456789012345678901234567890", "status": "success",
    "updated_at": "2024-01-09T00:00:00Z", "environment": {"name": "a"}, "deployable": null}])");
  REQUIRE(read);
  CHECK(read->at(0).job.empty());
  CHECK(read->at(0).has_started);
  CHECK(read->at(0).finished == parse_time("2024-01-09T00:00:00Z"));
}

TEST_CASE("what is no record is left out, and what is no list is no answer") {
  CHECK_FALSE(parse_deployments("{}"));
  CHECK_FALSE(parse_deployments("<html>"));
  CHECK_FALSE(parse_deployments(""));
  const auto read = parse_deployments(R"([1, null, [], {}, {"sha": 5, "environment": {"name": "a"}},
    {"sha": "HEAD", "environment": {"name": "a"}},
    {"sha": "0000000000000000000000000000000000000000", "environment": {"name": "a"}},
    {"sha": "1234567890123456789012345678901234567890", "environment": "a"},
    {"sha": "1234567890123456789012345678901234567890", "environment": {"name": 3}}])");
  REQUIRE(read);
  CHECK(read->empty());
}

TEST_CASE("environments are read with the slug that GitLab stored") {
  const auto read = parse_environments(
      R"([{"id": 3, "name": "a/b", "slug": "a-b-x1y2z3", "state": "available"}, {"name": "c", "state": "stopping"}, {}])");
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).slug == "a-b-x1y2z3");
  CHECK_FALSE(read->at(0).is_stopped);
  CHECK(read->at(1).is_stopped);
}
