#include "pipeline/barriers.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace yaml = statelane::yaml;
using statelane::pipeline::Barriers;
using statelane::pipeline::Job;

namespace {

std::vector<std::string> names(int count) {
  std::vector<std::string> result;
  for (int number = 0; number < count; ++number) result.push_back(fmt::format("apply: {:04}", number));
  return result;
}

std::size_t needs_of(const Job& job) { return job.find("needs")->as_list()->size(); }

}  // namespace

TEST_CASE("few jobs are needed directly") {
  Barriers barriers({{"extends", ".b"}}, 50);
  CHECK(barriers.narrow(names(49), 49) == names(49));
  CHECK(barriers.take_jobs().empty());
}

TEST_CASE("one job too many takes one barrier, which no job but the odd one passes by") {
  Barriers barriers({{"extends", ".b"}}, 50);
  CHECK(barriers.narrow(names(51), 50) == std::vector<std::string>{"barrier: 1", "apply: 0050"});
  const std::vector<Job> jobs = barriers.take_jobs();
  REQUIRE(jobs.size() == 1);
  CHECK(needs_of(jobs[0]) == 50);
  CHECK(jobs[0].comments ==
        std::vector<std::string>{"waits for 50 jobs, since GitLab lets a job need no more than 50"});
  CHECK(jobs[0].find("needs")->as_list()->front() ==
        yaml::Value(yaml::Value::Map{{"job", "apply: 0000"}, {"artifacts", false}}));
}

TEST_CASE("rule 12: barriers make a tree, and equal lists share it") {
  Barriers barriers({{"extends", ".b"}}, 50);
  const auto first = barriers.narrow(names(3000), 49);
  CHECK(first.size() == 2);
  CHECK(barriers.narrow(names(3000), 49) == first);
  const std::vector<Job> jobs = barriers.take_jobs();
  CHECK(jobs.size() == 62);  // 60 for the jobs, 2 for those
  for (const Job& job : jobs) CHECK(needs_of(job) <= 50);
}

TEST_CASE("room for one is enough") {
  Barriers barriers({}, 2);
  CHECK(barriers.narrow(names(5), 1).size() == 1);
}
