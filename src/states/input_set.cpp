#include "states/input_set.hpp"

#include <algorithm>
#include <numeric>

namespace statelane::states {

std::uint32_t InputSet::add(InputKind kind, const RepoPath& path, const std::string& glob, const Reach& reach) {
  const auto [entry, is_new] = index_.try_emplace({kind, path, glob}, static_cast<std::uint32_t>(inputs_.size()));
  if (is_new) inputs_.push_back({kind, path, glob, {}});
  std::vector<Reach>& reached = inputs_[entry->second].reached;
  if (std::find(reached.begin(), reached.end(), reach) == reached.end()) reached.push_back(reach);
  return entry->second;
}

std::vector<Input> InputSet::finish() {
  std::vector<std::uint32_t> order(inputs_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [](const Input& input) { return std::tie(input.kind, input.path, input.glob); };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t left, std::uint32_t right) { return key(inputs_[left]) < key(inputs_[right]); });
  std::vector<std::uint32_t> position(order.size());
  for (std::uint32_t index = 0; index < order.size(); ++index) position[order[index]] = index;
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
