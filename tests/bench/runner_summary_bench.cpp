// How long it takes to read a plan's JSON of 105 MB for its summary, and how much memory, beside jq with GitLab's
// filter.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "process/command.hpp"
#include "runner/plan_summary.hpp"
#include "support/scratch_directory.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::string attributes(int number) {
  const std::string id = std::to_string(number);
  std::string tags;
  for (int tag = 0; tag < 8; ++tag)
    tags +=
        (tag == 0 ? "" : ",") + ("\"k" + std::to_string(tag)) + "\":\"value-" + id + "-" + std::to_string(tag) + "\"";
  std::string policy;
  for (int part = 0; part < 4; ++part)
    policy += R"({\"Effect\":\"Allow\",\"Action\":[\"s3:*\"],\"Resource\":\"*\",\"Sid\":\"s)" + std::to_string(part) +
              R"(\"})";
  return R"({"id":"i-)" + id + R"(","arn":"arn:aws:x:eu-west-1:123456789012:thing/)" + id + R"(","tags":{)" + tags +
         R"(},"policy":")" + policy +
         R"(","nested":[{"from":0,"to":1,"cidrs":["10.0.0.0/8","10.0.0.0/8"]}],"enabled":true,"n":)" + id + ".5}";
}

/// A plan as `terraform show -json` prints it: resource changes first, then the planned values.
void write_plan(const std::filesystem::path& file, std::size_t size) {
  constexpr const char* actions[] = {"[\"create\"]",
                                     "[\"update\"]",
                                     "[\"delete\"]",
                                     "[\"no-op\"]",
                                     "[\"delete\",\"create\"]",
                                     "[\"create\",\"delete\"]",
                                     "[\"read\"]"};
  std::ofstream out(file);
  out << R"({"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[)";
  int number = 0;
  for (; static_cast<std::size_t>(out.tellp()) < size * 6 / 10; ++number) {
    out << (number == 0 ? "" : ",") << R"({"address":"module.m[\")" << number
        << R"(\"].aws_thing.x","mode":"managed","type":"aws_thing","name":"x","change":{"actions":)"
        << actions[number % 7] << R"(,"before":)" << attributes(number) << R"(,"after":)" << attributes(number + 1)
        << R"(,"after_unknown":{"id":true},"before_sensitive":false,"after_sensitive":{"tags":{}}}})";
  }
  out << R"(],"output_changes":{"o":{"actions":["create"],"before":null,"after":"x"}},"planned_values":{"root_module":{"resources":[)";
  for (int more = 0; static_cast<std::size_t>(out.tellp()) < size; ++more)
    out << (more == 0 ? "" : ",") << R"({"address":"aws_thing.p)" << more << R"(","values":)" << attributes(more)
        << "}";
  out << R"(]}},"configuration":{"root_module":{}},"applyable":true,"complete":true,"errored":false})";
}

struct Cost {
  double seconds;
  long megabytes;
};

/// In a process of its own, so that its peak of memory is known.
Cost measure(const std::function<void()>& work) {
  std::fflush(stdout);  // or the child prints it again
  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  rusage used{};
  int status = 0;
  ::wait4(child, &status, 0, &used);
  if (status != 0) std::puts("the work failed");
  return {std::chrono::duration<double>(Clock::now() - begin).count(), used.ru_maxrss / 1024};
}

void read_summary(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string piece(65536, '\0');
  statelane::runner::PlanSummaryReader reader;
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    reader.add({piece.data(), static_cast<std::size_t>(in.gcount())});
  if (reader.finish().create == 0) ::_exit(1);
}

void run_jq(const std::filesystem::path& file) {
  const char* filter =
      "([.resource_changes[]?.change.actions?]|flatten)|{\"create\":(map(select(.==\"create\"))|length),"
      "\"update\":(map(select(.==\"update\"))|length),\"delete\":(map(select(.==\"delete\"))|length)}";
  if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
  ::execlp("jq", "jq", "-r", filter, file.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

int main() {
  const statelane::support::ScratchDirectory scratch;
  const std::filesystem::path file = scratch.path() / "plan.json";
  write_plan(file, std::size_t{105} * 1000 * 1000);
  for (int round = 0; round < 5; ++round) {
    const Cost ours = measure([&] { read_summary(file); });
    const Cost jq = measure([&] { run_jq(file); });
    std::printf("summary %.3f s %ld MB, jq %.3f s %ld MB: %.1f times as fast\n", ours.seconds, ours.megabytes,
                jq.seconds, jq.megabytes, jq.seconds / ours.seconds);
  }
}
