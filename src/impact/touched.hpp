#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_set>

#include "impact/impact.hpp"

namespace statelane::impact {

enum class Side { base, head };

/// What the paths that differ say about each state, by id.
struct Touched {
  std::map<std::string, std::set<Cause>> causes;
  std::map<std::string, std::set<RepoPath>> without_effect;
};

/// Adds what one side's claims say. A path counts on the side where it exists: one that was added says nothing about
/// what base read. Only where a state gets other files than before, though they did not change (`regrouped`), the path
/// that made it so counts on both sides.
/// `other` is the graph of the other side: what Terragrunt evaluates to the same there has no effect. `only`: no states
/// but these.
void add_touched(const states::StateGraph& graph, const states::StateGraph& other, Side side,
                 const Difference& difference, Touched& touched, const std::set<std::string>* only = nullptr);

}  // namespace statelane::impact
