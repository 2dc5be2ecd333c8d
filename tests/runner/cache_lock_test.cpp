#include "runner/cache_lock.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "forked_helper.hpp"

using namespace std::chrono_literals;
using statelane::runner::CacheLock;
using statelane::runner::JobLog;
using statelane::runner::Supervisor;

namespace {

/// Takes the lock, says so, and holds it until `go` appears.
ForkedHelper holder(const Scratch& scratch) {
  return ForkedHelper([&scratch](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    const CacheLock lock(scratch.path, supervisor, log);
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
    const CacheLock lock(scratch.path / "missing", supervisor, log);
    return 0;
  });
  CHECK(helper.finish() == 0);
  CHECK(helper.log().empty());
}
