#include "lint/probes.hpp"

#include <algorithm>
#include <optional>

#include "gitlab/changes_pattern.hpp"
#include "states/existing_inputs.hpp"

namespace statelane::lint {

namespace {

using states::Input;
using states::InputKind;

bool is_tree(InputKind kind) {
  return kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
}

/// How much an input says of a path that it covers: a file says most, the state's own directory least.
int narrowness(InputKind kind) {
  if (kind == InputKind::own_directory) return 0;
  if (is_tree(kind)) return 1;
  return kind == InputKind::pattern || kind == InputKind::configured ? 2 : 3;
}

std::optional<std::string> future_path(const Input& input) {
  if (is_tree(input.kind)) {
    const std::string name = input.kind == InputKind::data_directory ? "new-file" : "new-file.tf";
    return input.path.child(name).str();
  }
  if (!input.glob.empty()) return example_of(input.glob);
  const bool is_beside_the_point =
      input.kind == InputKind::version_pin || input.kind == InputKind::lock_file || input.kind == InputKind::attributes;
  if (is_beside_the_point) return std::nullopt;
  return input.path.str();
}

}  // namespace

std::optional<std::string> example_of(std::string_view pattern) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern.substr(at).starts_with("**/")) {
      at += 2;
    } else if (pattern[at] == '*' || pattern[at] == '?') {
      path += path.empty() || path.back() != 'x' ? "x" : "";
    } else if (pattern[at] == '[' || pattern[at] == '{') {
      return std::nullopt;
    } else {
      if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
      path += pattern[at];
    }
  }
  return gitlab::matches_pattern(pattern, path) ? std::optional(path) : std::nullopt;
}

std::vector<Probe> find_probes(const repo::Tree& tree, const states::StateGraph& graph, std::uint32_t state) {
  const std::vector<Input>& inputs = graph.states()[state].inputs;
  std::vector<Probe> probes;
  for (const RepoPath& path : states::find_existing_inputs(tree, graph, state)) {
    Probe probe{path.str(), true, 0};
    int best = -1;
    for (const states::Claim& claim : graph.claims(path)) {
      if (claim.state != state || narrowness(inputs[claim.input].kind) <= best) continue;
      best = narrowness(inputs[claim.input].kind);
      probe.input = claim.input;
    }
    probes.push_back(std::move(probe));
  }
  const std::size_t existing = probes.size();
  for (std::uint32_t index = 0; index < inputs.size(); ++index) {
    const auto path = future_path(inputs[index]);
    if (!path) continue;
    const Probe probe{*path, false, index};
    const auto end = probes.begin() + static_cast<std::ptrdiff_t>(existing);
    if (!std::binary_search(probes.begin(), end, probe)) probes.push_back(probe);
  }
  std::sort(probes.begin(), probes.end());
  probes.erase(std::unique(probes.begin(), probes.end()), probes.end());
  return probes;
}

}  // namespace statelane::lint
