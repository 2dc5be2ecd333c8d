#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "emit/fold.hpp"
#include "emit/text.hpp"
#include "emit/text_sections.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

using impact::Affected;
using impact::Change;

constexpr std::size_t commit_length = 12;
constexpr std::size_t most_paths = 6;  ///< changed paths shown of a state; `why` shows all

std::string safe(std::string_view text) { return escape_for_terminal(text); }

std::string render_title(const Affected& affected, const View& view) {
  std::string from = affected.from.empty() ? "" : " from " + affected.from;
  if (!affected.orphans.empty()) from += ", would orphan the resources of " + affected.orphans;
  return fmt::format("{}  {}\n", paint(view, safe(affected.id), Style::heading),
                     paint(view, std::string(word_of(affected.change)) + safe(from), style_of(affected.change)));
}

/// The ways that begin with one changed path, in one line: the first one, and how many more there are.
std::string render_ways(const std::vector<const impact::Cause*>& ways) {
  impact::Cause first = *ways.front();
  const std::size_t steps = first.size();
  if (steps > 3) first.resize(3);
  std::string text = safe(pipeline::describe_cause(first));
  if (steps > 3) text += fmt::format(", … {}", count_of(steps - 3, "more step", "more steps"));
  if (ways.size() > 1) text += fmt::format("; and {}", count_of(ways.size() - 1, "more way", "more ways"));
  return text;
}

std::string render_state(const Affected& affected, const View& view) {
  std::string out = render_title(affected, view);
  for (const std::string& line : pipeline::describe_pending(affected)) out += "  " + safe(line) + "\n";
  std::vector<std::vector<const impact::Cause*>> by_path;
  for (const impact::Cause& cause : affected.causes) {
    const bool is_same = !by_path.empty() && by_path.back().front()->front() == cause.front();
    if (!is_same) by_path.emplace_back();
    by_path.back().push_back(&cause);
  }
  const std::size_t shown = by_path.size() <= most_paths + 1 ? by_path.size() : most_paths;
  for (std::size_t index = 0; index < shown; ++index) out += "  " + render_ways(by_path[index]) + "\n";
  if (shown < by_path.size())
    out += fmt::format("  … and {}\n", count_of(by_path.size() - shown, "more path", "more paths"));
  return out;
}

/// "3 of 29 states affected (2 modified, 1 added)".
std::string count_affected(const impact::Impact& impact, std::size_t total) {
  std::map<Change, std::size_t> counts;
  for (const Affected& affected : impact.affected) ++counts[affected.change];
  std::string kinds;
  for (const auto& [change, count] : counts) {
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, word_of(change));
  }
  return fmt::format("{} of {} affected{}", impact.affected.size(), count_of(total, "state", "states"),
                     kinds.empty() ? "" : " (" + kinds + ")");
}

std::string shorten(const std::string& commit) { return safe(commit.substr(0, commit_length)); }

}  // namespace

std::string render_affected_text(const pipeline::ComparedCommits& comparison, const impact::Impact& impact,
                                 std::size_t total, const View& view) {
  std::string out = fmt::format("base {} {}\nhead {}\n", comparison.base.empty() ? "none" : shorten(comparison.base),
                                paint(view, "(" + safe(comparison.base_text) + ")", Style::aside),
                                comparison.head.empty() ? "the work tree" : shorten(comparison.head));
  if (impact.affected.empty()) out += "\nno state is affected\n";
  for (const Affected& affected : impact.affected) out += "\n" + render_state(affected, view);
  std::vector<std::string> skipped;
  for (const impact::Skipped& entry : impact.skipped) skipped.push_back(entry.id);
  add_section(out, paint(view, "skipped, since Terraform reads the same as before:", Style::aside), skipped);
  std::vector<std::string> touched;
  std::ranges::set_difference(impact.dependents, impact.untouched, std::back_inserter(touched));
  add_section(out, paint(view, "depend on these, and do not run:", Style::aside), touched);
  add_section(out, paint(view, "depend on these, but read no output that this can change:", Style::aside),
              impact.untouched);
  add_unclaimed(out, impact.unclaimed, view);
  return fold(out + "\n" + paint(view, count_affected(impact, total), Style::aside) + "\n", view);
}

}  // namespace statelane::emit
