#include "process/command.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/error.hpp"
#include "process/find_program.hpp"
#include "support/words_of_error.hpp"

using namespace std::chrono_literals;
using statelane::Error;
using statelane::ErrorKind;
using statelane::process::Captured;
using statelane::process::Command;
using statelane::process::ExitStatus;
using statelane::process::run_captured;
using statelane::process::run_streamed;
using statelane::process::signal_name;
using statelane::support::words_of_error;

namespace fs = std::filesystem;

namespace {

Captured shell(const std::string& script, std::chrono::milliseconds time_out = 20s) {
  return run_captured({{"sh", "-c", script}, {}, {}}, time_out);
}

ErrorKind kind_of_failure(const Command& command) {
  try {
    run_captured(command, 10s);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::usage;
}

std::string words_of_failure(const Command& command) {
  return words_of_error([&] { run_captured(command, 10s); });
}

/// A directory of its own that is gone at the end of the test.
struct Scratch {
  std::filesystem::path path;
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "statelane-process-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("both streams and the exit code of a program are captured") {
  const Captured result = shell("echo out; echo err >&2; exit 3");
  CHECK(result.status == ExitStatus::exited(3));
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("much output on both streams at once does not block") {
  const Captured result = shell("head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait");
  CHECK(result.out.size() == 5000000);
  CHECK(result.err.size() == 3000000);
}

TEST_CASE("a death by signal is told apart from an exit code") {
  const Captured result = shell("kill -TERM $$");
  CHECK(result.status == ExitStatus::signaled(SIGTERM));
  CHECK(result.status.code() == 143);
  CHECK(signal_name(result.status.value) == "TERM");
  CHECK(signal_name(64) == "64");
}

TEST_CASE("arguments reach the program as they are, without a shell") {
  const Captured result = run_captured({{"printf", "%s|", "a b", "$HOME", "", "'\"\n"}, {}, {}}, 10s);
  CHECK(result.out == "a b|$HOME||'\"\n|");
}

TEST_CASE("the environment is the inherited one with changes, and standard input is empty") {
  ::setenv("STATELANE_TEST_GONE", "here", 1);
  ::setenv("STATELANE_TEST_KEPT", "kept", 1);
  const Captured result =
      run_captured({{"sh", "-c", "cat; echo \"$A-$STATELANE_TEST_KEPT-${STATELANE_TEST_GONE-unset}\""},
                    {{"A", "x y"}, {"STATELANE_TEST_GONE", std::nullopt}},
                    {}},
                   10s);
  CHECK(result.out == "x y-kept-unset\n");
}

TEST_CASE("a program runs in the directory it is given") {
  CHECK(run_captured({{"pwd"}, {}, "/usr"}, 10s).out == "/usr\n");
}

TEST_CASE("a program that takes too long is killed with its group") {
  const auto begin = std::chrono::steady_clock::now();
  const Captured result = shell("echo early; sleep 600 & wait", 300ms);
  CHECK(result.timed_out);
  CHECK(result.status == ExitStatus::signaled(SIGKILL));
  CHECK(result.out == "early\n");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("a program that writes without end is stopped by the time-out too") {
  std::size_t seen = 0;
  const Captured result = run_streamed({{"yes"}, {}, {}}, 200ms, [&](std::string_view bytes) { seen += bytes.size(); });
  CHECK(result.timed_out);
  CHECK(result.out.empty());
  CHECK(seen > 0);
}

TEST_CASE("a grandchild that holds the pipes does not delay the answer") {
  const auto begin = std::chrono::steady_clock::now();
  const Captured result = shell("sleep 20 & echo $!");
  CHECK(result.status.succeeded());
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  ::kill(static_cast<pid_t>(std::stoi(result.out)), SIGKILL);
}

TEST_CASE("an exception of the reader ends the program and passes through") {
  CHECK_THROWS_AS(run_streamed({{"yes"}, {}, {}}, 20s, [](std::string_view) { throw std::runtime_error("enough"); }),
                  std::runtime_error);
}

TEST_CASE("a child starts with no blocked and no ignored signals") {
  sigset_t blocked, old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &old);
  const auto old_pipe = std::signal(SIGPIPE, SIG_IGN);
  const Captured result =
      run_captured({{"sed", "-n", "s/^SigBlk:.//p; s/^SigIgn:.*\\(........\\)$/\\1/p", "/proc/self/status"}}, 10s);
  std::signal(SIGPIPE, old_pipe);
  sigprocmask(SIG_SETMASK, &old, nullptr);
  const auto ignored = std::stoul(result.out.substr(result.out.find('\n') + 1), nullptr, 16);
  CHECK(result.out.starts_with("0000000000000000\n"));
  CHECK((ignored & 0x7FFFFFFF) == 0);  // the two above are the C library's own, kept ignored during a spawn
}

TEST_CASE("exit codes survive an ignored SIGCHLD") {
  std::signal(SIGCHLD, SIG_IGN);
  CHECK(shell("exit 7").status == ExitStatus::exited(7));
}

TEST_CASE("a program that is not there, cannot be executed or has no directory is told by kind") {
  const Scratch scratch;
  std::ofstream(scratch.path / "plain") << "#!/bin/sh\n";
  std::ofstream(scratch.path / "broken") << "#!/no/such/interpreter\n";
  std::filesystem::permissions(scratch.path / "broken", std::filesystem::perms::owner_all);

  CHECK(kind_of_failure({{"no-such-program-here"}, {}, {}}) == ErrorKind::not_found);
  CHECK(kind_of_failure({{"/no/such/program"}, {}, {}}) == ErrorKind::not_found);
  CHECK(kind_of_failure({{}, {}, {}}) == ErrorKind::not_found);
  CHECK(kind_of_failure({{(scratch.path / "broken").string()}, {}, {}}) == ErrorKind::cannot_execute);
  CHECK(kind_of_failure({{(scratch.path / "plain").string()}, {}, {}}) == ErrorKind::cannot_execute);
  CHECK(kind_of_failure({{"plain"}, {{"PATH", scratch.path.string()}}, {}}) == ErrorKind::cannot_execute);
  CHECK(kind_of_failure({{"true"}, {}, scratch.path / "gone"}) == ErrorKind::environment);
}

TEST_CASE("what cannot be executed is named with the reason and the remedy") {
  const Scratch scratch;
  const auto place = [&](const char* name) { return (scratch.path / name).string(); };
  for (const char* name : {"broken", "noise", "plain"}) {
    std::ofstream(scratch.path / name) << (name == std::string_view("noise") ? "\x7f"
                                                                               "ELF"
                                                                             : "#!/no/such/interpreter\n");
    if (name != std::string_view("plain")) fs::permissions(scratch.path / name, fs::perms::owner_all);
  }
  CHECK(words_of_failure({{"no-such-program-here"}, {}, {}}) ==
        "cannot find the program 'no-such-program-here' on PATH\n"
        "hint: install 'no-such-program-here', or use an image that has it");
  CHECK(words_of_failure({{"/no/such/program"}, {}, {}}) == "cannot find the program /no/such/program");
  CHECK(words_of_failure({{"plain"}, {{"PATH", scratch.path.string()}}, {}}) ==
        fmt::format("cannot execute {}: permission denied\nhint: make it executable: chmod +x {}", place("plain"),
                    place("plain")));
  CHECK(words_of_failure({{place("plain")}, {}, {}}) ==
        fmt::format("cannot execute {}: Permission denied", place("plain")));
  CHECK(words_of_failure({{place("broken")}, {}, {}}) ==
        fmt::format("cannot execute {}: the interpreter or loader that it names is missing", place("broken")));
  CHECK(words_of_failure({{place("noise")}, {}, {}}) ==
        fmt::format("cannot execute {}: Exec format error", place("noise")));
  CHECK(words_of_failure({{"true"}, {}, scratch.path / "gone"}) ==
        fmt::format("cannot enter directory {}: No such file or directory", place("gone")));
  CHECK(words_of_failure({{}, {}, {}}) == "cannot run an empty command");
}

TEST_CASE("a program is searched along PATH, past files that may not be executed and relative entries") {
  const Scratch scratch;
  std::ofstream(scratch.path / "sh") << "not a program";
  CHECK(statelane::process::find_program("sh", "relative::" + scratch.path.string() + ":/bin") == "/bin/sh");
  CHECK(statelane::process::find_program("./x", "") == "./x");
}
