#include "states/input_set.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace statelane::states {

std::uint32_t InputSet::add(InputKind kind, const RepoPath& path, const std::string& glob, const Reach& reach) {
  const auto [entry, is_new] = index_.try_emplace({kind, path, glob}, static_cast<std::uint32_t>(inputs_.size()));
  if (is_new) inputs_.push_back({kind, path, glob, {}});
  std::vector<Reach>& reached = inputs_[entry->second].reached;
  if (std::find(reached.begin(), reached.end(), reach) == reached.end()) reached.push_back(reach);
  return entry->second;
}

void InputSet::absorb_files(std::span<const std::uint32_t> patterns) {
  std::map<RepoPath, std::vector<std::uint32_t>> by_directory;
  for (const std::uint32_t pattern : patterns) by_directory[inputs_[pattern].path].push_back(pattern);
  const auto find_pattern = [&](const RepoPath& file) -> std::optional<std::uint32_t> {
    for (RepoPath place = file; !place.is_root();) {
      place = place.parent();
      const auto found = by_directory.find(place);
      if (found == by_directory.end()) continue;
      for (const std::uint32_t pattern : found->second) {
        if (matches_glob(inputs_[pattern].glob, file.str())) return pattern;
      }
    }
    return std::nullopt;
  };
  for (std::uint32_t index = 0; index < inputs_.size() && !by_directory.empty(); ++index) {
    if (inputs_[index].kind != InputKind::file) continue;
    const auto pattern = find_pattern(inputs_[index].path);
    if (!pattern) continue;
    absorbed_.emplace(index, *pattern);
    std::vector<Reach>& reached = inputs_[*pattern].reached;
    for (const Reach& reach : inputs_[index].reached) {
      if (std::find(reached.begin(), reached.end(), reach) == reached.end()) reached.push_back(reach);
    }
  }
}

std::vector<Input> InputSet::finish() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t index = 0; index < inputs_.size(); ++index) {
    if (!absorbed_.contains(index)) order.push_back(index);
  }
  const auto key = [](const Input& input) { return std::tie(input.kind, input.path, input.glob); };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t left, std::uint32_t right) { return key(inputs_[left]) < key(inputs_[right]); });
  std::vector<std::uint32_t> position(inputs_.size());
  for (std::uint32_t index = 0; index < order.size(); ++index) position[order[index]] = index;
  for (const auto& [file, pattern] : absorbed_) position[file] = position[pattern];
  std::vector<Input> result;
  result.reserve(order.size());
  for (const std::uint32_t index : order) {
    Input& input = inputs_[index];
    for (Reach& reach : input.reached) {
      if (reach.via) reach.via = position[*reach.via];
    }
    std::sort(input.reached.begin(), input.reached.end());
    result.push_back(std::move(input));
  }
  return result;
}

}  // namespace statelane::states
