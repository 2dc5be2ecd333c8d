#include "pipeline/apply_order.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "hand_made.hpp"

using hand_made::graph_of;
using statelane::pipeline::ApplyOrder;
using statelane::pipeline::order_applies;
using statelane::states::EdgeKind;
using statelane::states::StateGraph;
using Positions = std::vector<std::uint32_t>;

TEST_CASE("an apply waits for what it depends on directly") {
  const auto graph = graph_of({"a", "b", "c"}, {{"b", "a"}, {"c", "b"}, {"c", "a"}});
  const ApplyOrder order = order_applies(graph, {0, 1, 2});
  CHECK(order.waits_for == std::vector<Positions>{{}, {0}, {1}});
  CHECK(order.circles.empty());
}

TEST_CASE("order reaches through states that do not run") {
  const auto graph = graph_of({"a", "b", "c", "d"}, {{"d", "c"}, {"c", "b"}, {"b", "a"}});
  CHECK(order_applies(graph, {0, 3}).waits_for == std::vector<Positions>{{}, {0}});
}

TEST_CASE("possible dependencies give no order") {
  const auto graph = graph_of({"a", "b"}, {{"b", "a", EdgeKind::possible}});
  CHECK(order_applies(graph, {0, 1}).waits_for == std::vector<Positions>{{}, {}});
}

TEST_CASE("a promotion is an order like a dependency, also through states that do not run") {
  const StateGraph graph({hand_made::state("a"), hand_made::state("b"), hand_made::state("c")}, {}, {}, {},
                         {{1, 0, {}}, {2, 1, {}}});
  CHECK(order_applies(graph, {0, 1, 2}).waits_for == std::vector<Positions>{{}, {0}, {1}});
  CHECK(order_applies(graph, {0, 2}).waits_for == std::vector<Positions>{{}, {0}});
}

TEST_CASE("a circle is one step: before it what any of it needs, behind it what needs any of it") {
  const auto graph = graph_of({"a", "b", "c", "d"}, {{"b", "c"}, {"c", "b"}, {"b", "a"}, {"d", "c"}});
  const ApplyOrder order = order_applies(graph, {0, 1, 2, 3});
  CHECK(order.waits_for == std::vector<Positions>{{}, {0}, {0}, {1, 2}});
  CHECK(order.circles == std::vector<Positions>{{1, 2}});
}

TEST_CASE("a circle through a state that does not run is one all the same") {
  const auto graph = graph_of({"a", "b", "c"}, {{"a", "b"}, {"b", "c"}, {"c", "a"}});
  const ApplyOrder order = order_applies(graph, {0, 2});
  CHECK(order.waits_for == std::vector<Positions>{{}, {}});
  CHECK(order.circles == std::vector<Positions>{{0, 1}});
}

TEST_CASE("a state that reads itself waits for nobody") {
  CHECK(order_applies(graph_of({"a"}, {{"a", "a"}}), {0}).waits_for == std::vector<Positions>{{}});
}

TEST_CASE("a very long chain is ordered") {
  std::vector<std::string> ids;
  std::vector<hand_made::NamedEdge> edges;
  for (int number = 0; number < 3000; ++number) ids.push_back(std::to_string(100000 + number));
  for (std::size_t number = 1; number < ids.size(); ++number) edges.push_back({ids[number], ids[number - 1]});
  const auto graph = graph_of(ids, edges);
  Positions all(ids.size());
  for (std::uint32_t position = 0; position < all.size(); ++position) all[position] = position;
  CHECK(order_applies(graph, all).waits_for.back() == Positions{2998});
}

namespace {

/// Everything that `from` reaches by the graph's certain edges.
std::set<std::uint32_t> reached(const StateGraph& graph, std::uint32_t from) {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> open = {from};
  while (!open.empty()) {
    const std::uint32_t state = open.back();
    open.pop_back();
    for (const std::uint32_t next : graph.dependencies(state)) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

std::set<std::uint32_t> reached(const ApplyOrder& order, std::uint32_t from) {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> open = {from};
  while (!open.empty()) {
    const std::uint32_t position = open.back();
    open.pop_back();
    for (const std::uint32_t next : order.waits_for[position]) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("in random graphs an apply comes behind exactly those it depends on, and no wait follows from others") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t count = 2 + random() % 12;
    std::vector<std::string> ids;
    for (std::uint32_t number = 0; number < count; ++number)
      ids.push_back(std::string(1, static_cast<char>('a' + number)));
    std::set<std::pair<std::string, std::string>> pairs;
    for (std::uint32_t edge = 0; edge < count + random() % (2 * count); ++edge) {
      pairs.emplace(ids[random() % count], ids[random() % count]);
    }
    std::vector<hand_made::NamedEdge> edges;
    for (const auto& [from, to] : pairs) edges.push_back({from, to});
    const StateGraph graph = graph_of(ids, edges);
    Positions lanes;
    for (std::uint32_t number = 0; number < count; ++number) {
      if (random() % 3 != 0) lanes.push_back(number);
    }
    const ApplyOrder order = order_applies(graph, lanes);
    for (std::uint32_t position = 0; position < lanes.size(); ++position) {
      const auto below = reached(graph, lanes[position]);
      std::set<std::uint32_t> meant;
      for (std::uint32_t other = 0; other < lanes.size(); ++other) {
        const bool in_circle = reached(graph, lanes[other]).contains(lanes[position]);
        if (other != position && below.contains(lanes[other]) && !in_circle) meant.insert(other);
      }
      CHECK(reached(order, position) == meant);
      for (const std::uint32_t direct : order.waits_for[position]) {
        for (const std::uint32_t other : order.waits_for[position]) CHECK_FALSE(reached(order, other).contains(direct));
      }
    }
  }
}
