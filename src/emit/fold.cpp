#include "emit/fold.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace statelane::emit {

namespace {

constexpr std::string_view no_colour = "\x1b[0m";

/// The columns that `text` takes on a terminal, where a colour takes none.
std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (true) {
    const std::size_t colour = text.find("\x1b[");
    columns += width_of(text.substr(0, colour));
    if (colour == std::string_view::npos) return columns;
    text.remove_prefix(std::min(text.size(), text.find('m', colour)) + 1);
  }
}

/// The colour that goes on behind `word` where `colour` stood before it; empty: none.
std::string colour_after(std::string_view word, std::string colour) {
  for (std::size_t start = word.find("\x1b["); start != std::string_view::npos; start = word.find("\x1b[", start + 1)) {
    const std::string_view found = word.substr(start, word.find('m', start) + 1 - start);
    colour = found == no_colour ? "" : std::string(found);
  }
  return colour;
}

struct Stem {
  std::string_view drawn;
  std::string_view continued;
};

constexpr std::array stems = {Stem{" ", " "}, Stem{"│", "│"}, Stem{"├", "│"}, Stem{"└", " "}, Stem{"─", " "}};

/// What stands before the first word of a line, and what stands there in the lines that follow it.
struct Margin {
  std::size_t bytes = 0;
  std::string continued;
};

Margin find_margin(std::string_view line) {
  Margin margin;
  while (true) {
    const auto rest = line.substr(margin.bytes);
    const auto stem = std::ranges::find_if(stems, [&](const Stem& one) { return rest.starts_with(one.drawn); });
    if (stem == stems.end()) break;
    margin.bytes += stem->drawn.size();
    margin.continued += stem->continued;
  }
  margin.continued += "  ";
  return margin;
}

void fold_line(std::string_view line, std::size_t width, std::string& out) {
  if (columns_of(line) <= width) {
    out += line;
    return;
  }
  const Margin margin = find_margin(line);
  std::string current(line.substr(0, margin.bytes));
  line.remove_prefix(margin.bytes);
  std::string colour = colour_after(current, "");
  bool is_begun = false;
  while (!line.empty()) {
    const std::size_t end = std::min(line.size(), line.find(' '));
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(line.size(), end + 1));
    if (is_begun && columns_of(current) + 1 + columns_of(word) > width) {
      out += current.substr(0, current.find_last_not_of(' ') + 1);
      if (!colour.empty()) out += no_colour;
      out += '\n';
      current = margin.continued + colour;
      is_begun = false;
      if (word.empty()) continue;
    }
    if (is_begun) current += ' ';
    current += word;
    colour = colour_after(word, std::move(colour));
    is_begun = true;
  }
  out += current;
}

}  // namespace

std::string fold(std::string_view text, const View& view) {
  if (!view.width) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    fold_line(text.substr(0, end), *view.width, out);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

}  // namespace statelane::emit
