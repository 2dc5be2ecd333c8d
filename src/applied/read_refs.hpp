#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "applied/ledger.hpp"

namespace statelane::applied {

inline constexpr std::string_view refs_of_environments = "refs/environments/";

/// The newest and the oldest deployment of each slug that the refs tell of. Names of another shape are left out.
struct RefsBySlug {
  std::map<std::string, Deployment> newest{};
  std::optional<Deployment> first{};  ///< of the slugs in `wanted`

  static RefsBySlug parse(const std::vector<DeploymentRef>& refs, const std::map<std::string, std::string>& wanted);
};

}  // namespace statelane::applied
