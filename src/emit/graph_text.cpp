#include <fmt/format.h>

#include <map>
#include <vector>

#include "base/utf8.hpp"
#include "emit/fold.hpp"
#include "emit/text.hpp"
#include "emit/text_sections.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

using states::Edge;
using states::EdgeKind;
using states::StateGraph;

/// A string of DOT: only the quote and the backslash mean something.
std::string quote_for_dot(std::string_view text) {
  std::string out = "\"";
  for (const char letter : escape_for_terminal(text)) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + "\"";
}

/// A label of Mermaid, which takes characters by number and nothing else as an escape.
std::string quote_for_mermaid(std::string_view text) {
  std::string out = "\"";
  const std::string shown = escape_for_terminal(text);
  for (const char letter : shown) {
    const bool is_plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                          (letter >= 'A' && letter <= 'Z') || static_cast<unsigned char>(letter) >= 0x80 ||
                          std::string_view(" _./@-").find(letter) != std::string_view::npos;
    out += is_plain ? std::string(1, letter) : fmt::format("#{};", static_cast<int>(letter));
  }
  return out + "\"";
}

std::string place_of(const Edge& edge) {
  return edge.place.file.is_root()
             ? ""
             : escape_for_terminal(fmt::format(", {}:{}", edge.place.file.str(), edge.place.line));
}

std::string render_edge(const StateGraph& graph, const Edge& edge, const View& view) {
  const std::string why = fmt::format("({}{})", word_of(edge.kind), place_of(edge));
  return fmt::format("  depends on {} {}\n", escape_for_terminal(graph.states()[edge.to].id),
                     paint(view, why, Style::aside));
}

/// One place that reads a state which is known in part: all that it may mean.
std::string render_guesses(const StateGraph& graph, const std::string& place, const std::vector<const Edge*>& edges,
                           const View& view) {
  if (edges.size() == 1) return render_edge(graph, *edges.front(), view);
  std::string out = fmt::format("  may depend on any of {} states {}:\n", edges.size(),
                                paint(view, fmt::format("({}{})", word_of(EdgeKind::possible), place), Style::aside));
  const std::size_t shown = edges.size() <= most_listed + 1 ? edges.size() : most_listed;
  for (std::size_t index = 0; index < shown; ++index) {
    out += fmt::format("    {}\n", escape_for_terminal(graph.states()[edges[index]->to].id));
  }
  if (shown < edges.size()) out += fmt::format("    … and {} more (--json has all)\n", edges.size() - shown);
  return out;
}

}  // namespace

std::string render_graph_text(const StateGraph& graph, const View& view) {
  std::string out;
  auto edge = graph.edges().begin();
  std::size_t possible = 0;
  for (std::uint32_t index = 0; index < graph.states().size(); ++index) {
    out += paint(view, escape_for_terminal(graph.states()[index].id), Style::heading) + "\n";
    std::map<std::string, std::vector<const Edge*>> guesses;
    for (; edge != graph.edges().end() && edge->from == index; ++edge) {
      if (edge->kind == EdgeKind::possible) {
        guesses[place_of(*edge)].push_back(&*edge);
        ++possible;
      } else {
        out += render_edge(graph, *edge, view);
      }
    }
    for (const auto& [place, edges] : guesses) out += render_guesses(graph, place, edges, view);
    for (const states::Promotion& promotion : graph.promotions()) {
      if (promotion.from == index)
        out += fmt::format("  is applied after {}\n", escape_for_terminal(graph.states()[promotion.to].id));
    }
  }
  std::string counts = fmt::format("{}, {}", count_of(graph.states().size(), "state", "states"),
                                   count_of(graph.edges().size(), "edge", "edges"));
  if (possible > 0) counts += fmt::format(" ({} only possible)", count_of(possible, "of them", "of them"));
  return fold(out + (out.empty() ? "" : "\n") + paint(view, counts, Style::aside) + "\n", view);
}

std::string render_graph_dot(const StateGraph& graph) {
  std::string out = "digraph states {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const states::State& state : graph.states()) out += fmt::format("  {};\n", quote_for_dot(state.id));
  for (const Edge& edge : graph.edges()) {
    out += fmt::format("  {} -> {}{};\n", quote_for_dot(graph.states()[edge.from].id),
                       quote_for_dot(graph.states()[edge.to].id),
                       edge.kind == EdgeKind::possible ? " [style=dashed]" : "");
  }
  return out + "}\n";
}

std::string render_graph_mermaid(const StateGraph& graph) {
  std::string out = "graph LR\n";
  for (std::uint32_t index = 0; index < graph.states().size(); ++index) {
    out += fmt::format("  s{}[{}]\n", index, quote_for_mermaid(graph.states()[index].id));
  }
  for (const Edge& edge : graph.edges()) {
    out += fmt::format("  s{} {} s{}\n", edge.from, edge.kind == EdgeKind::possible ? "-.->" : "-->", edge.to);
  }
  return out;
}

}  // namespace statelane::emit
