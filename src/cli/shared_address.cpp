#include "cli/shared_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace statelane::cli {

namespace {

constexpr std::size_t most_named = 5;

/// Its backend says no address, so that a variable does.
bool takes_address(const states::State& state) {
  return state.backend && state.backend->type == "http" && !state.backend->known.contains("address") &&
         !state.backend->partial.contains("address");
}

/// By its address, which GitLab's API has, or by a variable or a name that stands for one.
bool is_kept_by_gitlab(const states::State& state) {
  if (!state.backend || state.backend->type != "http") return false;
  if (!state.gitlab_state.empty() || takes_address(state)) return true;
  const auto known = state.backend->known.find("address");
  return known != state.backend->known.end() && known->second.find("/terraform/state/") != std::string::npos;
}

std::string name_some(const std::vector<std::string>& ids) {
  const auto shown = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), most_named));
  const std::string more = ids.size() > most_named ? fmt::format(" and {} more", ids.size() - most_named) : "";
  return fmt::format("{}{}", fmt::join(ids.begin(), shown, ", "), more);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics) {
  std::vector<std::string> ids;
  for (const states::State& state : side.states.graph.states()) {
    if (takes_address(state)) ids.push_back(state.id);
  }
  if (ids.size() < 2) return;
  for (const char* name : {"TF_HTTP_ADDRESS", "TF_ADDRESS", "TF_STATE_NAME"}) {
    if (variable(name).empty()) continue;
    diagnostics.warning(
        RepoPath::of(config::file_name), std::nullopt,
        fmt::format("{} is set, and gives {} states one address: {}", name, ids.size(), name_some(ids)),
        {"take it out of the project's variables, or scope it to environments; gitlab_state names each state"});
    return;
  }
}

std::string advise_lasting_token(const LoadedTree& side) {
  const std::string password = variable("TF_HTTP_PASSWORD");
  if (!password.empty() && password != variable("CI_JOB_TOKEN")) return "";
  std::vector<std::string> ids;
  for (const states::State& state : side.states.graph.states())
    if (is_kept_by_gitlab(state)) ids.push_back(state.id);
  if (ids.empty()) return "";
  return fmt::format(
      "an apply that the server ends can no longer save a state that GitLab keeps ({}), since the job's token ends "
      "with "
      "it: give applies TF_HTTP_USERNAME and TF_HTTP_PASSWORD of a project access token (role Maintainer, scope api), "
      "as protected and masked variables",
      name_some(ids));
}

}  // namespace statelane::cli
