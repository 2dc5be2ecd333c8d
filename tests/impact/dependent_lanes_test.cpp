#include <doctest/doctest.h>

#include "impact/impact.hpp"

namespace {

using namespace statelane;

states::State state(const std::string& id) {
  states::State result;
  result.id = id;
  result.directory = RepoPath::of(id);
  return result;
}

/// c depends on b, b on a, d possibly on a.
states::StateGraph chain() {
  using states::EdgeKind;
  return {{state("a"), state("b"), state("c"), state("d")},
          {{1, 0, EdgeKind::remote_state, {}}, {2, 1, EdgeKind::declared, {}}, {3, 0, EdgeKind::possible, {}}},
          {},
          {}};
}

impact::Impact touch_a() {
  impact::Impact result;
  result.affected = {{"a", impact::Change::modified, "", {{{impact::CauseKind::requested, {}, {}, {}}}}}};
  result.dependents = {"b", "c", "d"};
  return result;
}

std::vector<std::string> ids(const impact::Impact& impact) {
  std::vector<std::string> result;
  for (const auto& affected : impact.affected) result.push_back(affected.id);
  return result;
}

}  // namespace

TEST_CASE("direct dependents run, those behind them are named") {
  impact::Impact impact = touch_a();
  impact::add_dependent_lanes(chain(), impact::DependentLanes::direct, impact);
  CHECK(ids(impact) == std::vector<std::string>{"a", "b"});
  CHECK(impact.dependents == std::vector<std::string>{"c", "d"});
  CHECK(impact.find("b")->causes.front().front().state == "a");
}

TEST_CASE("all dependents run, but none through a possible edge") {
  impact::Impact impact = touch_a();
  impact::add_dependent_lanes(chain(), impact::DependentLanes::all, impact);
  CHECK(ids(impact) == std::vector<std::string>{"a", "b", "c"});
  CHECK(impact.find("c")->change == impact::Change::dependent);
  CHECK(impact.dependents == std::vector<std::string>{"d"});
}

TEST_CASE("a circle is named once, from its first state") {
  using states::EdgeKind;
  const states::StateGraph graph(
      {state("a"), state("b"), state("c")},
      {{0, 1, EdgeKind::remote_state, {}}, {1, 0, EdgeKind::remote_state, {}}, {2, 0, EdgeKind::remote_state, {}}}, {},
      {});
  CHECK(states::find_cycles(graph) == std::vector<std::vector<std::uint32_t>>{{0, 1}});
}
