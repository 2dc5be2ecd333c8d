#include "emit/line_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "emit/words.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t context = 3;

struct Line {
  char sign = ' ';
  std::string_view text;
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

/// By the longest common subsequence; the files are some hundred lines long.
std::vector<Line> compare(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
  std::vector<std::vector<std::size_t>> common(before.size() + 1, std::vector<std::size_t>(after.size() + 1));
  for (std::size_t left = before.size(); left-- > 0;) {
    for (std::size_t right = after.size(); right-- > 0;) {
      common[left][right] = before[left] == after[right] ? common[left + 1][right + 1] + 1
                                                         : std::max(common[left + 1][right], common[left][right + 1]);
    }
  }
  std::vector<Line> lines;
  std::size_t left = 0, right = 0;
  while (left < before.size() || right < after.size()) {
    if (left < before.size() && right < after.size() && before[left] == after[right]) {
      lines.push_back({' ', before[left++]});
      ++right;
    } else if (right == after.size() || (left < before.size() && common[left + 1][right] >= common[left][right + 1])) {
      lines.push_back({'-', before[left++]});
    } else {
      lines.push_back({'+', after[right++]});
    }
  }
  return lines;
}

/// Whether a line is changed, or near one that is.
std::vector<bool> find_shown(const std::vector<Line>& lines) {
  std::vector<bool> shown(lines.size());
  for (std::size_t index = 0; index < lines.size(); ++index) {
    if (lines[index].sign == ' ') continue;
    const std::size_t end = std::min(lines.size(), index + context + 1);
    for (std::size_t near = index < context ? 0 : index - context; near < end; ++near) shown[near] = true;
  }
  return shown;
}

std::string render_line(const Line& line, const View& view) {
  const std::string text = line.sign + escape_for_terminal(line.text);
  if (line.sign == ' ') return text + "\n";
  return paint(view, text, line.sign == '+' ? Style::added : Style::deleted) + "\n";
}

/// How many lines of either side lie before.
struct Place {
  std::size_t before = 0;
  std::size_t after = 0;

  void count(const Line& line) {
    before += line.sign != '+' ? 1 : 0;
    after += line.sign != '-' ? 1 : 0;
  }
};

/// "@@ -1,6 +1,7 @@": the first line and the number of lines, as `git apply` reads it. Of no lines it is the
/// one before.
std::string render_hunk_head(const std::vector<Line>& lines, const std::vector<bool>& shown, std::size_t start,
                             const Place& place) {
  Place size;
  for (std::size_t index = start; index < lines.size() && shown[index]; ++index) size.count(lines[index]);
  const auto first = [](std::size_t skipped, std::size_t count) { return count == 0 ? skipped : skipped + 1; };
  return fmt::format("@@ -{},{} +{},{} @@", first(place.before, size.before), size.before,
                     first(place.after, size.after), size.after);
}

}  // namespace

std::string render_line_diff(std::string_view name, std::string_view before, std::string_view after, const View& view) {
  if (before == after) return "";
  const std::vector<Line> lines = compare(split_lines(before), split_lines(after));
  const std::vector<bool> shown = find_shown(lines);
  std::string out = paint(view, before.empty() ? "--- /dev/null" : fmt::format("--- a/{}", name), Style::heading) +
                    "\n" + paint(view, fmt::format("+++ b/{}", name), Style::heading) + "\n";
  Place place;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const bool starts = shown[index] && (index == 0 || !shown[index - 1]);
    if (starts) out += paint(view, render_hunk_head(lines, shown, index, place), Style::moved) + "\n";
    if (shown[index]) out += render_line(lines[index], view);
    place.count(lines[index]);
  }
  return out;
}

}  // namespace statelane::emit
