#include <algorithm>
#include <limits>

#include "states/state_graph.hpp"

namespace statelane::states {

namespace {

constexpr std::uint32_t unvisited = std::numeric_limits<std::uint32_t>::max();

/// Tarjan's strongly connected components, without recursion: a chain of states may be as long as the repository is
/// large.
class ComponentFinder {
 public:
  explicit ComponentFinder(const StateGraph& graph)
      : graph_(graph),
        order_(graph.states().size(), unvisited),
        low_(graph.states().size()),
        component_(graph.states().size(), unvisited) {
    for (std::uint32_t state = 0; state < order_.size(); ++state) {
      if (order_[state] == unvisited) visit_from(state);
    }
  }

  /// Component number of each state.
  const std::vector<std::uint32_t>& components() const { return component_; }

 private:
  struct Frame {
    std::uint32_t state;
    std::vector<std::uint32_t> next;
    std::size_t position = 0;
  };

  void enter(std::uint32_t state) {
    order_[state] = low_[state] = counter_++;
    stack_.push_back(state);
    frames_.push_back({state, graph_.dependencies(state)});
  }

  void leave() {
    const std::uint32_t state = frames_.back().state;
    frames_.pop_back();
    if (!frames_.empty()) low_[frames_.back().state] = std::min(low_[frames_.back().state], low_[state]);
    if (low_[state] != order_[state]) return;
    std::uint32_t member;
    do {
      member = stack_.back();
      stack_.pop_back();
      component_[member] = component_count_;
    } while (member != state);
    ++component_count_;
  }

  void visit_from(std::uint32_t start) {
    enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.position == frame.next.size()) {
        leave();
        continue;
      }
      const std::uint32_t next = frame.next[frame.position++];
      if (order_[next] == unvisited) {
        enter(next);
      } else if (component_[next] == unvisited) {
        low_[frame.state] = std::min(low_[frame.state], order_[next]);
      }
    }
  }

  const StateGraph& graph_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> stack_;
  std::vector<Frame> frames_;
  std::uint32_t counter_ = 0;
  std::uint32_t component_count_ = 0;
};

/// A shortest way from `start` back to itself inside its component, `start` first, not repeated at the end.
std::vector<std::uint32_t> shortest_circle(const StateGraph& graph, const std::vector<std::uint32_t>& component,
                                           std::uint32_t start) {
  std::vector<std::uint32_t> before(component.size(), unvisited);
  std::vector<std::uint32_t> queue = {start};
  for (std::size_t head = 0; head < queue.size(); ++head) {
    for (const std::uint32_t next : graph.dependencies(queue[head])) {
      if (component[next] != component[start]) continue;
      if (next == start) {
        std::vector<std::uint32_t> path;
        for (std::uint32_t state = queue[head]; state != start; state = before[state]) path.push_back(state);
        path.push_back(start);
        std::reverse(path.begin(), path.end());
        return path;
      }
      if (before[next] != unvisited) continue;
      before[next] = queue[head];
      queue.push_back(next);
    }
  }
  return {};
}

}  // namespace

std::vector<std::vector<std::uint32_t>> find_cycles(const StateGraph& graph) {
  const std::vector<std::uint32_t> component = ComponentFinder(graph).components();
  std::vector<std::vector<std::uint32_t>> result;
  std::vector<bool> seen(component.size(), false);
  for (std::uint32_t state = 0; state < component.size(); ++state) {
    if (seen[component[state]]) continue;
    seen[component[state]] = true;
    auto circle = shortest_circle(graph, component, state);
    if (!circle.empty()) result.push_back(std::move(circle));
  }
  return result;
}

}  // namespace statelane::states
