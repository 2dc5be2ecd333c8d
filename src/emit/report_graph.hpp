#pragma once

#include <string>

#include "emit/report.hpp"

namespace statelane::emit {

/// The states of a report that depend on others or that others depend on, with those, as SVG and its legend for a page;
/// what is affected links to its entry. Edges that others imply are left out. Empty where none depends on another:
/// boxes alone say no more than the list below them.
std::string render_report_graph(const Report& report, const states::StateGraph& graph);

/// The anchor of a lane's entry on the page.
std::string anchor_of(std::size_t lane);

/// Text between tags, or an attribute's value in double quotes.
std::string escape_html(std::string_view text);

}  // namespace statelane::emit
