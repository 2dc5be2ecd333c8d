#include "repo/links.hpp"

#include <string>

namespace statelane::repo {

namespace {

constexpr std::size_t most_links = 40;

/// Splits off the first component of `rest`.
std::string take_component(std::string& rest) {
  const std::size_t slash = rest.find('/');
  std::string component = rest.substr(0, slash);
  rest = slash == std::string::npos ? std::string() : rest.substr(slash + 1);
  return component;
}

}  // namespace

Resolved resolve_links(const Tree& tree, const RepoPath& directory, std::string_view relative) {
  Resolved result;
  result.path = directory;
  result.kind = EntryKind::directory;
  result.outcome = Resolved::Outcome::found;
  std::string rest(relative);
  if (rest.starts_with('/')) {
    result.outcome = Resolved::Outcome::outside;
    return result;
  }
  while (!rest.empty()) {
    const std::string component = take_component(rest);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (result.path.is_root()) {
        result.outcome = Resolved::Outcome::outside;
        return result;
      }
      result.path = result.path.parent();
      result.kind = EntryKind::directory;
      continue;
    }
    const RepoPath next = result.path.child(component);
    const auto entry = result.outcome == Resolved::Outcome::found ? tree.find(next) : std::nullopt;
    if (!entry) {
      // What lies below a missing directory is missing too, but is still a place where something may appear.
      result.outcome = Resolved::Outcome::missing;
      result.path = next;
      continue;
    }
    if (entry->kind != EntryKind::symlink) {
      result.path = next;
      result.kind = entry->kind;
      continue;
    }
    result.links.push_back(next);
    if (result.links.size() > most_links) {
      result.outcome = Resolved::Outcome::cycle;
      return result;
    }
    const std::string target = tree.read(next);
    if (target.starts_with('/')) {
      result.outcome = Resolved::Outcome::outside;
      return result;
    }
    rest = rest.empty() ? target : target + "/" + rest;
  }
  return result;
}

}  // namespace statelane::repo
