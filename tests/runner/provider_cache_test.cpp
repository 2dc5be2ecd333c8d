#include "runner/provider_cache.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "forked_helper.hpp"

using namespace std::chrono_literals;
using statelane::runner::CacheFilling;
using statelane::runner::choose_provider_cache;
using statelane::runner::JobEnvironment;
using statelane::runner::JobLog;
using statelane::runner::LaneDescription;
using statelane::runner::read_plugin_cache_dir;
using statelane::runner::Supervisor;

namespace {

/// Takes the lock, says so, and holds it until `go` appears.
ForkedHelper holder(const Scratch& scratch) {
  return ForkedHelper([&scratch](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    const CacheFilling lock(scratch.path, supervisor, log);
    if (supervisor.is_stopping()) return 1;
    log.line("held");
    while (!std::filesystem::exists(scratch.path / "go")) supervisor.pause(1ms);
    return 0;
  });
}

}  // namespace

TEST_CASE("a second job waits for the first one's provider cache, and says so") {
  const Scratch scratch;
  auto first = holder(scratch);
  REQUIRE(first.wait_for("held\n"));
  auto second = holder(scratch);
  REQUIRE(second.wait_for("\n"));
  scratch.write("go", "");
  CHECK(first.finish() == 0);
  CHECK(second.finish() == 0);
  CHECK(second.log() == fmt::format("statelane: waiting for another job that fills {}\nheld\n", scratch.path.string()));
}

TEST_CASE("a stop signal ends the wait") {
  const Scratch scratch;
  auto first = holder(scratch);
  REQUIRE(first.wait_for("held\n"));
  auto second = holder(scratch);
  REQUIRE(second.wait_for("waiting"));
  second.signal(SIGTERM);
  CHECK(second.finish() == 1);
  scratch.write("go", "");
  CHECK(first.finish() == 0);
}

TEST_CASE("a cache that cannot be written, or is not there, keeps nobody waiting") {
  const Scratch scratch;
  ForkedHelper helper([&](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    const CacheFilling lock(scratch.path / "missing", supervisor, log);
    return 0;
  });
  CHECK(helper.finish() == 0);
  CHECK(helper.log().empty());
}

namespace {

/// Fills the cache in a process of its own; what was said meanwhile.
std::string fill(const Scratch& cache, const std::function<void(CacheFilling&)>& installation) {
  ForkedHelper helper([&](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    CacheFilling filling(cache.path, supervisor, log);
    installation(filling);
    return 0;
  });
  helper.finish();
  return helper.log();
}

const std::string whole = "registry.example.com/test/slow/1.0.0/linux_amd64";
const std::string half = "registry.example.com/test/slow/1.1.0/linux_amd64";

}  // namespace

TEST_CASE("what a failed init left half written is taken out, and what was whole before stays") {
  const Scratch cache;
  cache.write(whole + "/provider", "whole");
  CHECK(fill(cache, [&](CacheFilling&) { cache.write(half + "/provider", "ha"); }).empty());
  CHECK_FALSE(std::filesystem::exists(cache.path / half));
  CHECK(read_text(cache.path / whole / "provider") == "whole");
  fill(cache, [&](CacheFilling& filling) {
    cache.write(half + "/provider", "whole now");
    filling.finish();
  });
  CHECK(read_text(cache.path / half / "provider") == "whole now");
}

TEST_CASE("what a job that was killed left half written is taken out by the next one, which says so") {
  const Scratch cache;
  cache.write(whole + "/provider", "whole");
  fill(cache, [&](CacheFilling&) {
    cache.write(half + "/provider", "ha");
    ::kill(::getpid(), SIGKILL);
  });
  CHECK(std::filesystem::exists(cache.path / half));
  CHECK(fill(cache, [](CacheFilling& filling) { filling.finish(); }) ==
        fmt::format("statelane: a job was killed while it filled {}; what it may have left half written is removed\n",
                    cache.path.string()));
  CHECK_FALSE(std::filesystem::exists(cache.path / half));
  CHECK(read_text(cache.path / whole / "provider") == "whole");
  CHECK(fill(cache, [](CacheFilling& filling) { filling.finish(); }).empty());
}

TEST_CASE("a provider that was being written anew when the job was killed is taken out too") {
  const Scratch cache;
  cache.write(whole + "/provider", "whole");
  std::filesystem::last_write_time(cache.path / whole, std::filesystem::file_time_type::clock::now() - 1h);
  fill(cache, [&](CacheFilling&) {
    std::filesystem::remove_all(cache.path / whole);
    cache.write(whole + "/provider", "ha");
    ::kill(::getpid(), SIGKILL);
  });
  fill(cache, [](CacheFilling& filling) { filling.finish(); });
  CHECK_FALSE(std::filesystem::exists(cache.path / whole));
}

TEST_CASE("a user's own cache is used where a lock file says what is in it, and passed over by name elsewhere") {
  LaneDescription lane;
  lane.project_directory = "/builds/p";
  JobEnvironment job;
  const auto none = choose_provider_cache(lane, job, "", false);
  CHECK(none.directory == "/builds/p/.statelane/cache/plugins");
  CHECK(none.is_ours);
  CHECK(none.passed_over.empty());
  CHECK(choose_provider_cache(lane, job, "/home/c", true).directory == "/home/c");
  CHECK_FALSE(choose_provider_cache(lane, job, "/home/c", true).is_ours);
  CHECK(choose_provider_cache(lane, job, "/home/c", false).passed_over == "plugin_cache_dir (/home/c)");
  job.terraform["TF_PLUGIN_CACHE_DIR"] = "/cache";
  CHECK(choose_provider_cache(lane, job, "/home/c", true).directory == "/cache");
  const auto unlocked = choose_provider_cache(lane, job, "/home/c", false);
  CHECK(unlocked.directory == "/builds/p/.statelane/cache/plugins");
  CHECK(unlocked.passed_over == "TF_PLUGIN_CACHE_DIR (/cache)");
  job.terraform["TF_PLUGIN_CACHE_DIR"] = "";
  CHECK(choose_provider_cache(lane, job, "", true).is_ours);
}

TEST_CASE("plugin_cache_dir is read from either syntax of the CLI configuration") {
  ::setenv("CACHE_TEST", "/v", 1);
  CHECK(read_plugin_cache_dir("# plugin_cache_dir = \"/no\"\nplugin_cache_dir   = \"/yes\"\n") == "/yes");
  CHECK(read_plugin_cache_dir("{\n  \"plugin_cache_dir\": \"/json\"\n}") == "/json");
  CHECK(read_plugin_cache_dir("{\"plugin_cache_dir\": \"/line\"}") == "/line");
  CHECK(read_plugin_cache_dir("plugin_cache_dir = \"$CACHE_TEST/a/${CACHE_TEST}$NOT_SET_HERE\"") == "/v/a//v");
  CHECK(read_plugin_cache_dir("provider_installation {\n}\n").empty());
  CHECK(read_plugin_cache_dir("").empty());
  ::unsetenv("CACHE_TEST");
}
