#include "emit/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/utf8.hpp"

namespace statelane::emit {

namespace {

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (; !text.empty(); ++width) text.remove_prefix(std::max<std::size_t>(1, first_utf8_character(text).length));
  return width;
}

}  // namespace

std::string Painter::paint(const std::string& text, Style style) const {
  if (!color_ || text.empty()) return text;
  const std::string_view code = style == Style::bold ? "1" : style == Style::dim ? "2" : "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string render_table(const std::vector<std::vector<std::string>>& rows, const Painter& painter) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  std::string out;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    std::string line;
    for (std::size_t column = 0; column < rows[index].size(); ++column) {
      const std::string& cell = rows[index][column];
      line += cell;
      if (column + 1 < rows[index].size()) line.append(widths[column] - width_of(cell) + 2, ' ');
    }
    out += (index == 0 ? painter.paint(line, Style::bold) : line) + "\n";
  }
  return out;
}

}  // namespace statelane::emit
