#include "emit/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "emit/fold.hpp"
#include "emit/text_sections.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

using states::Exclusion;

/// More than these say nothing that the first do not.
constexpr std::size_t most_near_misses = 10;

std::string safe(std::string_view text) { return escape_for_terminal(text); }

/// Chains that end the same way share their branch. The order is that of the steps.
struct Branch {
  std::map<impact::CauseStep, Branch> branches;

  friend bool operator==(const Branch&, const Branch&) = default;
};

/// Branches that go on in the very same way stand below each other, and what follows is told once.
void render_branches(const Branch& branch, const std::string& indent, const View& view, std::string& out) {
  for (auto entry = branch.branches.begin(); entry != branch.branches.end(); ++entry) {
    const auto next = std::next(entry);
    const bool is_last = next == branch.branches.end();
    const std::string step = safe(pipeline::describe_step(entry->first));
    const bool is_root_cause = entry->second.branches.empty();
    out += fmt::format("{}{}{}\n", indent, is_last ? "└─ " : "├─ ",
                       is_root_cause ? paint(view, step, Style::changed) : step);
    if (!is_last && next->second == entry->second) continue;
    render_branches(entry->second, indent + (is_last ? "   " : "│  "), view, out);
  }
}

std::string render_affected(const impact::Affected& affected, const View& view) {
  std::string head = fmt::format("{}  {}", paint(view, safe(affected.id), Style::heading),
                                 paint(view, word_of(affected.change), style_of(affected.change)));
  if (!affected.from.empty()) head += " from " + safe(affected.from);
  if (!affected.orphans.empty()) head += ", would orphan the resources of " + safe(affected.orphans);
  Branch root;
  for (const impact::Cause& cause : affected.causes) {
    Branch* place = &root;
    for (auto step = cause.rbegin(); step != cause.rend(); ++step) place = &place->branches[*step];
  }
  std::string out = head + "\n";
  for (const std::string& line : pipeline::describe_pending(affected)) out += "  " + safe(line) + "\n";
  render_branches(root, "", view, out);
  return out;
}

std::string describe_near_miss(const impact::NearMiss& miss) {
  switch (miss.why) {
    case Exclusion::documentation: return "is documentation or a test, which counts only where something reads it";
    case Exclusion::ignored: return "is ignored by .statelane.yml, and nothing reads it";
    case Exclusion::tests_or_examples: return "lies in tests/ or examples/ of the module " + miss.input.display();
    case Exclusion::values_of_a_module:
      return "holds values or locks that Terraform loads for a state only, not for the module " + miss.input.display();
    case Exclusion::other_state: return "belongs to the state " + miss.state;
    case Exclusion::other_instance: return "is read by another instance of the directory only";
    case Exclusion::below_root: return "lies deeper than the root directory's own files";
    case Exclusion::none: break;
  }
  return "lies beside " + miss.input.str() + ", which it reads";
}

const impact::Skipped* find_skipped(const Why& why) {
  const auto& skipped = why.impact.skipped;
  const auto found =
      std::find_if(skipped.begin(), skipped.end(), [&](const auto& entry) { return entry.id == why.id; });
  return found == skipped.end() ? nullptr : &*found;
}

std::string render_not_affected(const Why& why, const View& view) {
  std::string out = paint(view, safe(why.id), Style::heading) + "  not affected\n";
  const impact::Skipped* skipped = find_skipped(why);
  if (skipped != nullptr) {
    for (const RepoPath& path : skipped->paths)
      out += fmt::format("  {} changed, but Terraform reads the same as before\n", safe(path.str()));
  } else {
    out += why.changed_paths == 0 ? "  nothing changed\n"
           : why.changed_paths == 1
               ? "  the one changed path is no input of it\n"
               : fmt::format("  none of the {} changed paths is an input of it\n", why.changed_paths);
  }
  for (const std::string& id : why.dependencies)
    out += fmt::format("  it depends on {}, which is affected; its own lane runs only with --dependents\n", safe(id));
  for (std::size_t index = 0; index < std::min(why.near.size(), most_near_misses); ++index)
    out += fmt::format("  near: {} {}\n", safe(why.near[index].path.str()), safe(describe_near_miss(why.near[index])));
  if (why.near.size() > most_near_misses)
    out += fmt::format("  near: {} more paths like these\n", why.near.size() - most_near_misses);
  return out;
}

}  // namespace

std::string render_why_text(const Why& why, const View& view) {
  const impact::Affected* affected = why.impact.find(why.id);
  return fold(affected != nullptr ? render_affected(*affected, view) : render_not_affected(why, view), view);
}

}  // namespace statelane::emit
