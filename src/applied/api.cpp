#include "applied/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "http/answer.hpp"

namespace statelane::applied {

namespace {

using std::chrono::milliseconds;

/// Of one exchange: a server that hangs must leave time for another try.
constexpr milliseconds longest_exchange{20'000};
constexpr std::size_t most_bytes = 32 << 20;
constexpr int most_tries = 3;

std::string describe(const http::Response& response) {
  const std::string why = fmt::format("{}{}", response.status, http::reason_of(response));
  switch (response.status) {
    case 401: return fmt::format("GitLab does not know the token ({})", why);
    case 403: return fmt::format("the token may not do this ({})", why);
    case 404: return fmt::format("there is no such project, or the token may not see it ({})", why);
    default: return fmt::format("GitLab answers {}", why);
  }
}

/// GitLab leaves the header empty on the last page; some proxies drop it and leave the link.
bool has_next_page(const http::Response& response) {
  if (const auto next = response.headers.find("x-next-page"); next != response.headers.end()) {
    return !next->second.empty();
  }
  const auto link = response.headers.find("link");
  return link != response.headers.end() && link->second.find("rel=\"next\"") != std::string::npos;
}

}  // namespace

World open_world(http::Client& client) {
  return {[&client](const http::Request& request, const http::Limits& limits) { return client.send(request, limits); },
          [](milliseconds time) { std::this_thread::sleep_for(time); }, &std::chrono::steady_clock::now};
}

Answer record_success(Api& api, const NewRecord& record) {
  const nlohmann::json body = {{"environment", record.environment},
                               {"sha", record.commit},
                               {"ref", record.branch},
                               {"tag", false},
                               {"status", "success"}};
  return api.post("/deployments", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Answer stop_environment(Api& api, std::int64_t id) {
  return api.post(fmt::format("/environments/{}/stop", id), R"({"force":true})");
}

Api::Api(ApiPlace place, World world, milliseconds patience)
    : place_(std::move(place)), world_(std::move(world)), deadline_(world_.now() + patience) {}

Answer Api::get(const std::string& path) { return ask(request_for("GET", path)); }

Answer Api::post(const std::string& path, std::string body) {
  http::Request request = request_for("POST", path);
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  return ask(request);
}

http::Request Api::request_for(std::string method, const std::string& path) const {
  http::Request request;
  request.method = std::move(method);
  request.url = fmt::format("{}/projects/{}{}", place_.url, place_.project, path);
  request.headers = {{"Accept", "application/json"}};
  if (!place_.token.empty()) request.headers.emplace_back(place_.token_header, place_.token);
  return request;
}

Answer Api::ask_once(const http::Request& request, bool& may_pass, milliseconds& wait) const {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - world_.now());
  may_pass = false;
  if (left <= milliseconds::zero()) return {.why_not = "the time for it is over"};
  http::Limits limits;
  limits.time = std::min(left, longest_exchange);
  limits.body_bytes = most_bytes;
  http::Result result = world_.send(request, limits);
  if (const auto* failure = std::get_if<http::Failure>(&result)) {
    using Kind = http::Failure::Kind;
    may_pass = failure->kind == Kind::unreachable || failure->kind == Kind::timed_out || failure->kind == Kind::broken;
    return {.why_not = failure->text};
  }
  auto& response = std::get<http::Response>(result);
  Answer answer{.status = response.status, .has_next_page = has_next_page(response)};
  if (!answer.is_success()) answer.why_not = describe(response);
  answer.body = std::move(response.body);
  may_pass = response.status == 408 || response.status == 429 || response.status >= 500;
  wait = http::retry_after(response).value_or(wait);
  return answer;
}

Answer Api::ask(const http::Request& request) {
  milliseconds next_wait{1'000};
  for (int attempt = 1;; ++attempt) {
    bool may_pass = false;
    milliseconds wait = next_wait;
    Answer answer = ask_once(request, may_pass, wait);
    // What was written once is not written again: an answer that was lost may have been a success.
    const bool may_repeat = may_pass && (request.method == "GET" || answer.status == 429);
    const bool is_over = attempt == most_tries || world_.now() + wait >= deadline_;
    if (!may_repeat || is_over) {
      if (may_pass && attempt > 1) answer.why_not += fmt::format(" ({} tries)", attempt);
      return answer;
    }
    world_.wait(wait);
    next_wait *= 2;
  }
}

}  // namespace statelane::applied
