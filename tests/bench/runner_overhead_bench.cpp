// What the job helper adds to a plan without changes: `run plan` beside the same Terraform commands called one by one.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "process/command.hpp"
#include "runner/run_plan.hpp"
#include "support/scratch_directory.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using statelane::process::run_captured;

void call(const std::vector<std::string>& argv, const std::filesystem::path& directory) {
  const auto ended = run_captured({argv, {}, directory}, std::chrono::minutes(1));
  if (!ended.status.succeeded()) std::fprintf(stderr, "%s failed\n%s\n", argv[1].c_str(), ended.err.c_str());
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

template <typename Work>
double time_of(Work work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main() {
  ::setenv("CHECKPOINT_DISABLE", "1", 1);
  ::unsetenv("TF_CLI_CONFIG_FILE");
  const statelane::support::ScratchDirectory scratch;
  statelane::runner::LaneDescription lane;
  lane.state_id = lane.slug = lane.directory = "net";
  lane.project_directory = scratch.path();
  lane.inputs_digest = "inputs";
  const std::filesystem::path directory = scratch.path() / "net";
  std::filesystem::create_directory(directory);
  std::ofstream(directory / "main.tf") << "resource \"terraform_data\" \"a\" {\n  count = 100\n}\n";
  call({"terraform", "init", "-input=false"}, directory);
  call({"terraform", "apply", "-input=false", "-auto-approve"}, directory);

  const std::string plan = (directory / "bench.bin").string();
  const int terminal = ::dup(STDOUT_FILENO);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  std::vector<double> ours;
  std::vector<double> bare;
  for (int round = 0; round < 15; ++round) {
    bare.push_back(time_of([&] {
      call({"terraform", "init", "-input=false", "-reconfigure"}, directory);
      call({"terraform", "plan", "-input=false", "-detailed-exitcode", "-lock-timeout=300s", "-out=" + plan},
           directory);
      call({"terraform", "show", "-json", plan}, directory);
    }));
    ::dup2(nowhere, STDOUT_FILENO);
    ours.push_back(time_of([&] { statelane::runner::run_plan(lane, {}, {}); }));
    ::dup2(terminal, STDOUT_FILENO);
  }
  std::printf("run plan %.3f s, the same commands of Terraform %.3f s: %.1f %% more\n", median(ours), median(bare),
              (median(ours) / median(bare) - 1) * 100);
}
