#include "process/spawn.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>

#include "base/file_descriptor.hpp"

using statelane::FileDescriptor;
using statelane::process::ExitStatus;
using statelane::process::reap;
using statelane::process::spawn;

TEST_CASE("a program reads the standard input that it is given, and the null device otherwise") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), 0) == 0);
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  REQUIRE(::write(write_end.get(), "word\n", 5) == 5);
  const statelane::process::Command is_word{{"sh", "-c", "read -r line; test \"$line\" = word"}, {}, {}};
  CHECK(reap(spawn(is_word, 2, 2, read_end.get()), true) == ExitStatus::exited(0));
  CHECK(reap(spawn(is_word, 2, 2), true) == ExitStatus::exited(1));
}
