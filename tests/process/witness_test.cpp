#include "process/witness.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

using statelane::process::Witness;

namespace {

void signal_to(const Witness& witness, int signal) {
  // Zero and -1 would be groups of other processes.
  if (witness.pid() <= 0 || ::kill(witness.pid(), signal) != 0) ::_exit(9);
}

}  // namespace

TEST_CASE("a witness tells once it was asked to stop, by either signal") {
  for (const int signal : {SIGINT, SIGTERM}) {
    Witness witness;
    CHECK_FALSE(witness.was_signalled());
    signal_to(witness, signal);
    while (!witness.was_signalled()) ::usleep(1000);
    CHECK(witness.was_signalled());
  }
}

TEST_CASE("a signal to our own process group does not reach the witness") {
  const pid_t group = ::fork();
  if (group == 0) {
    ::setpgid(0, 0);
    ::signal(SIGTERM, SIG_IGN);
    Witness witness;
    ::kill(0, SIGTERM);
    const bool quiet = !witness.was_signalled();
    signal_to(witness, SIGTERM);
    while (!witness.was_signalled()) ::usleep(1000);
    ::_exit(quiet ? 0 : 1);
  }
  int status = 0;
  ::waitpid(group, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a witness outlives other signals and ends with its owner, however that ends") {
  std::array<int, 2> held{};
  REQUIRE(::pipe(held.data()) == 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const Witness witness;
    signal_to(witness, SIGHUP);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(owner, nullptr, 0);
  ::close(held[1]);
  // The witness has the other end of this pipe as long as it lives.
  char byte = 0;
  CHECK(::read(held[0], &byte, 1) == 0);
  ::close(held[0]);
}
