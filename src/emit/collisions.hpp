#pragma once

#include <string>
#include <vector>

#include "comparison/collisions.hpp"
#include "emit/view.hpp"

namespace statelane::emit {

/// Which other merge requests change the same states, and how many were looked at.
std::string render_collisions_text(const comparison::Collisions& collisions, const View& view);

/// For one state: "!123 also changes it, through modules/vpc/main.tf".
std::vector<std::string> describe_collisions(const comparison::Collisions& collisions, const std::string& id);

}  // namespace statelane::emit
