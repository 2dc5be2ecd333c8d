#include "emit/collisions.hpp"

#include <fmt/format.h>

#include "base/escape.hpp"
#include "emit/text_sections.hpp"

namespace statelane::emit {

std::string render_collisions_text(const comparison::Collisions& collisions, const View& view) {
  if (!collisions.was_looked) return "\nother merge requests were not looked at\n";
  std::vector<std::string> lines;
  for (const comparison::Collision& collision : collisions.found) {
    for (const auto& [id, path] : collision.states)
      lines.push_back(escape_for_terminal(fmt::format("{}  {}, through {}", collision.request, id, path.display())));
  }
  std::string out;
  add_section(
      out,
      paint(view, "other merge requests change these too; once one is merged the other's plan is old:", Style::changed),
      lines);
  return out + fmt::format("\n{} looked at, {} of them on the same states\n",
                           count_of(collisions.looked, "other merge request", "other merge requests"),
                           collisions.found.size());
}

std::vector<std::string> describe_collisions(const comparison::Collisions& collisions, const std::string& id) {
  std::vector<std::string> lines;
  for (const comparison::Collision& collision : collisions.found) {
    const auto path = collision.states.find(id);
    if (path != collision.states.end())
      lines.push_back(fmt::format("{} also changes it, through {}", collision.request, path->second.display()));
  }
  return lines;
}

}  // namespace statelane::emit
