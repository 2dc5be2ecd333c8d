#include "impact/successors.hpp"

#include <unordered_map>

namespace statelane::impact {

namespace {

/// Lock files and pins are alike in states that have nothing to do with each other.
bool is_configuration(const RepoPath& path) {
  return path.name().ends_with(".tf") || path.name().ends_with(".tf.json") || path.name().ends_with(".tofu") ||
         path.name().ends_with(".tofu.json");
}

/// Where each content newly appears.
using NewPlaces = std::unordered_map<ContentId, std::vector<RepoPath>>;

NewPlaces find_new_places(const repo::ChangeSet& changes) {
  NewPlaces places;
  for (const repo::FileChange& change : changes) {
    if (change.kind != repo::ChangeKind::added || change.after.is_zero() || !is_configuration(change.path)) continue;
    places[change.after].push_back(change.path.parent());
  }
  return places;
}

/// The state that came into being in `directory`; empty when none did.
std::string find_new_state(const RepoPath& directory, const Impact& impact, const states::StateGraph& head) {
  for (const std::uint32_t index : head.states_in(directory)) {
    const Affected* affected = impact.find(head.states()[index].id);
    if (affected != nullptr && affected->change == Change::added) return affected->id;
  }
  return "";
}

}  // namespace

std::map<std::string, std::string> find_successors(const Impact& impact, const states::StateGraph& base,
                                                   const states::StateGraph& head, const repo::ChangeSet& changes) {
  std::unordered_map<RepoPath, std::vector<ContentId>> left;  // directory → its files that went
  for (const repo::FileChange& change : changes) {
    if (change.kind == repo::ChangeKind::deleted && is_configuration(change.path)) {
      left[change.path.parent()].push_back(change.before);
    }
  }
  const NewPlaces places = find_new_places(changes);
  std::map<std::string, std::string> successors;
  for (const Affected& affected : impact.affected) {
    const auto index = base.find(affected.id);
    if (affected.change != Change::deleted || !index) continue;
    const std::vector<ContentId>& files = left[base.states()[*index].directory];
    std::map<RepoPath, std::size_t> found;
    for (const ContentId& content : files) {
      const auto place = places.find(content);
      if (place == places.end()) continue;
      for (const RepoPath& directory : place->second) ++found[directory];
    }
    for (const auto& [directory, count] : found) {
      const std::string id = count * 2 >= files.size() ? find_new_state(directory, impact, head) : "";
      if (!id.empty()) successors.emplace(affected.id, id);
    }
  }
  return successors;
}

}  // namespace statelane::impact
