#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/repo_path.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// The settings of a backend as far as they are known statically: an absent attribute is not written. Attributes of
/// nested blocks and objects are named `workspaces.name`, `endpoints.s3`.
struct BackendSettings {
  std::string type;
  std::map<std::string, PartialText> values;
  bool is_open = false;  ///< more attributes may be written than are known
};

/// What of `settings` tells one stored state from another, by Terraform's documentation of each backend. Defaults are
/// filled in, `cloud` becomes `remote`, addresses are normalised, a local path is taken relative to `directory`; the
/// name of a workspace of Terraform Cloud is put together from prefix and workspace. An attribute that the backend
/// requires and nobody writes is unknown, and so is every one that may be written where the settings are open. The host
/// of `tfe_outputs` is no part of its identity: the provider knows it. `workspace` is part of the identity only where
/// the lane or the reader names one. A backend that is not in the table is told apart by all its written attributes.
BackendIdentity identify_backend(const BackendSettings& settings, const std::optional<std::string>& workspace,
                                 const RepoPath& directory);

/// The names of the settings that tell states of this type of backend apart; empty: it is not in the table.
std::set<std::string> identity_settings(std::string_view type);

/// An http backend without an address whose state GitLab keeps under `name`.
void name_gitlab_state(BackendIdentity& identity, const std::string& name);

enum class IdentityMatch {
  same,
  possible,  ///< something is known of both, and equal
  open,      ///< `stored` leaves open what has to be written, and `init` may complete it so
  different,
};

/// Whether a reader of `wanted` reads the state stored at `stored`. Parts that are unknown on either side make it
/// `possible`, provided that at least one part is known and equal that is required or not left at its default. What
/// `init` completes may also be set where it is at its default. A workspace named on one side only tells nothing.
IdentityMatch match_identity(const BackendIdentity& wanted, const BackendIdentity& stored);

/// Whether two states may be stored in one place: nothing that is known of both differs, and an empty type is any.
/// Wider than `match_identity`, which wants something in common.
bool may_be_same(const BackendIdentity& one, const BackendIdentity& other);

}  // namespace statelane::states
