#include "process/process_group.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/file_descriptor.hpp"
#include "process/child_process.hpp"

using namespace statelane;

TEST_CASE("the processes of a group are found by number and program, and none of a group that is gone") {
  const FileDescriptor null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  process::ChildProcess child({{"sleep", "100"}, {}, {}}, null.get());
  const auto found = process::find_group_members(child.pid());
  REQUIRE(found.size() == 1);
  CHECK(found[0].pid == child.pid());
  CHECK(found[0].program == std::filesystem::canonical("/bin/sleep").filename());
  child.kill_group();
  CHECK(child.wait() == process::ExitStatus::signaled(SIGKILL));
  CHECK(process::find_group_members(child.pid()).empty());
  CHECK(process::find_group_members(0).empty());
}
