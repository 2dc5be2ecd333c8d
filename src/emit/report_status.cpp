#include "emit/report_status.hpp"

#include <fmt/format.h>

#include "emit/report_graph.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t most_rows = 1000;

std::string text(std::string_view raw) { return escape_html(escape_for_terminal(raw)); }

std::string render_row(const Status& status, const comparison::StateStanding& state) {
  return fmt::format("<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                     text(state.id), words_of(state.standing), text(describe_applied(state)),
                     text(describe_standing(status, state)));
}

}  // namespace

std::string render_report_status(const Status& status) {
  std::string rows;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const comparison::StateStanding* state : sort_by_need(status.standings.states)) {
    if (state->standing == comparison::Standing::applied) continue;
    if (shown == most_rows) {
      ++left;
      continue;
    }
    ++shown;
    rows += render_row(status, *state);
  }
  std::string out = fmt::format("<h2 id=\"applied\">What is applied</h2>\n<p class=\"soft\">{}; {}</p>\n",
                                text(count_standings(status.standings.states)), text(describe_source(status)));
  if (!rows.empty()) {
    out +=
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"states that need a "
        "person\">\n<table>\n<thead><tr>"
        "<th scope=\"col\">state</th><th scope=\"col\">status</th><th scope=\"col\">applied</th><th "
        "scope=\"col\">why</th>"
        "</tr></thead>\n<tbody>\n" +
        rows + "</tbody>\n</table>\n</div>\n";
  }
  if (left > 0) out += fmt::format("<p>… and {}: statelane status</p>\n", count_of(left, "more state", "more states"));
  return out;
}

}  // namespace statelane::emit
