#include "pipeline/apply_order.hpp"

#include <algorithm>
#include <functional>

namespace statelane::pipeline {

namespace {

using Index = std::uint32_t;

/// The graph's circles contracted. Components are numbered so that each depends on smaller numbers only.
struct Components {
  std::vector<Index> component_of;             ///< per state
  std::vector<std::vector<Index>> members;     ///< per component, states
  std::vector<std::vector<Index>> depends_on;  ///< per component, components
};

/// Tarjan's algorithm with its own stack: a chain of states may be longer than the program's.
class ComponentFinder {
 public:
  explicit ComponentFinder(const states::StateGraph& graph) {
    const std::size_t count = graph.states().size();
    for (Index state = 0; state < count; ++state) dependencies_.push_back(graph.comes_after(state));
    number_.assign(count, 0);
    lowest_.assign(count, 0);
    on_path_.assign(count, false);
    result_.component_of.assign(count, 0);
  }

  Components find() {
    for (Index state = 0; state < number_.size(); ++state) {
      if (number_[state] == 0) walk_from(state);
    }
    for (std::vector<Index>& depends_on : result_.depends_on) {
      std::sort(depends_on.begin(), depends_on.end());
      depends_on.erase(std::unique(depends_on.begin(), depends_on.end()), depends_on.end());
    }
    return std::move(result_);
  }

 private:
  struct Visit {
    Index state;
    std::size_t next = 0;  ///< position in the state's dependencies
  };

  void walk_from(Index root) {
    std::vector<Visit> visits = {enter(root)};
    while (!visits.empty()) {
      Visit& visit = visits.back();
      const Index state = visit.state;
      if (visit.next < dependencies_[state].size()) {
        const Index dependency = dependencies_[state][visit.next++];
        if (number_[dependency] == 0) {
          visits.push_back(enter(dependency));
        } else if (on_path_[dependency]) {
          lowest_[state] = std::min(lowest_[state], number_[dependency]);
        }
        continue;
      }
      visits.pop_back();
      if (!visits.empty()) lowest_[visits.back().state] = std::min(lowest_[visits.back().state], lowest_[state]);
      if (lowest_[state] == number_[state]) close_component(state);
    }
  }

  Visit enter(Index state) {
    number_[state] = lowest_[state] = ++visited_;
    path_.push_back(state);
    on_path_[state] = true;
    return {state};
  }

  void close_component(Index root) {
    const auto component = static_cast<Index>(result_.members.size());
    const auto begin = std::find(path_.rbegin(), path_.rend(), root).base() - 1;
    std::vector<Index> members(begin, path_.end());
    path_.erase(begin, path_.end());
    for (const Index state : members) {
      on_path_[state] = false;
      result_.component_of[state] = component;
    }
    std::vector<Index> depends_on;
    for (const Index state : members) {
      for (const Index dependency : dependencies_[state]) {
        const Index other = result_.component_of[dependency];
        if (other != component) depends_on.push_back(other);
      }
    }
    result_.members.push_back(std::move(members));
    result_.depends_on.push_back(std::move(depends_on));
  }

  std::vector<std::vector<Index>> dependencies_;
  std::vector<Index> number_;  ///< order of the visit from 1; 0: not visited
  std::vector<Index> lowest_;
  std::vector<bool> on_path_;
  std::vector<Index> path_;
  Index visited_ = 0;
  Components result_;
};

/// A set of components that hold lanes, as bits.
using Reach = std::vector<std::uint64_t>;

bool contains(const Reach& set, Index bit) { return (set[bit / 64] >> (bit % 64) & 1U) != 0; }

void add_all(Reach& set, const Reach& other) {
  for (std::size_t word = 0; word < set.size(); ++word) set[word] |= other[word];
}

/// Walks the components from dependencies to dependents and keeps for each its nearest components with lanes.
class NearestLanes {
 public:
  NearestLanes(const Components& components, const std::vector<bool>& has_lane)
      : components_(components), has_lane_(has_lane), bit_of_(has_lane.size(), 0), nearest_(has_lane.size()) {
    for (Index component = 0; component < has_lane.size(); ++component) {
      if (has_lane[component]) bit_of_[component] = bits_++;
    }
    reach_.reserve(bits_);
    for (Index component = 0; component < has_lane.size(); ++component) add(component);
  }

  const std::vector<Index>& of(Index component) const { return nearest_[component]; }

 private:
  void add(Index component) {
    std::vector<Index> candidates;
    for (const Index other : components_.depends_on[component]) {
      if (has_lane_[other]) {
        candidates.push_back(other);
      } else {
        candidates.insert(candidates.end(), nearest_[other].begin(), nearest_[other].end());
      }
    }
    // Only a larger number reaches a smaller one: from the largest on, what is reached already follows from it.
    std::sort(candidates.begin(), candidates.end(), std::greater<>());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    Reach reached((bits_ + 63) / 64, 0);
    for (const Index candidate : candidates) {
      const Index bit = bit_of_[candidate];
      if (contains(reached, bit)) continue;
      nearest_[component].push_back(candidate);
      add_all(reached, reach_[bit]);
      reached[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    if (has_lane_[component]) reach_.push_back(std::move(reached));
  }

  const Components& components_;
  const std::vector<bool>& has_lane_;
  std::vector<Index> bit_of_;
  Index bits_ = 0;
  std::vector<Reach> reach_;  ///< by bit
  std::vector<std::vector<Index>> nearest_;
};

}  // namespace

ApplyOrder order_applies(const states::StateGraph& graph, const std::vector<std::uint32_t>& lanes) {
  const Components components = ComponentFinder(graph).find();
  std::vector<std::vector<Index>> lanes_of(components.members.size());
  std::vector<bool> has_lane(components.members.size(), false);
  for (Index lane = 0; lane < lanes.size(); ++lane) {
    const Index component = components.component_of[lanes[lane]];
    lanes_of[component].push_back(lane);
    has_lane[component] = true;
  }
  const NearestLanes nearest(components, has_lane);
  ApplyOrder order;
  order.waits_for.resize(lanes.size());
  for (Index lane = 0; lane < lanes.size(); ++lane) {
    std::vector<Index>& waits_for = order.waits_for[lane];
    for (const Index component : nearest.of(components.component_of[lanes[lane]])) {
      waits_for.insert(waits_for.end(), lanes_of[component].begin(), lanes_of[component].end());
    }
    std::sort(waits_for.begin(), waits_for.end());
  }
  for (std::vector<Index>& together : lanes_of) {
    if (together.size() > 1) order.circles.push_back(std::move(together));
  }
  std::sort(order.circles.begin(), order.circles.end());
  return order;
}

}  // namespace statelane::pipeline
