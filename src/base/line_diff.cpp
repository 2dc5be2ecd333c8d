#include "base/line_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace statelane {

namespace {

using Lines = std::vector<std::string_view>;

/// Above so many cells the table of common lines is not built.
constexpr std::size_t most_cells = 4'000'000;

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct DiffLine {
  char sign = ' ';
  std::string_view text;
  std::size_t line = 0;  ///< of `after`, from 1
};

/// Longest common subsequence of what lies between the common beginning and the common end.
class LineDiff {
 public:
  LineDiff(const Lines& before, const Lines& after) : before_(before), after_(after) {
    while (first_ < before.size() && first_ < after.size() && before[first_] == after[first_]) ++first_;
    while (tail_ + first_ < before.size() && tail_ + first_ < after.size() &&
           before[before.size() - 1 - tail_] == after[after.size() - 1 - tail_]) {
      ++tail_;
    }
    rows_ = before.size() - first_ - tail_;
    columns_ = after.size() - first_ - tail_;
    if ((rows_ + 1) * (columns_ + 1) <= most_cells) fill();
  }

  std::vector<DiffLine> find() const {
    std::vector<DiffLine> result;
    std::size_t row = 0;
    std::size_t column = 0;
    while (row < rows_ || column < columns_) {
      if (row < rows_ && column < columns_ && !table_.empty() && old_line(row) == new_line(column)) {
        ++row;
        ++column;
      } else if (row < rows_ && (column == columns_ || common(row + 1, column) >= common(row, column + 1))) {
        result.push_back({'-', old_line(row++), first_ + column + 1});
      } else {
        result.push_back({'+', new_line(column), first_ + column + 1});
        ++column;
      }
    }
    return result;
  }

 private:
  std::string_view old_line(std::size_t row) const { return before_[first_ + row]; }
  std::string_view new_line(std::size_t column) const { return after_[first_ + column]; }
  std::uint32_t common(std::size_t row, std::size_t column) const {
    return table_.empty() ? 0 : table_[row * (columns_ + 1) + column];
  }

  void fill() {
    table_.assign((rows_ + 1) * (columns_ + 1), 0);
    for (std::size_t row = rows_; row-- > 0;) {
      for (std::size_t column = columns_; column-- > 0;) {
        table_[row * (columns_ + 1) + column] = old_line(row) == new_line(column)
                                                    ? common(row + 1, column + 1) + 1
                                                    : std::max(common(row + 1, column), common(row, column + 1));
      }
    }
  }

  const Lines& before_;
  const Lines& after_;
  std::size_t first_ = 0;
  std::size_t tail_ = 0;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> table_;
};

}  // namespace

std::string render_line_diff(std::string_view before, std::string_view after, std::size_t most_lines) {
  const Lines old_lines = split_lines(before);
  const Lines new_lines = split_lines(after);
  const std::vector<DiffLine> lines = LineDiff(old_lines, new_lines).find();
  if (lines.empty()) return before == after ? "" : "only the end of the last line differs\n";
  std::string result;
  std::size_t next = 0;
  for (std::size_t index = 0; index < std::min(lines.size(), most_lines); ++index) {
    const DiffLine& line = lines[index];
    if (line.line != next) result += fmt::format("@@ line {}\n", line.line);
    result += fmt::format("{}{}\n", line.sign, line.text);
    next = line.line + (line.sign == '+' ? 1 : 0);
  }
  if (lines.size() > most_lines) result += fmt::format("… and {} more lines differ\n", lines.size() - most_lines);
  return result;
}

}  // namespace statelane
