#include "pipeline/split_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "gitlab/limits.hpp"
#include "gitlab/yaml_size.hpp"
#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"

using hand_made::affected;
using hand_made::graph_of;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::impact::Impact;
using statelane::pipeline::build_pipeline;
using statelane::pipeline::check_pipeline;
using statelane::pipeline::Job;
using statelane::pipeline::measure_file;
using statelane::pipeline::Pipeline;
using statelane::pipeline::split_into_children;
using statelane::pipeline::split_into_files;

namespace {

constexpr statelane::gitlab::Version server{18, 0, 0};

/// A pipeline of many states that each watch 22 patterns.
Pipeline large(int count, bool gates) {
  std::vector<statelane::states::State> states;
  std::vector<std::string> ids;
  for (int number = 0; number < count; ++number) {
    ids.push_back(fmt::format("accounts/team-{:03}/state-{:05}", number % 100, number));
    states.push_back(hand_made::state(ids.back()));
    for (int module = 0; module < 21; ++module) {
      const auto kind = statelane::states::InputKind::module_directory;
      states.back().inputs.push_back(hand_made::input(kind, fmt::format("modules/aws/part-{:02}", module)));
    }
  }
  auto request = hand_made::push({});
  request.gates = gates;
  for (const std::string& id : std::vector(ids.begin(), ids.begin() + std::min(count, 900))) {
    request.changes.push_back({statelane::RepoPath::of(id + "/main.tf")});
  }
  Diagnostics diagnostics;
  return build_pipeline(request, affected(ids), {}, hand_made::graph(states), {}, {}, diagnostics);
}

std::size_t measure_whole(const Pipeline& file) {
  yaml::Value::Map document = file.globals;
  for (const auto* jobs : {&file.templates, &file.jobs}) {
    for (const Job& job : *jobs) document.emplace_back(job.name, job.keywords);
  }
  return statelane::gitlab::deep_size(document);
}

}  // namespace

TEST_CASE("rule 9: a file is measured as GitLab does, never smaller and hardly larger") {
  for (const int count : {1, 3, 10, 100, 700}) {
    const Pipeline file = large(count, true);
    CAPTURE(count);
    CHECK(measure_file(file) >= measure_whole(file));
    CHECK(measure_file(file) <= measure_whole(file) * 110 / 100 + 1000);
  }
}

TEST_CASE("a small pipeline stays one file") {
  const Pipeline pipeline = large(3, true);
  CHECK(split_into_files(pipeline, server) == std::vector<Pipeline>{pipeline});
}

TEST_CASE("rule 9: a large pipeline is split into files that keep the limit and together are the same pipeline") {
  const Pipeline pipeline = large(900, true);
  const std::vector<Pipeline> files = split_into_files(pipeline, server);
  REQUIRE(files.size() > 1);
  std::vector<Job> jobs;
  for (const Pipeline& file : files) {
    CHECK(measure_file(file) <= statelane::gitlab::max_yaml_bytes(server));
    jobs.insert(jobs.end(), file.jobs.begin(), file.jobs.end());
  }
  CHECK(jobs == pipeline.jobs);
  CHECK(files[0].templates == pipeline.templates);
  CHECK(files[1].globals.empty());
  CHECK(split_into_files(pipeline, {17, 2, 0}).size() > files.size());
}

TEST_CASE("rules 9 and 33: what does not fit into three files is an error with a way out") {
  const std::vector<Pipeline> files = split_into_files(large(3000, false), server);
  Diagnostics diagnostics;
  check_pipeline(files, server, diagnostics);
  const auto found = diagnostics.sorted();
  REQUIRE(found.size() == 1);
  CHECK(found[0].message ==
        fmt::format("the pipeline takes {} files, and GitLab includes no more than 3 at once", files.size()));
  CHECK(found[0].hints ==
        std::vector<std::string>{"choose fewer states with --state, or split the pipeline into several children"});
}

TEST_CASE("rule 9: a static pipeline that is too large says what makes it smaller, or needless") {
  Diagnostics diagnostics;
  check_pipeline(std::vector<Pipeline>{large(1000, true)}, server, diagnostics,
                 statelane::pipeline::JobSet::chosen_by_gitlab);
  const auto found = diagnostics.sorted();
  REQUIRE(!found.empty());
  CHECK(found[0].hints ==
        std::vector<std::string>{
            "let a job generate a child pipeline of the affected states alone: \"statelane init\" writes it",
            "leave states out with \"states.exclude\" in .statelane.yml"});
}

TEST_CASE("children keep together what has an order, and share the rest evenly") {
  const auto head = graph_of({"a", "b", "c", "d", "e", "f"}, {{"c", "b"}, {"b", "a"}});
  Impact impact = affected({"a", "c", "d", "e", "f"});
  impact.affected.push_back({"gone", statelane::impact::Change::deleted, "", {hand_made::own_file("gone/x.tf")}});
  impact.dependents = {"b"};
  const std::vector<Impact> children = split_into_children(impact, graph_of({"gone", "h"}), head, 2);
  const auto ids = [](const Impact& child) {
    std::vector<std::string> result;
    for (const auto& entry : child.affected) result.push_back(entry.id);
    return result;
  };
  REQUIRE(children.size() == 2);
  CHECK(ids(children[0]) == std::vector<std::string>{"a", "c", "f"});
  CHECK(ids(children[1]) == std::vector<std::string>{"d", "e", "gone"});
  CHECK(children[0].dependents == impact.dependents);
  CHECK(children[1].dependents.empty());
  CHECK(split_into_children({}, {}, head, 3).size() == 3);
}

TEST_CASE("a state that left stays with what depended on it") {
  const auto base = graph_of({"a", "b", "gone", "z"}, {{"b", "gone"}, {"z", "b"}});
  Impact impact = affected({"a", "b", "z"});
  impact.affected.insert(impact.affected.begin() + 2,
                         {"gone", statelane::impact::Change::deleted, "", {hand_made::own_file("gone/x.tf")}});
  const std::vector<Impact> children = split_into_children(impact, base, graph_of({"a", "b", "z"}), 2);
  REQUIRE(children[0].affected.size() == 3);
  CHECK(children[0].affected[1].id == "gone");
  CHECK(children[1].affected[0].id == "a");
}
