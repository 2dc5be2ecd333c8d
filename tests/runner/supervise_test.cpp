#include "runner/supervise.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "forked_helper.hpp"

using namespace std::chrono_literals;
using statelane::process::Command;
using statelane::runner::JobLog;
using statelane::runner::StopWay;
using statelane::runner::Supervised;
using statelane::runner::Supervisor;

namespace {

/// Counts the interrupts that it gets, in the file `count`, until the file `go` appears. Says `ready`, and with
/// `notice` what Terraform says when it is interrupted.
Command stand_in(const Scratch& scratch, bool notice = false) {
  const std::string on_interrupt = notice ? "echo; echo Interrupt received.; echo x >>count" : "echo x >>count";
  return {{"sh", "-c",
           ": >count; trap '" + on_interrupt +
               "' INT TERM; echo ready; while [ ! -e go ]; do sleep 0.01; done; echo done; exit 3"},
          {},
          scratch.path};
}

std::size_t interrupts(const Scratch& scratch) {
  const std::string text = read_text(scratch.path / "count");
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), 'x'));
}

/// Runs `command` supervised in a helper process; its exit code is the program's, and a line tells what was done.
ForkedHelper supervised(const Scratch& scratch, const Command& command, std::chrono::milliseconds settle = 100ms,
                        JobLog::Style style = {}, StopWay way = StopWay::by_interrupt) {
  return ForkedHelper([&scratch, command, settle, style, way](int log_descriptor) {
    JobLog log(log_descriptor, style);
    Supervisor supervisor(log, settle);
    const Supervised result = supervisor.run(command, {scratch.path, "output.txt"}, "output.txt", way);
    scratch.write("report", std::string(result.started ? "started " : "") + (result.interrupt_sent ? "sent " : "") +
                                (result.notice_seen ? "seen " : "") + (result.ended_at_once ? "at once " : "") +
                                std::to_string(supervisor.stop_signals().size()));
    return result.status.code();
  });
}

std::string report(const Scratch& scratch) { return read_text(scratch.path / "report"); }

/// Blocks until the stand-in has had an interrupt.
void await_interrupt(const Scratch& scratch) {
  while (interrupts(scratch) == 0) ::usleep(1000);
}

}  // namespace

TEST_CASE("the output of both streams is relayed in order, kept in the file, and the exit code is the program's") {
  const Scratch scratch;
  auto helper = supervised(scratch, {{"sh", "-c", "echo one; echo two >&2; echo three; exit 7"}});
  CHECK(helper.finish() == 7);
  CHECK(helper.log() == "one\ntwo\nthree\n");
  CHECK(read_text(scratch.path / "output.txt") == "one\ntwo\nthree\n");
  CHECK(report(scratch) == "started 0");
}

TEST_CASE("output is relayed while the program runs") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch));
  CHECK(helper.wait_for("ready\n"));
  scratch.write("go", "");
  CHECK(helper.finish() == 3);
  CHECK(helper.log() == "ready\ndone\n");
}

TEST_CASE("each stop signal leads to exactly one interrupt, and the program's end is awaited") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    const Scratch scratch;
    auto helper = supervised(scratch, stand_in(scratch));
    REQUIRE(helper.wait_for("ready"));
    helper.signal(signal);
    await_interrupt(scratch);
    scratch.write("go", "");
    CHECK(helper.finish() == 3);
    CHECK(interrupts(scratch) == 1);
    CHECK(report(scratch) == "started sent 1");
    CHECK(helper.log().ends_with("done\n"));
  }
}

TEST_CASE("many stop signals, before and after the interrupt, still lead to one") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch));
  REQUIRE(helper.wait_for("ready"));
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) helper.signal(signal);
  await_interrupt(scratch);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) helper.signal(signal);
  scratch.write("go", "");
  CHECK(helper.finish() == 3);
  CHECK(interrupts(scratch) == 1);
}

TEST_CASE("a program that has already said that it was interrupted gets nothing from us") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch, true), 300ms);
  REQUIRE(helper.wait_for("ready"));
  // As the docker executor does it: the highest process id first, then ours.
  ::kill(children_of(helper.pid()).back(), SIGTERM);
  REQUIRE(helper.wait_for("Interrupt received."));
  helper.signal(SIGTERM);
  ::usleep(600000);  // well past the settle time: nothing may happen in it
  CHECK(interrupts(scratch) == 1);
  scratch.write("go", "");
  CHECK(helper.finish() == 3);
  CHECK(report(scratch) == "started seen 1");
}

TEST_CASE("a program that is signalled as everything else is gets nothing from us, though it says nothing") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch), 300ms);
  REQUIRE(helper.wait_for("ready"));
  std::vector<pid_t> processes = children_of(helper.pid());
  CHECK(processes.size() == 2);
  std::sort(processes.rbegin(), processes.rend());
  for (const pid_t process : processes) ::kill(process, SIGTERM);
  helper.signal(SIGTERM);
  await_interrupt(scratch);
  ::usleep(600000);  // well past the settle time: nothing may happen in it
  CHECK(interrupts(scratch) == 1);
  scratch.write("go", "");
  CHECK(helper.finish() == 3);
  CHECK(report(scratch) == "started seen 1");
}

TEST_CASE("a reader that goes away does not disturb the program") {
  const Scratch scratch;
  auto helper = supervised(
      scratch,
      {{"sh", "-c", "echo ready; while [ ! -e go ]; do sleep 0.01; done; seq 100000; exit 4"}, {}, scratch.path});
  REQUIRE(helper.wait_for("ready"));
  helper.close_log();
  scratch.write("go", "");
  CHECK(helper.finish() == 4);
  CHECK(read_text(scratch.path / "output.txt").ends_with("100000\n"));
}

TEST_CASE("a reader that does not read keeps neither the program nor a stop signal waiting") {
  const Scratch scratch;
  auto helper = supervised(
      scratch,
      {{"sh", "-c", ": >count; trap 'echo x >>count; exit 5' INT; seq 300000; : >full; while :; do sleep 0.01; done"},
       {},
       scratch.path});
  while (!std::filesystem::exists(scratch.path / "full")) ::usleep(1000);
  helper.signal(SIGTERM);
  await_interrupt(scratch);
  CHECK(helper.finish() == 5);
  CHECK(helper.log().find("300000\n") != std::string::npos);
}

TEST_CASE("a program runs on when the helper is killed") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch));
  REQUIRE(helper.wait_for("ready"));
  helper.signal(SIGKILL);
  CHECK(helper.finish() == 137);
  scratch.write("go", "");
  while (read_text(scratch.path / "output.txt") != "ready\ndone\n") ::usleep(1000);
  CHECK(interrupts(scratch) == 0);
}

TEST_CASE("an orphan that holds the output file delays nothing") {
  const Scratch scratch;
  const auto begin = std::chrono::steady_clock::now();
  auto helper = supervised(
      scratch, {{"sh", "-c", "sh -c 'echo $$ >pid; exec sleep 60' & while [ ! -s pid ]; do :; done; echo done"},
                {},
                scratch.path});
  CHECK(helper.finish() == 0);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(helper.log() == "done\n");
  ::kill(static_cast<pid_t>(std::stoi(read_text(scratch.path / "pid"))), SIGKILL);
}

TEST_CASE("after a stop signal no further program is started") {
  const Scratch scratch;
  ForkedHelper helper([&](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    ::raise(SIGTERM);
    const bool paused = supervisor.pause(60s);
    const Command command{{"touch", "ran"}, {}, scratch.path};
    return supervisor.run(command, {scratch.path, "output.txt"}, "output.txt").started || paused ? 1 : 0;
  });
  CHECK(helper.finish() == 0);
  CHECK_FALSE(std::filesystem::exists(scratch.path / "ran"));
}

TEST_CASE("a log with a limit keeps head and tail and says where the whole text is") {
  const Scratch scratch;
  JobLog::Style style;
  style.relay_limit = 20000;
  style.tail = 5000;
  auto helper = supervised(scratch, {{"seq", "100000"}}, 100ms, style);
  CHECK(helper.finish() == 0);
  CHECK(helper.log().starts_with("1\n2\n3\n"));
  CHECK(helper.log().ends_with("99999\n100000\n"));
  CHECK(helper.log().find(fmt::format("\x1b[0m\n... 572 KiB left out here; the whole text is in {}\n", "output.txt")) !=
        std::string::npos);
  CHECK(helper.log().size() < 25500);
  CHECK(read_text(scratch.path / "output.txt").size() == 588895);
}

TEST_CASE("however many outputs are cut, a log with a limit has room for the last words") {
  const Scratch scratch;
  ForkedHelper helper([&](int log_descriptor) {
    JobLog log(log_descriptor, {.relay_limit = 20000, .tail = 5000, .tails = 12000});
    Supervisor supervisor(log, 100ms);
    for (int turn = 0; turn < 6; ++turn)
      supervisor.run({{"seq", "100000"}, {}, scratch.path}, {scratch.path, "output.txt"}, "output.txt");
    log.line("last words");
    return 0;
  });
  CHECK(helper.finish() == 0);
  CHECK(helper.log().ends_with("last words\n"));
  const auto lines = std::count(helper.log().begin(), helper.log().end(), '\n');
  const std::size_t with_time_stamps = helper.log().size() + 40 * static_cast<std::size_t>(lines);
  CHECK(with_time_stamps < 20000 + 12000 + 2000);
  CHECK(with_time_stamps > 20000 + 10000);
}

TEST_CASE("a log that is cut shows signs of life while the program goes on") {
  const Scratch scratch;
  JobLog::Style style;
  style.relay_limit = 2000;
  style.sign_of_life = 10ms;
  auto helper = supervised(scratch,
                           {{"sh", "-c",
                             "head -c 40960 /dev/zero | tr '\\0' 'x'; echo; "
                             "while [ ! -e go ]; do sleep 0.01; done"},
                            {},
                            scratch.path},
                           100ms, style);
  REQUIRE(helper.wait_for("... 40 KiB of output so far\n"));
  scratch.write("go", "");
  CHECK(helper.finish() == 0);
}

TEST_CASE("sections are GitLab's, and plain headings elsewhere") {
  const Scratch scratch;
  ForkedHelper helper([](int log_descriptor) {
    JobLog log(log_descriptor, {.sections = true});
    const JobLog::Section section(log, "init", "terraform init", true);
    return 0;
  });
  CHECK(helper.finish() == 0);
  CHECK(helper.log().find("\x1b[0Ksection_start:") == 0);
  CHECK(helper.log().find(":init[collapsed=true]\r\x1b[0Kterraform init\n") != std::string::npos);
  CHECK(helper.log().find("\x1b[0Ksection_end:") != std::string::npos);

  ForkedHelper plain([](int log_descriptor) {
    JobLog log(log_descriptor, {});
    const JobLog::Section section(log, "init", "terraform init", true);
    return 0;
  });
  CHECK(plain.finish() == 0);
  CHECK(plain.log() == "terraform init\n");
}

TEST_CASE("an output file that cannot be written is an error before anything starts") {
  const Scratch scratch;
  ForkedHelper helper([&](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    supervisor.run({{"touch", "ran"}, {}, scratch.path}, {scratch.path, "missing/output.txt"}, "output.txt");
    return 0;
  });
  CHECK(helper.finish() == 99);
  CHECK(helper.log().find("cannot write") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(scratch.path / "ran"));
}

TEST_CASE("a program that holds nothing is ended at once with its group, unless somebody has interrupted it") {
  const Scratch scratch;
  auto helper = supervised(scratch, stand_in(scratch), 60s, {}, StopWay::at_once);
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 128 + SIGKILL);
  CHECK(report(scratch) == "started at once 1");
  CHECK(interrupts(scratch) == 0);
}

TEST_CASE("a hang-up that reaches the program itself is ignored there") {
  const Scratch scratch;
  auto helper = supervised(scratch, {{"sh", "-c", "kill -HUP $$; echo alive"}, {}, {}});
  CHECK(helper.finish() == 0);
  CHECK(helper.log() == "alive\n");
}

TEST_CASE("a provider that a dead program left behind is ended and named, anything else is named") {
  const Scratch scratch;
  std::filesystem::copy_file("/bin/sleep", scratch.path / "terraform-provider-slow_v1");
  ForkedHelper helper([&scratch](int log_descriptor) {
    JobLog log(log_descriptor, {});
    Supervisor supervisor(log, 10ms);
    // Each has its name once it is a program of its own.
    const Command command{{"sh", "-c",
                           "./terraform-provider-slow_v1 100 & provider=$!\nsleep 101 & "
                           "until grep -q terraform /proc/$provider/comm && grep -q sleep /proc/$!/comm; do :; done\n"
                           "kill -KILL $$"},
                          {},
                          scratch.path};
    supervisor.run(command, {scratch.path, "output.txt"}, "output.txt");
    supervisor.end_left_providers();
    return 0;
  });
  CHECK(helper.wait_for(" still runs\n"));
  const std::string log = helper.log();
  const auto number_behind = [&](const std::string& text) {
    return std::stoi(log.substr(log.find(text) + text.size()));
  };
  const int provider = number_behind("terraform-provider-slow_v1 (process ");
  const int other = number_behind("sleep (process ");
  CHECK(log == fmt::format("statelane: terraform-provider-slow_v1 (process {}) was left running and is ended\n"
                           "statelane: sleep (process {}) still runs\n",
                           provider, other));
  ::kill(other, SIGKILL);
  CHECK(helper.finish() == 0);
}

TEST_CASE("section markers and escapes of a program do not reach the log, colours do") {
  const Scratch scratch;
  auto helper =
      supervised(scratch, {{"printf", "\\033[31mred\\033[0m\\033[0Ksection_end:1:x\\r\\033[0Ky\\n"}, {}, scratch.path});
  CHECK(helper.finish() == 0);
  CHECK(helper.log() == "\x1b[31mred\x1b[0msection_end:1:x\ny\n");
}
