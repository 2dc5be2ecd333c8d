#include "runner/stored_state.hpp"

#include <doctest/doctest.h>

#include "forked_helper.hpp"
#include "runner/artifacts.hpp"

using statelane::runner::describe_difference;
using statelane::runner::EnvironmentChanges;
using statelane::runner::JobEnvironment;
using statelane::runner::LaneDescription;
using statelane::runner::read_stored_state;
using statelane::runner::StoredState;

namespace {

/// A lane whose `init` left `backend` behind.
struct Initialised {
  Scratch scratch;
  LaneDescription lane;
  JobEnvironment job;
  EnvironmentChanges environment = {{"TF_WORKSPACE", std::nullopt}};

  explicit Initialised(const std::string& backend) {
    lane.project_directory = scratch.path;
    lane.directory = "net";
    scratch.write("net/.terraform/terraform.tfstate", R"({"version": 3, "backend": )" + backend + "}");
  }
  StoredState read() const {
    return read_stored_state(lane, job, environment, statelane::runner::lane_directory(lane));
  }
};

}  // namespace

TEST_CASE("a state is told apart by the backend's settings that name it, and by its workspace") {
  Initialised s3(R"({"type": "s3", "config": {"bucket": "b", "key": "k", "region": "eu", "access_key": "canary",
                     "endpoints": [{"s3": "https://s3.example.com"}], "role_arn": "plan", "profile": null}, "hash": 7})");
  s3.lane.backend_type = "s3";
  s3.lane.identity_settings = {"bucket", "key", "endpoints.s3", "workspace_key_prefix"};
  CHECK(s3.read() == StoredState{{"type", "s3"},
                                 {"bucket", "b"},
                                 {"key", "k"},
                                 {"endpoints.s3", "https://s3.example.com"},
                                 {"workspace", "default"}});
  s3.scratch.write("net/.terraform/environment", "prod");
  CHECK(s3.read().at("workspace") == "prod");
  s3.environment["TF_WORKSPACE"] = "blue";
  CHECK(s3.read().at("workspace") == "blue");
}

TEST_CASE("what the backend takes from its variables counts, and credentials are left out") {
  Initialised http(R"({"type": "http", "config": {"address": null, "username": "me"}, "hash": 7})");
  http.lane.backend_type = "http";
  http.lane.identity_settings = {"address"};
  http.environment["TF_HTTP_ADDRESS"] = "https://user:canary@states.example.com/net";
  CHECK(http.read() ==
        StoredState{{"type", "http"}, {"address", "https://states.example.com/net"}, {"workspace", "default"}});
  Initialised pg(R"({"type": "pg", "config": {"conn_str": "host=db password=canary dbname=s"}, "hash": 7})");
  pg.lane.backend_type = "pg";
  pg.lane.identity_settings = {"conn_str", "schema_name"};
  CHECK(pg.read().at("conn_str") == "host=db  dbname=s");
}

TEST_CASE("of a backend that is not known everything counts but secrets and the way to it") {
  Initialised other(R"({"type": "new", "config": {"place": "p", "count": 3, "api_token": "canary", "role": "r"}})");
  CHECK(other.read() == StoredState{{"type", "new"}, {"place", "p"}, {"count", "3"}, {"workspace", "default"}});
}

TEST_CASE("a place in the checkout is the same in every checkout, and the data may lie elsewhere") {
  Initialised local(R"({"type": "local", "config": {}})");
  local.job.terraform["TF_DATA_DIR"] = "../data";
  local.scratch.write("data/terraform.tfstate", R"({"backend": {"type": "local", "config": {"path": ")" +
                                                    local.scratch.path.string() + R"(/s.tfstate"}}})");
  CHECK(local.read().at("path") == "$CI_PROJECT_DIR/s.tfstate");
  const Initialised none("null");
  CHECK(none.read() == StoredState{{"type", "local"}, {"workspace", "default"}});
}

TEST_CASE("the first difference is told in words") {
  const StoredState planned = {{"type", "s3"}, {"key", "a"}, {"workspace", "default"}};
  CHECK(describe_difference(planned, planned).empty());
  CHECK(describe_difference(planned, {{"type", "s3"}, {"key", "b"}, {"workspace", "default"}}) ==
        "its backend's key is 'a', and here it is 'b'");
  CHECK(describe_difference(planned, {{"type", "s3"}, {"key", "a"}, {"workspace", "blue"}}) ==
        "its workspace is 'default', and here it is 'blue'");
  CHECK(describe_difference(planned, {{"type", "s3"}, {"workspace", "default"}}) ==
        "its backend's key is 'a', and here it is not set");
  CHECK(describe_difference(planned, {{"type", "gcs"}, {"key", "a"}, {"workspace", "default"}}) ==
        "its backend's type is 's3', and here it is 'gcs'");
}
