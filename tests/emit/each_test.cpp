#include "emit/each.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using statelane::RepoPath;
using statelane::batch::Outcome;
using statelane::batch::Progress;
using statelane::emit::EachRun;
using statelane::process::ExitStatus;

namespace {

std::vector<EachRun> some_runs() {
  Outcome succeeded{.progress = Progress::succeeded, .status = ExitStatus::exited(0)};
  succeeded.time = std::chrono::milliseconds(1240);
  Outcome failed{.progress = Progress::failed, .status = ExitStatus::exited(3)};
  Outcome killed{.progress = Progress::failed, .status = ExitStatus::signaled(9)};
  killed.was_stopped = true;
  Outcome held_back{.progress = Progress::held_back};
  held_back.failed_before = 1;
  Outcome faulty{.progress = Progress::failed};
  faulty.fault = "cannot enter x";
  return {{"a", false, RepoPath::of("a"), {}, succeeded},       {"b", false, RepoPath::of("b"), {}, failed},
          {"c", false, RepoPath::of("c"), {}, held_back},       {"m", true, RepoPath::of("m"), {}, killed},
          {"d/prod", false, RepoPath::of("d"), "prod", faulty}, {"e", false, RepoPath::of("e"), {}, {}}};
}

}  // namespace

TEST_CASE("the table of runs begins with what failed, and counts") {
  CHECK(statelane::emit::render_each_text(some_runs(), {}) ==
        "FOR       RESULT     TIME   WHY\n"
        "b         failed     0.0 s  exit code 3\n"
        "module m  failed     0.0 s  stopped: ended by signal KILL\n"
        "d/prod    failed     -      cannot enter x\n"
        "c         held back  -      waits for b\n"
        "e         not run    -      -\n"
        "a         succeeded  1.2 s  -\n"
        "6 runs: 3 failed, 1 held back, 1 not run, 1 succeeded\n");
}

TEST_CASE("the JSON of runs has them in their order") {
  const auto json = nlohmann::json::parse(statelane::emit::render_each_json(some_runs()));
  CHECK(json["schema"] == "statelane/each/1");
  CHECK(json["runs"][4] == nlohmann::json{{"id", "d/prod"},
                                          {"kind", "state"},
                                          {"dir", "d"},
                                          {"instance", "prod"},
                                          {"result", "failed"},
                                          {"exit_code", nullptr},
                                          {"why", "cannot enter x"}});
  CHECK(json["runs"][3]["exit_code"] == 137);
  CHECK(json["runs"][3]["kind"] == "module");
}
