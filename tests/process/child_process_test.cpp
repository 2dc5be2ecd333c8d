#include "process/child_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

using statelane::FileDescriptor;
using statelane::process::ChildProcess;
using statelane::process::ExitStatus;

namespace {

struct Pipe {
  FileDescriptor read, write;
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
  /// Blocks until the child has written a line.
  std::string line() {
    std::string result;
    for (char byte = 0; ::read(read.get(), &byte, 1) == 1 && byte != '\n';) result += byte;
    return result;
  }
};

}  // namespace

TEST_CASE("a child runs in a process group of its own and both streams are one") {
  Pipe pipe;
  ChildProcess child({{"sh", "-c", "echo out; echo err >&2; ps -o pgid= -p $$"}, {}, {}}, pipe.write.get());
  CHECK(pipe.line() == "out");
  CHECK(pipe.line() == "err");
  CHECK(std::stoi(pipe.line()) == child.pid());
  CHECK(child.wait() == ExitStatus::exited(0));
}

TEST_CASE("the status stays known after the child is reaped, and signals to it are then dropped") {
  Pipe pipe;
  ChildProcess child({{"sh", "-c", "exit 5"}, {}, {}}, pipe.write.get());
  CHECK(child.wait() == ExitStatus::exited(5));
  child.send(SIGKILL);
  CHECK(child.try_wait() == ExitStatus::exited(5));
}

TEST_CASE("a signal goes to the process alone, not to its children") {
  Pipe pipe;
  ChildProcess child(
      {{"sh", "-c", "sh -c 'trap \"echo grandchild was hit\" INT; echo ready; sleep 1' & wait; :"}, {}, {}},
      pipe.write.get());
  pipe.write.close();
  CHECK(pipe.line() == "ready");
  CHECK_FALSE(child.try_wait());
  child.send(SIGINT);
  child.wait();
  CHECK(pipe.line() == "");
}

TEST_CASE("a signal that a stopped child has not taken yet is seen as pending") {
  Pipe pipe;
  ChildProcess child({{"sh", "-c", "trap 'exit 9' INT; echo ready; while :; do sleep 0.01; done"}, {}, {}},
                     pipe.write.get());
  CHECK(pipe.line() == "ready");
  CHECK_FALSE(child.has_pending({SIGINT, SIGTERM}));
  child.send(SIGSTOP);
  siginfo_t stopped{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &stopped, WSTOPPED) == 0);
  child.send(SIGINT);
  CHECK(child.has_pending({SIGINT, SIGTERM}));
  child.send(SIGCONT);
  CHECK(child.wait() == ExitStatus::exited(9));
}

TEST_CASE("destroying the handle leaves the child alone") {
  Pipe pipe;
  { ChildProcess child({{"sh", "-c", "echo ready; sleep 0.2; echo survived"}, {}, {}}, pipe.write.get()); }
  CHECK(pipe.line() == "ready");
  CHECK(pipe.line() == "survived");
}
