#pragma once

#include <string>

#include "comparison/state_owners.hpp"
#include "emit/view.hpp"

namespace statelane::emit {

/// "@net, @sre (Operations, optional)"; empty where nobody owns it.
std::string describe_owners(const comparison::StateOwners& owners);

/// A table of states, who owns each, and whom GitLab did not ask.
std::string render_owners_text(const comparison::OwnersAnswer& answer, const View& view);

/// `statelane/owners/1`
std::string render_owners_json(const comparison::OwnersAnswer& answer);

}  // namespace statelane::emit
