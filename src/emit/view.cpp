#include "emit/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/utf8.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 12;         ///< a column is not cut below that
constexpr std::size_t narrowest_useful = 20;  ///< below that a cell says little

std::string_view code_of(Style style) {
  switch (style) {
    case Style::heading: return "1";
    case Style::aside: return "2";
    case Style::changed: return "33";
    case Style::added: return "32";
    case Style::deleted: return "31";
    case Style::moved: return "36";
  }
  return "0";
}

/// The byte at which the character number `count` begins.
std::size_t offset_of(std::string_view text, std::size_t count) {
  std::size_t offset = 0;
  for (; count > 0 && offset < text.size(); --count) {
    offset += std::max<std::size_t>(1, first_utf8_character(text.substr(offset)).length);
  }
  return offset;
}

std::vector<std::size_t> natural_widths(const std::vector<Column>& columns,
                                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(width_of(column.title));
  for (const auto& row : rows) {
    for (std::size_t index = 0; index < row.size(); ++index) {
      widths[index] = std::max(widths[index], width_of(row[index]));
    }
  }
  return widths;
}

std::size_t sum_with_gaps(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

/// The widest column that gives way at this stage.
std::optional<std::size_t> find_widest(const std::vector<std::size_t>& widths, const std::vector<Column>& columns,
                                       Cut cut) {
  std::optional<std::size_t> widest;
  for (std::size_t index = 0; index < widths.size(); ++index) {
    const bool is_candidate = columns[index].cut == cut && widths[index] > narrowest;
    if (is_candidate && (!widest || widths[index] > widths[*widest])) widest = index;
  }
  return widest;
}

/// Takes what is too much from the widest column, again and again.
void shrink(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t available) {
  std::size_t total = sum_with_gaps(widths);
  for (const Cut cut : {Cut::first, Cut::last}) {
    while (total > available) {
      const auto widest = find_widest(widths, columns, cut);
      if (!widest) break;
      --widths[*widest];
      --total;
    }
  }
}

std::string render_row(const std::vector<std::string>& row, const std::vector<Column>& columns,
                       const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t index = 0; index < row.size(); ++index) {
    const std::string cell =
        columns[index].is_prose ? cut_end(row[index], widths[index]) : cut_middle(row[index], widths[index]);
    line += cell;
    if (index + 1 < row.size()) line.append(widths[index] - width_of(cell) + gap, ' ');
  }
  return line;
}

}  // namespace

std::string paint(const View& view, std::string_view text, Style style) {
  if (!view.color || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(style), text);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (; !text.empty(); ++width) text.remove_prefix(std::max<std::size_t>(1, first_utf8_character(text).length));
  return width;
}

std::string cut_middle(std::string_view text, std::size_t width) {
  const std::size_t length = width_of(text);
  if (length <= width || width == 0) return std::string(text);
  const std::size_t before = (width - 1) / 2;
  const std::size_t after = width - 1 - before;
  return std::string(text.substr(0, offset_of(text, before))) + "…" +
         std::string(text.substr(offset_of(text, length - after)));
}

std::string cut_end(std::string_view text, std::size_t width) {
  if (width_of(text) <= width || width == 0) return std::string(text);
  return std::string(text.substr(0, offset_of(text, width - 1))) + "…";
}

TableWidths table_widths(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths = natural_widths(columns, rows);
  TableWidths result{.whole = sum_with_gaps(widths)};
  for (std::size_t index = 0; index < widths.size(); ++index) {
    if (columns[index].cut == Cut::first) widths[index] = std::min(widths[index], narrowest_useful);
  }
  result.least = sum_with_gaps(widths);
  return result;
}

std::string render_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                         const View& view) {
  std::vector<std::size_t> widths = natural_widths(columns, rows);
  if (view.width) shrink(widths, columns, *view.width);
  std::vector<std::string> titles;
  for (const Column& column : columns) titles.push_back(column.title);
  std::string out = paint(view, render_row(titles, columns, widths), Style::heading) + "\n";
  for (const auto& row : rows) out += render_row(row, columns, widths) + "\n";
  return out;
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t place = 3; place < digits.size(); place += 4) digits.insert(digits.size() - place, 1, ',');
  return fmt::format("{} {}", digits, count == 1 ? one : many);
}

}  // namespace statelane::emit
