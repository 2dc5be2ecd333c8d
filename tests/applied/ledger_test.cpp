#include "applied/ledger.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "applied/read_refs.hpp"
#include "base/error.hpp"

using namespace statelane;
using namespace statelane::applied;

namespace {

const std::string commit_a(40, 'a');
const std::string commit_b(40, 'b');

/// A GitLab that answers each request from a list, and the clock that its answers move.
struct FakeGitlab {
  std::vector<std::pair<std::string, http::Result>> answers;  ///< by what the address holds; the first that fits
  std::vector<std::string> requests;
  std::chrono::milliseconds per_answer{0};
  std::chrono::steady_clock::time_point time{};

  World world() {
    return {[this](const http::Request& request, const http::Limits& limits) {
              requests.push_back(request.url);
              time += std::min(per_answer, limits.time);
              for (const auto& [part, answer] : answers) {
                if (request.url.find(part) != std::string::npos) return answer;
              }
              return http::Result(http::Response{200, {}, "[]"});
            },
            [this](std::chrono::milliseconds wait) { time += wait; }, [this] { return time; }};
  }
};

http::Result ok(std::string body, bool has_next = false) {
  return http::Response{200, {{"x-next-page", has_next ? "2" : ""}}, std::move(body)};
}

std::string success(const std::string& state, const std::string& commit, const std::string& branch = "main") {
  return fmt::format(
      R"({{"iid": 1, "ref": "{}", "sha": "{}", "status": "success", "environment": {{"name": "{}"}},
          "deployable": {{"name": "apply: {}", "started_at": "2024-01-01T00:00:00Z", "finished_at": "2024-01-02T00:00:00Z"}}}})",
      branch, commit, state, state);
}

Sources sources_of(FakeGitlab& gitlab, std::vector<DeploymentRef> refs = {}) {
  Sources sources;
  sources.api = ApiPlace{"https://gitlab.example.com/api/v4", "77", "JOB-TOKEN", "secret"};
  sources.world = gitlab.world();
  sources.branch = "main";
  sources.list_refs = [refs](const std::vector<std::string>&) { return refs; };
  return sources;
}

Wanted wanted(const std::string& id) { return {id, id, {"main"}}; }

}  // namespace

TEST_CASE("refs tell the newest number of each slug, and nothing of other names") {
  const auto refs = RefsBySlug::parse({{"refs/environments/a/deployments/9", commit_a},
                                       {"refs/environments/a/deployments/10", commit_b},
                                       {"refs/environments/b/deployments/2", commit_a},
                                       {"refs/environments/a/deployments/x", commit_a},
                                       {"refs/environments/a/deployments/99999999999999999999", commit_a},
                                       {"refs/environments//deployments/1", commit_a},
                                       {"refs/environments/a/b/deployments/1", commit_a},
                                       {"refs/environments/a/deployments/11", "HEAD"},
                                       {"refs/heads/a/deployments/12", commit_a}},
                                      {{"a", "a"}});
  REQUIRE(refs.newest.size() == 2);
  CHECK(refs.newest.at("a").iid == 10);
  CHECK(refs.newest.at("a").commit == commit_b);
  REQUIRE(refs.first);
  CHECK(refs.first->iid == 9);
}

TEST_CASE("a list is read until every state was seen, and no further") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", ok(R"([{"name": "a", "slug": "a"}, {"name": "b", "slug": "b"}])")},
                    {"sort=desc&per_page=100&page=1", ok("[" + success("a", commit_a) + "]", true)},
                    {"sort=desc&per_page=100&page=2", ok("[" + success("b", commit_b) + "]", true)}};
  const Ledger ledger = read_ledger({wanted("a"), wanted("b")}, sources_of(gitlab));
  CHECK(ledger.source == Source::api);
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK(ledger.find("b")->applied->commit == commit_b);
  for (const std::string& request : gitlab.requests) CHECK(request.find("page=3") == std::string::npos);
}

TEST_CASE("no list is read for records from before their environment was there") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", ok(R"([{"name": "a", "slug": "a", "created_at": "2023-01-01T00:00:00Z"},
                                {"name": "b", "slug": "b", "created_at": "2024-01-03T00:00:00Z"}])")},
                    {"sort=desc&per_page=100&page=1", ok("[" + success("a", commit_a) + "]", true)}};
  const Ledger ledger = read_ledger({wanted("a"), wanted("b")}, sources_of(gitlab));
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK_FALSE(ledger.find("b")->applied);
  CHECK(ledger.find("b")->why_unknown.empty());
  for (const std::string& request : gitlab.requests) {
    if (request.find("status=success") != std::string::npos) CHECK(request.find("page=2") == std::string::npos);
  }
}

TEST_CASE("the refs are asked for the states alone that have no answer") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", ok(R"([{"name": "a", "slug": "a"}, {"name": "B", "slug": "b-njlta9"}])")},
                    {"sort=desc&per_page=100&page=1", ok("[" + success("a", commit_a) + "]", true)},
                    {"environment=B", http::Response{403, {}, "{}"}},
                    {"page=2", http::Response{403, {}, "{}"}}};
  Sources sources = sources_of(gitlab);
  std::vector<std::string> asked;
  sources.list_refs = [&](const std::vector<std::string>& prefixes) {
    asked = prefixes;
    return std::vector<DeploymentRef>{{"refs/environments/b-njlta9/deployments/4", commit_b}};
  };
  const Ledger ledger = read_ledger({wanted("a"), wanted("B")}, sources);
  CHECK(asked == std::vector<std::string>{"refs/environments/b-njlta9/deployments/"});
  CHECK(ledger.find("a")->source == Source::api);
  CHECK(ledger.find("B")->source == Source::refs);
  CHECK(ledger.find("B")->applied->commit == commit_b);
}

TEST_CASE("a list without an end is read a hundred pages long, and what is still open is asked for by itself") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", ok(R"([{"name": "a", "slug": "a"}])")},
                    {"environment=a", ok("[" + success("a", commit_a) + "]")},
                    {"status=success", ok("[" + success("other", commit_b) + "]", true)}};
  const Ledger ledger = read_ledger({wanted("a")}, sources_of(gitlab));
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK(gitlab.requests.size() < 110);
  REQUIRE_FALSE(ledger.remarks.empty());
  CHECK(ledger.remarks.front() == "GitLab's deployments cannot be read to their end: there are more than 100 pages");
}

TEST_CASE("an environment that is not there has no record, and nothing is asked for it") {
  FakeGitlab gitlab;
  const Ledger ledger = read_ledger({wanted("a")}, sources_of(gitlab));
  CHECK(ledger.source == Source::api);
  CHECK_FALSE(ledger.find("a")->applied);
  CHECK(ledger.find("a")->why_unknown.empty());
  CHECK(gitlab.requests.size() == 1);
}

TEST_CASE("a token that may read deployments alone is enough") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", http::Response{403, {}, "{}"}},
                    {"status=success", ok("[" + success("a", commit_a) + "]")}};
  const Ledger ledger = read_ledger({wanted("a"), wanted("b")}, sources_of(gitlab));
  CHECK(ledger.source == Source::api);
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK_FALSE(ledger.find("b")->applied);
  CHECK(ledger.find("b")->why_unknown.empty());
}

TEST_CASE("a slow server is left when the time is over, and the refs are asked") {
  FakeGitlab gitlab;
  gitlab.per_answer = std::chrono::seconds(20);
  gitlab.answers = {{"", http::Failure{http::Failure::Kind::timed_out, "no answer in 20 s"}}};
  const Ledger ledger =
      read_ledger({wanted("a")}, sources_of(gitlab, {{"refs/environments/a/deployments/1", commit_a}}));
  CHECK(gitlab.time - std::chrono::steady_clock::time_point{} <= std::chrono::seconds(61));
  CHECK(ledger.source == Source::refs);
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK(ledger.remarks ==
        std::vector<std::string>{
            "GitLab's environments cannot be read: no answer in 20 s (3 tries)",
            "refs tell of successes alone: applies that failed, gates that were pressed out of order and environments "
            "that were stopped are not seen"});
}

TEST_CASE("nothing that can be asked is a reason for each state") {
  FakeGitlab gitlab;
  gitlab.answers = {{"", http::Response{403, {}, R"({"message": "403 Forbidden"})"}}};
  Sources sources = sources_of(gitlab);
  sources.list_refs = [](const std::vector<std::string>&) -> std::vector<DeploymentRef> {
    throw Error(ErrorKind::environment, "no remote");
  };
  const Ledger ledger = read_ledger({wanted("a")}, sources);
  CHECK(ledger.source == Source::none);
  CHECK(ledger.find("a")->why_unknown == "neither GitLab's API nor the refs of origin can be read");
  CHECK(ledger.remarks ==
        std::vector<std::string>{
            "GitLab's environments cannot be read: the token may not do this (403: 403 Forbidden)",
            "GitLab's deployments cannot be read to their end: the token may not do this (403: 403 Forbidden)",
            "no remote"});
}

TEST_CASE("a list that is not read to its end is told, and what it leaves open too") {
  FakeGitlab gitlab;
  std::vector<Wanted> many;
  std::string environments;
  for (int index = 0; index < 25; ++index) {
    many.push_back(wanted(fmt::format("s{}", index)));
    environments += fmt::format(R"({}{{"name": "s{}", "slug": "s{}"}})", index == 0 ? "" : ",", index, index);
  }
  gitlab.answers = {{"/environments?", ok("[" + environments + "]")},
                    {"environment=s0", http::Response{404, {}, "{}"}},
                    {"environment=", ok("[" + success("other", commit_b) + "]")},
                    {"sort=asc", http::Response{404, {}, "{}"}},
                    {"status=success", ok("[" + success("s24", commit_a) + "]", true)},
                    {"status=failed", http::Response{404, {}, "{}"}},
                    {"status=blocked", http::Response{404, {}, "{}"}}};
  Sources sources = sources_of(gitlab);
  sources.list_refs = {};
  const Ledger ledger = read_ledger(many, sources);
  const std::string why = "there is no such project, or the token may not see it (404)";
  CHECK(ledger.find("s0")->why_unknown == "GitLab's deployments cannot be read: " + why);
  CHECK(ledger.find("s1")->why_unknown.empty());
  CHECK(ledger.find("s23")->why_unknown == "GitLab's list of deployments was not read to its end");
  CHECK(ledger.find("s24")->applied->commit == commit_a);
  CHECK(ledger.remarks ==
        std::vector<std::string>{"GitLab's deployments cannot be read to their end: there are more than 100 pages",
                                 "GitLab's list of failed deployments cannot be read to its end: " + why,
                                 "GitLab's list of blocked deployments cannot be read to its end: " + why,
                                 "the project's first deployment cannot be found: " + why});
}

TEST_CASE("a server that does not know an order is asked in the order of its numbers") {
  FakeGitlab gitlab;
  gitlab.answers = {{"/environments?", ok(R"([{"name": "a", "slug": "a"}])")},
                    {"order_by=finished_at", http::Response{400, {}, "{}"}},
                    {"order_by=updated_at", http::Response{400, {}, "{}"}},
                    {"status=success", ok("[" + success("a", commit_a) + "]")}};
  CHECK(read_ledger({wanted("a")}, sources_of(gitlab)).find("a")->applied->commit == commit_a);
  const std::string last = gitlab.requests.back();
  CHECK(last.find("/deployments?status=canceled&order_by=id&sort=desc") != std::string::npos);
}

TEST_CASE("with several apply branches, the record of another one is foreign") {
  FakeGitlab gitlab;
  gitlab.answers = {
      {"/environments?", ok(R"([{"name": "a", "slug": "a"}])")},
      {"status=success", ok("[" + success("a", commit_b, "release/1") + "," + success("a", commit_a) + "]")}};
  const Ledger ledger = read_ledger({{"a", "a", {"main", "release/*"}}}, sources_of(gitlab));
  CHECK(ledger.find("a")->applied->commit == commit_a);
  CHECK(ledger.find("a")->foreign->branch == "release/1");
}

TEST_CASE("environments with one slug are found in pairs") {
  CHECK(find_equal_slugs({"foo", "bar", "foo-"}) == std::vector<std::pair<std::string, std::string>>{{"foo", "foo-"}});
  CHECK(find_equal_slugs({"foo", "foo"}).empty());
}

TEST_CASE("a job is a state's apply by its name and its environment together") {
  CHECK(find_state_of_job("apply: a/b", "a/b") == "a/b");
  CHECK(find_state_of_job("apply: a/b", "a").empty());
  CHECK(find_state_of_job("deploy", "a").empty());
}
