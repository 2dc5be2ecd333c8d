#include "runner/garbage_collection.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "verbs_support.hpp"

using statelane::runner::choose_garbage_collection;
using statelane::runner::EnvironmentChanges;
using statelane::runner::find_spare_memory;

namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

/// Prints what a program is told of Go's garbage collector with each command, and answers as Terraform would.
constexpr const char* telling_tool = R"(
echo "$1 ${GOGC:-unset} ${GOMEMLIMIT:-unset}" >> ../calls
case "$1" in
  version) echo "Terraform v1.11.4";;
  plan) for argument in "$@"; do case "$argument" in -out=*) echo plan > "${argument#-out=}";; esac; done; exit 2;;
  show) echo '{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{"address":"a.b","change":{"actions":["create"],"before":null,"after":{}}}]}';;
  output) echo '{}';;
esac
)";

std::string calls_of_both_jobs(verbs::Project& project) {
  project.use_tool(telling_tool);
  CHECK(project.plan().code == 0);
  CHECK(project.apply().code == 0);
  return read_text(project.scratch.path / "calls");
}

}  // namespace

TEST_CASE("what is free of the machine's memory and of each control group is what there is to spare") {
  const Scratch root;
  CHECK(find_spare_memory(root.path) == 0);
  root.write("proc/meminfo", "MemTotal:       32000000 kB\nMemFree:  1 kB\nMemAvailable:   16777216 kB\n");
  CHECK(find_spare_memory(root.path) == 16 * gibibyte);
  root.write("proc/self/cgroup", "0::/jobs/one\n");
  CHECK(find_spare_memory(root.path) == 16 * gibibyte);
  root.write("sys/fs/cgroup/jobs/one/memory.max", "max\n");
  root.write("sys/fs/cgroup/jobs/memory.max", "8589934592\n");
  root.write("sys/fs/cgroup/jobs/memory.current", "2147483648\n");
  CHECK(find_spare_memory(root.path) == 6 * gibibyte);
  // In a container of its own name space the path is not to be found, and the limit stands on top.
  root.write("sys/fs/cgroup/memory.max", "1073741824\n");
  CHECK(find_spare_memory(root.path) == 1 * gibibyte);
  root.write("sys/fs/cgroup/memory.current", "2147483648\n");
  CHECK(find_spare_memory(root.path) == 0);
}

TEST_CASE("the first version of control groups is read as well") {
  const Scratch root;
  root.write("proc/meminfo", "MemAvailable:   16777216 kB\n");
  root.write("proc/self/cgroup", "12:cpu,cpuacct:/\n9:memory:/docker/0123\n");
  root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "3221225472\n");
  root.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1073741824\n");
  CHECK(find_spare_memory(root.path) == 2 * gibibyte);
}

TEST_CASE("only where there is much memory may programs let more of it lie, each up to a sixteenth") {
  CHECK(choose_garbage_collection(16 * gibibyte, {}) == EnvironmentChanges{{"GOGC", "300"}, {"GOMEMLIMIT", "1024MiB"}});
  CHECK(choose_garbage_collection(6 * gibibyte, {}).at("GOMEMLIMIT") == "384MiB");
  CHECK(choose_garbage_collection(6 * gibibyte - 16, {}).empty());
  CHECK(choose_garbage_collection(0, {}).empty());
}

TEST_CASE("what only reads is made faster, an apply is left as it is") {
  verbs::Project project;
  project.options.spare_memory = 16 * gibibyte;
  CHECK(calls_of_both_jobs(project) ==
        "version 300 1024MiB\ninit 300 1024MiB\nplan 300 1024MiB\nshow 300 1024MiB\n"
        "version 300 1024MiB\ninit 300 1024MiB\napply unset unset\noutput 300 1024MiB\n");
}

TEST_CASE("what the user says of the garbage collector stays, each of its variables by itself") {
  ::setenv("GOGC", "50", 1);
  verbs::Project by_job;
  by_job.options.spare_memory = 16 * gibibyte;
  const std::string of_job = calls_of_both_jobs(by_job);
  ::unsetenv("GOGC");
  CHECK(of_job.find("plan 50 unset\n") != std::string::npos);
  CHECK(of_job.find("300") == std::string::npos);
  verbs::Project by_rule;
  by_rule.options.spare_memory = 16 * gibibyte;
  by_rule.lane.variables = {{"GOMEMLIMIT", "1GiB"}};
  const std::string of_rule = calls_of_both_jobs(by_rule);
  CHECK(of_rule.find("plan unset 1GiB\n") != std::string::npos);
  CHECK(of_rule.find("300") == std::string::npos);
}
