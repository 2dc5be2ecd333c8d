#include "pipeline/children.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gitlab/limits.hpp"
#include "hand_made.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/split_pipeline.hpp"

using hand_made::affected;
using statelane::Diagnostic;
using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::impact::Impact;
using statelane::pipeline::build_children;
using statelane::pipeline::build_pipeline;
using statelane::pipeline::Capacity;
using statelane::pipeline::Child;
using statelane::pipeline::find_capacity;
using statelane::pipeline::is_hidden;
using statelane::pipeline::Job;
using statelane::pipeline::measure_file;
using statelane::pipeline::Pipeline;

namespace {

std::vector<std::string> many(int count) {
  std::vector<std::string> ids;
  for (int number = 0; number < count; ++number) ids.push_back(fmt::format("accounts/state-{:05}", number));
  return ids;
}

struct Generated {
  Generated(const std::vector<std::string>& ids, const Capacity& capacity,
            const std::vector<hand_made::NamedEdge>& edges = {},
            const statelane::gitlab::Version& server = {18, 0, 0}) {
    auto request = hand_made::push(ids);
    request.server = server;
    Diagnostics found;
    children = build_children(request, affected(ids), {}, hand_made::graph_of(ids, edges), {}, {}, capacity, found);
    diagnostics = found.sorted();
  }

  /// The visible jobs of a child whose name begins so.
  std::vector<std::string> names(std::size_t child, std::string_view begin) const {
    std::vector<std::string> result;
    for (const Pipeline& file : children.at(child)) {
      for (const Job& job : file.jobs) {
        if (job.name.starts_with(begin)) result.push_back(job.name);
      }
    }
    return result;
  }

  std::size_t count(std::string_view begin) const {
    std::size_t result = 0;
    for (std::size_t child = 0; child < children.size(); ++child) result += names(child, begin).size();
    return result;
  }

  std::vector<Child> children;
  std::vector<Diagnostic> diagnostics;
};

}  // namespace

TEST_CASE("one child of one file is just the pipeline") {
  const auto request = hand_made::push({"a", "b"});
  const auto head = hand_made::graph_of({"a", "b"});
  Diagnostics diagnostics;
  const auto children = build_children(request, affected({"a", "b"}), {}, head, {}, {}, {}, diagnostics);
  const Pipeline alone = build_pipeline(request, affected({"a", "b"}), {}, head, {}, {}, diagnostics);
  CHECK(children == std::vector<Child>{{alone}});
  CHECK(diagnostics.empty());
}

TEST_CASE("what the parent names is always there: children that do nothing, files with a hidden job") {
  const Generated made({"a", "b"}, {3, 2});
  CHECK(made.diagnostics.empty());
  REQUIRE(made.children.size() == 3);
  for (const Child& child : made.children) REQUIRE(child.size() == 2);
  CHECK(made.names(0, "") == std::vector<std::string>{".changes: a", "plan: a", "apply: a", ".changes: b", "plan: b",
                                                      "apply: b", ".statelane-unused-file-2"});
  for (const std::size_t spare : {1U, 2U}) {
    CHECK(made.names(spare, "") == std::vector<std::string>{"nothing-to-do", ".statelane-unused-file-2"});
    const yaml::Value* reason = made.children[spare][0].jobs[0].find("variables")->find("STATELANE_REASON");
    CHECK(*reason->find("value") == yaml::Value("nothing to do in this child: every lane is in another one"));
  }
  CHECK(made.children[1][0].comments[0] == "Child 2 of 3.");
  CHECK(made.children[1][1].comments[1] == "File 2 of 2 of this child.");
  CHECK(made.children[1][1].comments.back() ==
        "Not needed this time: the pipeline fits into the files before this one.");
}

TEST_CASE("more gates than GitLab lets deploy in one pipeline go to several children") {
  const Generated made(many(1200), {4, 3});
  CHECK(made.diagnostics.empty());
  REQUIRE(made.children.size() == 4);
  CHECK(made.count("plan: ") == 1200);
  CHECK(made.count("apply: ") == 1200);
  for (std::size_t child = 0; child < 3; ++child) CHECK(made.names(child, "apply: ").size() == 400);
  CHECK(made.names(3, "nothing-to-do").size() == 1);
}

TEST_CASE("without room for all gates a child plans only, and says in the pipeline what to do") {
  const Generated made(many(501), {1, 3});
  REQUIRE(made.diagnostics.size() == 1);
  const std::string text = "this pipeline only plans: 501 jobs would deploy, and GitLab lets 500 in one pipeline";
  CHECK(made.diagnostics[0].severity == statelane::Severity::warning);
  CHECK(made.diagnostics[0].message == text);
  CHECK(made.diagnostics[0].hints ==
        std::vector<std::string>{
            "for the gates, spread the lanes over more children: --children 2 or more",
            "states that depend on each other stay in one child: take fewer of them at a time with --state"});
  CHECK(made.count("plan: ") == 501);
  CHECK(made.count("apply: ") == 0);
  REQUIRE(made.count("gates left out") == 1);
  const statelane::pipeline::JobIndex index(made.children[0]);
  const Job& job = *index.find("gates left out");
  CHECK(job.find("variables")->find("STATELANE_REASON")->find("value")->as_string()->starts_with(text));
  CHECK(*index.effective(job, "allow_failure") == yaml::Value(true));
}

TEST_CASE("states whose order matters never part, even if their gates have to be left out") {
  std::vector<hand_made::NamedEdge> edges;
  const std::vector<std::string> ids = many(600);
  for (std::size_t state = 1; state < 520; ++state) edges.push_back({ids[state], ids[0]});
  const Generated made(ids, {3, 3}, edges);
  REQUIRE(made.diagnostics.size() == 1);
  CHECK(made.diagnostics[0].message.starts_with("this pipeline only plans: 520 jobs would deploy"));
  CHECK(made.names(0, "plan: ").size() == 520);
  CHECK(made.count("plan: ") == 600);
  CHECK(made.count("apply: ") == 80);
}

TEST_CASE("more files than the parent includes are an error that names the options") {
  const Generated made(many(480), {1, 1}, {}, {17, 2, 0});
  REQUIRE(made.diagnostics.size() == 1);
  CHECK(made.diagnostics[0].message == "child 1 of 1 takes 2 files, and the parent includes 1");
  CHECK(made.diagnostics[0].hints ==
        std::vector<std::string>{"generate with --files 3, and let the parent name as many",
                                 "or take fewer states at a time with --state"});
}

TEST_CASE("where there is no room for all files the \"changes\" rules go, and the head says why") {
  const Generated roomy(many(240), {1, 2}, {}, {17, 2, 0});
  CHECK(roomy.diagnostics.empty());
  CHECK(roomy.count(".changes: ") == 240);
  const Generated narrow(many(240), {1, 1}, {}, {17, 2, 0});
  CHECK(narrow.diagnostics.empty());
  CHECK(narrow.count(".changes: ") == 0);
  CHECK(narrow.count("plan: ") == 240);
  CHECK(narrow.count("apply: ") == 240);
  CHECK(narrow.children[0][0].comments.back() ==
        "No \"changes\" rules: with them the files would be larger than GitLab takes.");
}

TEST_CASE("of several children only those without room lose their rules, and each state has its jobs") {
  std::vector<hand_made::NamedEdge> edges;
  const std::vector<std::string> ids = many(240);
  for (std::size_t state = 1; state < 220; ++state) edges.push_back({ids[state], ids[0]});
  const Generated made(ids, {2, 1}, edges, {17, 2, 0});
  CHECK(made.diagnostics.empty());
  CHECK(made.names(0, ".changes: ").empty());
  CHECK(made.names(0, "plan: ").size() == 220);
  CHECK(made.names(1, ".changes: ").size() == 20);
}

TEST_CASE("a child whose gates had to go says so, also where its rules have to go too") {
  const Generated made(many(501), {1, 1}, {}, {17, 2, 0});
  REQUIRE(made.diagnostics.size() == 1);
  CHECK(made.count("gates left out") == 1);
  CHECK(made.count("plan: ") == 501);
  CHECK(made.count(".changes: ") == 0);
}

namespace {

/// States that each read `modules` directories beside their own.
statelane::states::StateGraph states_with_modules(const std::vector<std::string>& ids, int modules) {
  std::vector<statelane::states::State> states;
  for (const std::string& id : ids) {
    states.push_back(hand_made::state(id));
    for (int number = 0; number < modules; ++number) {
      states.back().inputs.push_back(hand_made::input(hand_made::InputKind::module_directory,
                                                      fmt::format("modules/of-this-company/module-{:02}", number)));
    }
  }
  return hand_made::graph(std::move(states));
}

}  // namespace

TEST_CASE("a parent with the capacity that all states need has room for all of them at once, on any server") {
  const std::vector<statelane::gitlab::Version> servers = {{16, 5, 0}, {17, 0, 0}, {18, 2, 0}};
  for (const auto& [count, children] : {std::pair{450, 1U}, {1200, 3U}, {5000, 10U}}) {
    const std::vector<std::string> ids = many(count);
    const auto head = states_with_modules(ids, 10);
    for (const statelane::gitlab::Version& server : servers) {
      if (count == 5000 && server.major == 17) continue;  // as large as 16.5
      CAPTURE(count);
      CAPTURE(to_string(server));
      auto request = hand_made::push(ids);
      request.server = server;
      const Capacity capacity = find_capacity(request, head, {}, {});
      CHECK(capacity.children == children);
      CHECK(capacity.files == 3);
      Diagnostics diagnostics;
      const auto made = build_children(request, affected(ids), {}, head, {}, {}, capacity, diagnostics);
      CHECK(!diagnostics.has_errors());
      std::size_t plans = 0;
      for (const Child& child : made) {
        CHECK(child.size() == capacity.files);
        std::size_t applies = 0;
        for (const Pipeline& file : child) {
          CHECK(measure_file(file) <= statelane::gitlab::max_yaml_bytes(server));
          for (const Job& job : file.jobs) applies += job.name.starts_with("apply: ") ? 1 : 0;
          for (const Job& job : file.jobs) plans += job.name.starts_with("plan: ") ? 1 : 0;
        }
        CHECK(applies == static_cast<std::size_t>(count) / children);
      }
      CHECK(plans == static_cast<std::size_t>(count));
    }
  }
}

TEST_CASE("a parent of few states has one file, and what cannot be parted makes no more children") {
  const auto request = hand_made::push({});
  const Capacity few = find_capacity(request, hand_made::graph_of(many(20)), {}, {});
  CHECK(few.children == 1);
  CHECK(few.files == 1);
  CHECK(find_capacity(request, {}, {}, {}).children == 1);
  std::vector<hand_made::NamedEdge> edges;
  const std::vector<std::string> ids = many(600);
  for (std::size_t state = 1; state < 520; ++state) edges.push_back({ids[state], ids[0]});
  CHECK(find_capacity(request, hand_made::graph_of(ids, edges), {}, {}).children <= 4);
}

TEST_CASE("states with gates on another branch than the default one count there") {
  std::vector<statelane::states::State> states;
  for (const std::string& id : many(510)) {
    states.push_back(hand_made::state(id));
    states.back().settings.apply_branches = {"release/*"};
  }
  CHECK(find_capacity(hand_made::push({}), hand_made::graph(std::move(states)), {}, {}).children == 2);
}

TEST_CASE("5,000 states fit, and every file keeps the limits of its server") {
  for (const statelane::gitlab::Version& server : {statelane::gitlab::Version{18, 0, 0}, {17, 2, 0}}) {
    CAPTURE(server.major);
    const Generated made(many(5000), {12, 3}, {}, server);
    CHECK(made.diagnostics.empty());
    CHECK(made.count("plan: ") == 5000);
    CHECK(made.count("apply: ") == 5000);
    for (const Child& child : made.children) {
      for (const Pipeline& file : child) CHECK(measure_file(file) <= statelane::gitlab::max_yaml_bytes(server));
    }
  }
}
