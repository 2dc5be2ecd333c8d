#include "emit/text_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emit/words.hpp"

namespace statelane::emit {

Style style_of(impact::Change change) {
  using impact::Change;
  switch (change) {
    case Change::added: return Style::added;
    case Change::deleted:
    case Change::retired: return Style::deleted;
    case Change::moved: return Style::moved;
    case Change::modified:
    case Change::dependent: break;
  }
  return Style::changed;
}

void add_section(std::string& out, const std::string& title, const std::vector<std::string>& lines, std::size_t most) {
  if (lines.empty()) return;
  if (!out.empty()) out += "\n";
  out += title + "\n";
  // One more line takes no more room than the line that would stand for it.
  const std::size_t shown = lines.size() <= most + 1 ? lines.size() : most;
  for (std::size_t index = 0; index < shown; ++index) out += "  " + escape_for_terminal(lines[index]) + "\n";
  if (shown < lines.size())
    out += fmt::format("  … and {} (--json has all)\n", count_of(lines.size() - shown, "more", "more"));
}

std::vector<std::string> texts_of(std::span<const RepoPath> paths) {
  std::vector<std::string> texts;
  for (const RepoPath& path : paths) texts.push_back(path.display());
  return texts;
}

void add_unclaimed(std::string& out, std::span<const RepoPath> unclaimed, const View& view) {
  add_section(out, paint(view, "no state's input:", Style::changed), texts_of(unclaimed), most_listed);
}

}  // namespace statelane::emit
