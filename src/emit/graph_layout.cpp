#include "emit/graph_layout.hpp"

#include <algorithm>
#include <numeric>

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

/// Orders a layer by the mean row of each node's neighbours; those without keep their place.
void order_layer(std::vector<std::size_t>& layer, const Neighbours& neighbours, std::vector<double>& rows) {
  std::vector<std::pair<double, std::size_t>> wanted;
  for (const std::size_t node : layer) {
    double sum = 0;
    for (const std::size_t neighbour : neighbours[node]) sum += rows[neighbour];
    const auto count = static_cast<double>(neighbours[node].size());
    wanted.emplace_back(count > 0 ? sum / count : rows[node], node);
  }
  std::ranges::stable_sort(wanted, {}, &std::pair<double, std::size_t>::first);
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    layer[row] = wanted[row].second;
    rows[layer[row]] = static_cast<double>(row);
  }
}

}  // namespace

std::vector<Cell> lay_out(std::size_t count, std::span<const std::pair<std::size_t, std::size_t>> edges) {
  Neighbours targets(count), sources(count);
  for (const auto& [from, to] : edges) {
    targets[from].push_back(to);
    sources[to].push_back(from);
  }
  const std::vector<std::size_t> layers = Layering(targets).run();
  std::vector<std::vector<std::size_t>> by_layer(count == 0 ? 0 : std::ranges::max(layers) + 1);
  std::vector<double> rows(count);
  for (std::size_t node = 0; node < count; ++node) {
    rows[node] = static_cast<double>(by_layer[layers[node]].size());
    by_layer[layers[node]].push_back(node);
  }
  for (int sweep = 0; sweep < 4; ++sweep) {
    for (auto& layer : by_layer) order_layer(layer, targets, rows);
    for (auto layer = by_layer.rbegin(); layer != by_layer.rend(); ++layer) order_layer(*layer, sources, rows);
  }
  std::vector<Cell> cells(count);
  for (std::size_t node = 0; node < count; ++node) cells[node] = {layers[node], static_cast<std::size_t>(rows[node])};
  return cells;
}

}  // namespace statelane::emit
