#include "emit/report_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "emit/graph_layout.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t letter_width = 8, row_height = 36, box_height = 26, gap = 56, margin = 12, widest_label = 40;

/// What is drawn: affected states and those one edge away, where an edge leads from or to them.
struct Drawing {
  struct Node {
    std::string id;
    std::optional<std::size_t> lane;  ///< of the report; empty: not affected
  };
  std::vector<Node> nodes;
  std::vector<NodePair> certain;
  std::vector<NodePair> possible;
  bool is_reduced = false;  ///< some edges are left out, since others imply them
};

/// Takes from the edges those that others imply, but for what may only be.
void reduce(Drawing& drawing) {
  const std::vector<bool> implied = find_implied(drawing.nodes.size(), drawing.certain);
  std::vector<NodePair> kept;
  for (std::size_t edge = 0; edge < drawing.certain.size(); ++edge) {
    if (!implied[edge]) kept.push_back(drawing.certain[edge]);
  }
  drawing.is_reduced = kept.size() < drawing.certain.size();
  drawing.certain = std::move(kept);
}

Drawing select(const Report& report, const states::StateGraph& graph) {
  std::map<std::string_view, std::size_t> lanes;
  for (std::size_t lane = 0; lane < report.lanes.size(); ++lane) lanes[report.lanes[lane].affected.id] = lane;
  const auto lane_of = [&](const std::string& id) {
    const auto found = lanes.find(id);
    return found == lanes.end() ? std::nullopt : std::optional(found->second);
  };
  Drawing drawing;
  std::map<std::uint32_t, std::size_t> nodes;
  for (const states::Edge& edge : graph.edges()) {
    if (lane_of(graph.states()[edge.from].id) || lane_of(graph.states()[edge.to].id)) {
      nodes[edge.from] = nodes[edge.to] = 0;
    }
  }
  for (auto& [state, node] : nodes) {
    node = drawing.nodes.size();
    const std::string& id = graph.states()[state].id;
    drawing.nodes.push_back({id, lane_of(id)});
  }
  for (const states::Edge& edge : graph.edges()) {
    const auto from = nodes.find(edge.from), to = nodes.find(edge.to);
    if (from == nodes.end() || to == nodes.end()) continue;
    if (!drawing.nodes[from->second].lane && !drawing.nodes[to->second].lane) continue;
    const bool is_possible = edge.kind == states::EdgeKind::possible;
    (is_possible ? drawing.possible : drawing.certain).emplace_back(from->second, to->second);
  }
  reduce(drawing);
  return drawing;
}

struct Box {
  std::size_t x = 0, y = 0, width = 0;
};

std::vector<Box> place(const Drawing& drawing) {
  std::vector<NodePair> edges = drawing.certain;
  edges.insert(edges.end(), drawing.possible.begin(), drawing.possible.end());
  const std::vector<Cell> cells = lay_out(drawing.nodes.size(), edges);
  std::map<std::size_t, std::size_t> widths;
  for (std::size_t node = 0; node < cells.size(); ++node) {
    const std::size_t letters = std::min(width_of(escape_for_terminal(drawing.nodes[node].id)), widest_label);
    std::size_t& width = widths[cells[node].layer];
    width = std::max(width, letters * letter_width + 16);
  }
  std::map<std::size_t, std::size_t> starts;
  std::size_t x = margin;
  for (const auto& [layer, width] : widths) {
    starts[layer] = x;
    x += width + gap;
  }
  std::vector<Box> boxes;
  for (const Cell& cell : cells)
    boxes.push_back({starts[cell.layer], margin + cell.row * row_height, widths[cell.layer]});
  return boxes;
}

std::string render_edges(const std::vector<NodePair>& edges, const std::vector<Box>& boxes, std::string_view kind) {
  std::string out;
  for (const auto& [from, to] : edges) {
    const Box &source = boxes[from], &target = boxes[to];
    const std::size_t x1 = target.x + target.width, y1 = target.y + box_height / 2;
    const std::size_t x2 = source.x, y2 = source.y + box_height / 2;
    out += fmt::format(
        "<path class=\"{}\" data-ends=\"{} {}\" d=\"M{} {}C{} {} {} {} {} {}\" marker-end=\"url(#arrow)\"/>\n", kind,
        from, to, x1, y1, x1 + gap / 2, y1, x2 < gap / 2 ? 0 : x2 - gap / 2, y2, x2, y2);
  }
  return out;
}

/// What became of a lane, as the style knows it.
std::string_view class_of(const Report& report, const ReportLane& lane) {
  const std::vector<std::string_view> marks = marks_of(report, lane);
  if (std::ranges::find(marks, "failed") != marks.end()) return "is-red";
  const std::string_view outcome = outcome_of(lane);
  if (outcome == "applied") return "is-applied";
  if (outcome == "no changes") return "is-quiet";
  if (outcome == "no plan") return "";
  return std::ranges::find(marks, "destroys") != marks.end() ? "is-red" : "is-planned";
}

std::string render_node(const Drawing::Node& node, std::size_t number, const Box& box, const Report& report) {
  const std::string id = escape_for_terminal(node.id);
  std::string kind = "other", title = id;
  if (node.lane) {
    const ReportLane& lane = report.lanes[*node.lane];
    kind = fmt::format("{} {}", word_of(lane.affected.change), class_of(report, lane));
    title += fmt::format(": {} {}", outcome_of(lane), count_changes(lane));
  }
  const std::string body = fmt::format(
      "<g class=\"node {}\" data-node=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
      "rx=\"5\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
      kind, number, escape_html(title), box.x, box.y, box.width, box_height, box.x + 8, box.y + 18,
      escape_html(cut_middle(id, widest_label)));
  return node.lane ? fmt::format("<a href=\"#{}\">{}</a>\n", anchor_of(*node.lane), body) : body + "\n";
}

}  // namespace

std::string render_report_graph(const Report& report, const states::StateGraph& graph) {
  const Drawing drawing = select(report, graph);
  if (drawing.nodes.empty()) return "";
  const std::vector<Box> boxes = place(drawing);
  std::size_t width = 0, height = 0;
  for (const Box& box : boxes) {
    width = std::max(width, box.x + box.width + margin);
    height = std::max(height, box.y + box_height + margin);
  }
  std::string out = fmt::format(
      "<svg role=\"group\" aria-label=\"states and what they depend on\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
      "markerWidth=\"7\" markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 "
      "8z\"/></marker></defs>\n",
      width, height);
  out += render_edges(drawing.possible, boxes, "edge possible") + render_edges(drawing.certain, boxes, "edge");
  for (std::size_t node = 0; node < boxes.size(); ++node) {
    out += render_node(drawing.nodes[node], node, boxes[node], report);
  }
  out = "<div class=\"graph\" tabindex=\"0\">\n" + out + "</svg>\n</div>\n";
  return out + fmt::format(
                   "<p class=\"soft\">An arrow leads from a state to one that reads it{}{}. Red deletes, replaces "
                   "or has failed, yellow changes, green is applied.</p>\n",
                   drawing.possible.empty() ? "" : "; a dashed one may",
                   drawing.is_reduced ? "; those that others imply are left out" : "");
}

std::string anchor_of(std::size_t lane) { return fmt::format("state-{}", lane + 1); }

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += letter;
    }
  }
  return out;
}

}  // namespace statelane::emit
