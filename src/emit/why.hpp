#pragma once

#include <span>
#include <string>

#include "emit/view.hpp"
#include "impact/impact.hpp"
#include "impact/near_misses.hpp"
#include "pipeline/build_pipeline.hpp"

namespace statelane::emit {

/// Everything that is known of one state and one comparison.
struct Why {
  std::string id;
  const impact::Impact& impact;
  std::size_t changed_paths = 0;
  std::vector<impact::NearMiss> near;     ///< only for a state that is not affected
  std::vector<std::string> dependencies;  ///< affected states that it depends on directly, sorted
};

/// For an affected state a tree from the state down to the changed paths; otherwise why not: what changed without
/// effect, what it depends on, which changed paths came near and why they do not count. Lines are folded to the view.
/// Names cannot write to the terminal.
std::string render_why_text(const Why& why, const View& view);

/// `statelane/why/1`
std::string render_why_json(const pipeline::ComparedCommits& comparison, const Why& why);

}  // namespace statelane::emit
