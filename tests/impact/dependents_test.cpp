#include <doctest/doctest.h>

#include "impact/impact.hpp"

namespace {

using namespace statelane;
using Ids = std::vector<std::string>;

states::State state(const std::string& id) {
  states::State result;
  result.id = id;
  result.directory = RepoPath::of(id);
  return result;
}

/// b and c depend on a, d on b.
states::StateGraph graph() {
  using states::EdgeKind;
  return {{state("a"), state("b"), state("c"), state("d")},
          {{1, 0, EdgeKind::remote_state, {}}, {2, 0, EdgeKind::remote_state, {}}, {3, 1, EdgeKind::remote_state, {}}},
          {},
          {}};
}

impact::Impact touch_a() {
  impact::Impact result;
  result.affected = {{"a", impact::Change::modified, "", {{{impact::CauseKind::requested, {}, {}, {}}}}}};
  result.dependents = {"b", "c", "d"};
  return result;
}

}  // namespace

TEST_CASE("dependents behind a quiet edge only are untouched, and so are theirs") {
  impact::Impact impact = touch_a();
  impact::mark_untouched_dependents(graph(), {{"b", "a"}}, false, impact);
  CHECK(impact.untouched == Ids{"b", "d"});
  CHECK(impact.dependents == Ids{"b", "c", "d"});
}

TEST_CASE("another way to a dependent touches it all the same") {
  impact::Impact impact = touch_a();
  impact.affected.push_back({"b", impact::Change::modified, "", {{{impact::CauseKind::requested, {}, {}, {}}}}});
  impact.dependents = {"c", "d"};
  impact::mark_untouched_dependents(graph(), {{"b", "a"}, {"c", "a"}}, false, impact);
  CHECK(impact.untouched == Ids{"c"});
}

TEST_CASE("dropped dependents are none, and get no lanes") {
  impact::Impact impact = touch_a();
  impact::mark_untouched_dependents(graph(), {{"b", "a"}}, true, impact);
  CHECK(impact.dependents == Ids{"c"});
  impact::add_dependent_lanes(graph(), impact::DependentLanes::all, impact);
  CHECK(impact.find("c") != nullptr);
  CHECK(impact.find("b") == nullptr);
  CHECK(impact.find("d") == nullptr);
  CHECK(impact.untouched == Ids{"b", "d"});
}

TEST_CASE("untouched dependents run with the others unless they are dropped") {
  impact::Impact impact = touch_a();
  impact::mark_untouched_dependents(graph(), {{"b", "a"}}, false, impact);
  impact::add_dependent_lanes(graph(), impact::DependentLanes::all, impact);
  CHECK(impact.find("b") != nullptr);
  CHECK(impact.untouched.empty());
}
