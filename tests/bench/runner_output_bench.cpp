// A program that prints 100 MB: under the job helper's supervision, which keeps a file and relays, beside `tee`.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "process/command.hpp"
#include "runner/supervise.hpp"
#include "support/scratch_directory.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// 100 MB of lines as Terraform prints them.
const char* const printing =
    "yes '  + resource \"aws_thing\" \"name\" will be created and nothing is known' | head -c 100000000";

/// Runs `work` with a reader at its standard output, as the runner is one.
double measure(const std::function<void()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return 0;
  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    work();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::array<char, 65536> buffer;
  std::size_t total = 0;
  for (ssize_t count; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    total += static_cast<std::size_t>(count);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0 || total < 100000000) std::puts("the work failed");
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main() {
  const statelane::support::ScratchDirectory scratch;
  const std::string file = (scratch.path() / "output.txt").string();
  std::array<double, 7> ratios{};
  for (double& ratio : ratios) {
    const double ours = measure([&] {
      statelane::runner::JobLog log(STDOUT_FILENO, {});
      statelane::runner::Supervisor supervisor(log, 2s);
      supervisor.run({{"sh", "-c", printing}, {}, scratch.path()}, file);
    });
    const double tee = measure([&] {
      const std::string line = std::string(printing) + " | tee " + file;
      ::execlp("sh", "sh", "-c", line.c_str(), nullptr);
    });
    ratio = ours / tee;
    std::printf("supervised %.3f s, tee %.3f s: %.2f of it\n", ours, tee, ratio);
    std::fflush(stdout);  // or the next round's processes print it again
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("median %.2f\n", ratios[ratios.size() / 2]);
}
