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

}  // namespace

void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics) {
  std::vector<std::string> ids;
  for (const states::State& state : side.states.graph.states()) {
    if (takes_address(state)) ids.push_back(state.id);
  }
  if (ids.size() < 2) return;
  for (const char* name : {"TF_HTTP_ADDRESS", "TF_ADDRESS", "TF_STATE_NAME"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const auto shown = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), most_named));
    const std::string more = ids.size() > most_named ? fmt::format(" and {} more", ids.size() - most_named) : "";
    diagnostics.warning(
        RepoPath::of(config::file_name), std::nullopt,
        fmt::format("{} is set, and gives {} states one address: {}{}", name, ids.size(),
                    fmt::join(ids.begin(), shown, ", "), more),
        {"take it out of the project's variables, or scope it to environments; gitlab_state names each state"});
    return;
  }
}

}  // namespace statelane::cli
