#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "http/client.hpp"

namespace statelane::applied {

/// Which project of which GitLab, and who asks.
struct ApiPlace {
  std::string url;           ///< as CI_API_V4_URL: `https://gitlab.example.com/api/v4`
  std::string project;       ///< its id, or its path with each slash as `%2F`
  std::string token_header;  ///< `JOB-TOKEN` or `PRIVATE-TOKEN`
  std::string token;         ///< never printed, never part of a message
};

/// How requests go out and time passes; tests take others.
struct World {
  std::function<http::Result(const http::Request&, const http::Limits&)> send;
  std::function<void(std::chrono::milliseconds)> wait;
  std::function<std::chrono::steady_clock::time_point()> now;
};

/// The network, and the clock. `client` outlives it.
World open_world(http::Client& client);

/// What came back. Without a status there is no answer, and `why_not` says why; with one that is no success it says
/// what GitLab says.
struct Answer {
  int status = 0;
  std::string body{};
  bool has_next_page = false;
  std::string why_not{};

  bool is_success() const { return status >= 200 && status < 300; }
};

/// GitLab's REST API of one project, all requests together bounded by a time. 429, server errors, broken connections
/// and time-outs are tried again, at most twice, after the time that `Retry-After` names or one and two seconds.
class Api {
 public:
  Api(ApiPlace place, World world, std::chrono::milliseconds patience);

  /// `path` stands behind the project: `/deployments?per_page=100`.
  Answer get(const std::string& path);
  Answer post(const std::string& path, std::string body);

  bool is_time_over() const { return world_.now() >= deadline_; }

 private:
  Answer ask(const http::Request& request);
  Answer ask_once(const http::Request& request, bool& may_pass, std::chrono::milliseconds& wait) const;
  http::Request request_for(std::string method, const std::string& path) const;

  ApiPlace place_;
  World world_;
  std::chrono::steady_clock::time_point deadline_;
};

/// A success that no job stands for.
struct NewRecord {
  std::string environment;
  std::string commit;
  std::string branch;
};

/// Records it, as `POST /projects/:id/deployments`.
Answer record_success(Api& api, const NewRecord& record);

/// Stops an environment without running the job that it may name for that.
Answer stop_environment(Api& api, std::int64_t id);

}  // namespace statelane::applied
