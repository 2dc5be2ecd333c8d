#include "emit/report_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "emit/graph_layout.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t letter_width = 8, row_height = 44, box_height = 28, gap = 70, margin = 12, widest_label = 40;

/// What is drawn: affected states and those one edge away.
struct Drawing {
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> index;
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  std::vector<bool> is_possible;

  std::size_t add(const std::string& id) {
    const auto [entry, is_new] = index.try_emplace(id, ids.size());
    if (is_new) ids.push_back(id);
    return entry->second;
  }
};

Drawing select(const Report& report, const states::StateGraph& graph) {
  Drawing drawing;
  for (const ReportLane& lane : report.lanes) drawing.add(lane.affected.id);
  const std::size_t affected = drawing.ids.size();
  const auto is_affected = [&](std::uint32_t state) {
    const auto found = drawing.index.find(graph.states()[state].id);
    return found != drawing.index.end() && found->second < affected;
  };
  for (const states::Edge& edge : graph.edges()) {
    if (!is_affected(edge.from) && !is_affected(edge.to)) continue;
    const std::size_t from = drawing.add(graph.states()[edge.from].id);
    const std::size_t to = drawing.add(graph.states()[edge.to].id);
    drawing.edges.emplace_back(from, to);
    drawing.is_possible.push_back(edge.kind == states::EdgeKind::possible);
  }
  return drawing;
}

struct Box {
  std::size_t x = 0, y = 0, width = 0;
};

std::vector<Box> place(const Drawing& drawing) {
  const std::vector<Cell> cells = lay_out(drawing.ids.size(), drawing.edges);
  std::map<std::size_t, std::size_t> widths;
  for (std::size_t node = 0; node < cells.size(); ++node) {
    const std::size_t letters = std::min(width_of(escape_for_terminal(drawing.ids[node])), widest_label);
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

std::string render_edge(const Box& from, const Box& to, bool is_possible) {
  const std::size_t x1 = to.x + to.width, y1 = to.y + box_height / 2, x2 = from.x, y2 = from.y + box_height / 2;
  return fmt::format("<path class=\"edge{}\" d=\"M{} {}C{} {} {} {} {} {}\" marker-end=\"url(#arrow)\"/>\n",
                     is_possible ? " possible" : "", x1, y1, x1 + gap / 2, y1, x2 < gap / 2 ? 0 : x2 - gap / 2, y2, x2,
                     y2);
}

std::string render_node(const Drawing& drawing, std::size_t node, const Box& box, const Report& report) {
  const std::string id = escape_for_terminal(drawing.ids[node]);
  const bool is_affected = node < report.lanes.size();
  const std::string kind = is_affected ? std::string(word_of(report.lanes[node].affected.change)) : "other";
  const std::string body = fmt::format(
      "<g class=\"node {}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>"
      "<text x=\"{}\" y=\"{}\">{}</text></g>",
      kind, escape_html(id), box.x, box.y, box.width, box_height, box.x + 8, box.y + 19,
      escape_html(cut_middle(id, widest_label)));
  if (!is_affected) return body + "\n";
  return fmt::format("<a href=\"#{}\">{}</a>\n", anchor_of(node), body);
}

}  // namespace

std::string render_report_graph(const Report& report, const states::StateGraph& graph) {
  const Drawing drawing = select(report, graph);
  if (drawing.edges.empty()) return "";
  const std::vector<Box> boxes = place(drawing);
  std::size_t width = 0, height = 0;
  for (const Box& box : boxes) {
    width = std::max(width, box.x + box.width + margin);
    height = std::max(height, box.y + box_height + margin);
  }
  std::string out = fmt::format(
      "<svg role=\"img\" aria-label=\"states and what they depend on\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
      "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
      width, height);
  for (std::size_t edge = 0; edge < drawing.edges.size(); ++edge) {
    const auto& [from, to] = drawing.edges[edge];
    out += render_edge(boxes[from], boxes[to], drawing.is_possible[edge]);
  }
  for (std::size_t node = 0; node < boxes.size(); ++node) out += render_node(drawing, node, boxes[node], report);
  return out + "</svg>\n";
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
