#include "emit/graph_layout.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace statelane::emit {

namespace {

using Neighbours = std::vector<std::vector<std::size_t>>;

enum class Mark : char { fresh, open, done };

/// Layers by the longest way to a node without dependencies. Walks by hand, since ways may be long; an edge back to a
/// node on the way closes a circle and is left out.
class Layering {
 public:
  explicit Layering(const Neighbours& targets)
      : targets_(targets), marks_(targets.size(), Mark::fresh), layers_(targets.size()) {}

  std::vector<std::size_t> run() {
    for (std::size_t node = 0; node < targets_.size(); ++node) {
      if (marks_[node] == Mark::fresh) visit(node);
    }
    return layers_;
  }

 private:
  struct Visit {
    std::size_t node;
    std::size_t next = 0;
  };

  void visit(std::size_t start) {
    std::vector<Visit> way = {{start}};
    marks_[start] = Mark::open;
    while (!way.empty()) {
      Visit& current = way.back();
      if (current.next == targets_[current.node].size()) {
        marks_[current.node] = Mark::done;
        const std::size_t done = current.node;
        way.pop_back();
        if (!way.empty()) raise(way.back().node, done);
        continue;
      }
      const std::size_t target = targets_[current.node][current.next++];
      if (marks_[target] == Mark::done) raise(current.node, target);
      if (marks_[target] != Mark::fresh) continue;
      marks_[target] = Mark::open;
      way.push_back({target});
    }
  }

  void raise(std::size_t node, std::size_t target) { layers_[node] = std::max(layers_[node], layers_[target] + 1); }

  const Neighbours& targets_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> layers_;
};

Neighbours targets_of(std::size_t count, std::span<const NodePair> edges) {
  Neighbours targets(count);
  for (const auto& [from, to] : edges) targets[from].push_back(to);
  return targets;
}

/// The nodes that follow each node in the drawing, and those that follow none.
struct Forest {
  Neighbours children;
  std::vector<std::size_t> roots;
};

Forest build_forest(const Neighbours& targets, const std::vector<std::size_t>& layers) {
  Forest forest{Neighbours(targets.size()), {}};
  for (std::size_t node = 0; node < targets.size(); ++node) {
    std::optional<std::size_t> parent;
    for (const std::size_t target : targets[node]) {
      if (layers[target] < layers[node] && (!parent || layers[target] > layers[*parent])) parent = target;
    }
    (parent ? forest.children[*parent] : forest.roots).push_back(node);
  }
  return forest;
}

/// Every node before those that follow it, each with all that follow it before the next one.
std::vector<std::size_t> walk(const Forest& forest) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> open(forest.roots.rbegin(), forest.roots.rend());
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    order.push_back(node);
    open.insert(open.end(), forest.children[node].rbegin(), forest.children[node].rend());
  }
  return order;
}

}  // namespace

std::vector<Cell> lay_out(std::size_t count, std::span<const NodePair> edges) {
  const Neighbours targets = targets_of(count, edges);
  const std::vector<std::size_t> layers = Layering(targets).run();
  const Forest forest = build_forest(targets, layers);
  const std::vector<std::size_t> order = walk(forest);
  std::vector<Cell> cells(count);
  std::size_t next_row = 0;
  for (const std::size_t node : order) {
    cells[node].layer = layers[node];
    if (forest.children[node].empty()) cells[node].row = next_row++;
  }
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    const auto& children = forest.children[*node];
    if (!children.empty()) cells[*node].row = cells[children.front()].row;
  }
  return cells;
}

std::vector<bool> find_implied(std::size_t count, std::span<const NodePair> edges) {
  const Neighbours targets = targets_of(count, edges);
  const std::vector<std::size_t> layers = Layering(targets).run();
  std::vector<std::size_t> by_layer(count);
  std::iota(by_layer.begin(), by_layer.end(), std::size_t{0});
  std::ranges::stable_sort(by_layer, {}, [&](std::size_t node) { return layers[node]; });
  // What lies behind each node, without the circles.
  std::vector<std::vector<bool>> reached(count, std::vector<bool>(count));
  for (const std::size_t node : by_layer) {
    for (const std::size_t target : targets[node]) {
      if (layers[target] >= layers[node]) continue;
      reached[node][target] = true;
      for (std::size_t end = 0; end < count; ++end) reached[node][end] = reached[node][end] || reached[target][end];
    }
  }
  std::vector<bool> implied;
  for (const auto& [from, to] : edges) {
    implied.push_back(std::ranges::any_of(targets[from], [&, end = to, start = from](std::size_t target) {
      return target != end && layers[target] < layers[start] && reached[target][end];
    }));
  }
  return implied;
}

}  // namespace statelane::emit
