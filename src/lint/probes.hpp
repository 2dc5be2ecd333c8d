#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::lint {

/// A path whose change alone has to start a state's jobs.
struct Probe {
  std::string path;
  bool exists = false;  ///< otherwise a file that may be added: a new one in a directory, one that a guard waits for
  std::uint32_t input = 0;  ///< index of the state's input that it comes from, the narrowest

  friend auto operator<=>(const Probe& left, const Probe& right) { return left.path <=> right.path; }
  friend bool operator==(const Probe& left, const Probe& right) { return left.path == right.path; }
};

/// Every existing input of the state and, for each directory, pattern and missing file, one path that may be added.
/// Sorted by path. Version pins that are not there are left out.
std::vector<Probe> find_probes(const repo::Tree& tree, const states::StateGraph& graph, std::uint32_t state);

/// A path that the pattern matches, as short as its wildcards allow; empty where it has brackets or braces, or matches
/// nothing.
std::optional<std::string> example_of(std::string_view pattern);

}  // namespace statelane::lint
