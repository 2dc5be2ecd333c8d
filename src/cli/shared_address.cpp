#include "cli/shared_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "base/digest.hpp"
#include "runner/shell_words.hpp"
#include "states/backend_identity.hpp"

namespace statelane::cli {

namespace {

constexpr std::size_t most_named = 5;

constexpr std::array address_variables = {"TF_HTTP_ADDRESS", "TF_ADDRESS", "TF_STATE_NAME"};
constexpr std::array argument_variables = {"TF_CLI_ARGS", "TF_CLI_ARGS_init"};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Its backend says no address, so that a variable does, which is stronger than `gitlab_state`.
bool takes_address(const states::State& state) {
  if (!state.backend || state.backend->type != "http" || state.backend->known.contains("address")) return false;
  return !state.gitlab_state.empty() || !state.backend->partial.contains("address");
}

/// The settings that `-backend-config=NAME=VALUE` among the arguments gives, as far as they tell states apart.
std::map<std::string, std::string> given_settings(const std::string& arguments, const std::string& type) {
  constexpr std::string_view option = "-backend-config=";
  const std::set<std::string> telling = states::identity_settings(type);
  std::map<std::string, std::string> result;
  for (std::string word : runner::split_shell_words(arguments)) {
    if (word.starts_with("--")) word.erase(0, 1);
    const std::size_t equals = word.find('=', option.size());
    if (!word.starts_with(option) || equals == std::string::npos) continue;
    const std::string name = word.substr(option.size(), equals - option.size());
    if (telling.contains(name)) result[name] = word.substr(equals + 1);
  }
  return result;
}

/// Nothing is left that tells the two apart, once those settings are the same.
bool share_all_but(const std::map<std::string, std::string>& given, const states::BackendIdentity& one,
                   const states::BackendIdentity& other) {
  for (const std::string& name : states::identity_settings(one.type)) {
    if (given.contains(name)) continue;
    const auto mine = one.known.find(name);
    const auto its = other.known.find(name);
    if (mine == one.known.end() || its == other.known.end() || mine->second != its->second) return false;
  }
  const auto workspace = [](const states::BackendIdentity& identity) {
    const auto found = identity.known.find("workspace");
    return found == identity.known.end() ? std::string() : found->second;
  };
  return workspace(one) == workspace(other);
}

bool share(const states::State& one, const states::State& other, const std::string& name, const std::string& value) {
  if (name.starts_with("TF_CLI_ARGS")) {
    if (!one.backend || !other.backend || one.backend->type != other.backend->type) return false;
    const std::map<std::string, std::string> given = given_settings(value, one.backend->type);
    return !given.empty() && share_all_but(given, *one.backend, *other.backend);
  }
  return takes_address(one) && takes_address(other);
}

/// The other states that the variable would keep where that one is kept.
std::vector<std::string> find_sharers(const states::StateGraph& graph, const states::State& one,
                                      const std::string& name) {
  std::vector<std::string> result;
  const std::string value = variable(name.c_str());
  for (const states::State& other : graph.states())
    if (other.id != one.id && !value.empty() && share(one, other, name, value)) result.push_back(other.id);
  return result;
}

/// Those that count: of the variables for an address the first one.
std::vector<std::string> variables_that_are_set() {
  std::vector<std::string> result;
  for (const char* name : address_variables)
    if (result.empty() && !variable(name).empty()) result.emplace_back(name);
  for (const char* name : argument_variables)
    if (variable(name).find("-backend-config=") != std::string::npos) result.emplace_back(name);
  return result;
}

struct Shared {
  std::string variable;
  std::vector<std::string> ids;  ///< of the first states that it keeps in one place
};

std::vector<Shared> find_shared(const states::StateGraph& graph) {
  std::vector<Shared> result;
  for (const std::string& name : variables_that_are_set()) {
    for (const states::State& state : graph.states()) {
      std::vector<std::string> ids = find_sharers(graph, state, name);
      if (ids.empty()) continue;
      ids.insert(ids.begin(), state.id);
      result.push_back({name, std::move(ids)});
      break;
    }
  }
  return result;
}

/// Of what tells states apart alone: secrets may stand beside it among arguments, and a digest lets them be guessed.
std::string digest_of(const states::StateGraph& graph, const std::string& name) {
  const std::string value = variable(name.c_str());
  if (!name.starts_with("TF_CLI_ARGS")) return sha256_hex(value).substr(0, 16);
  std::map<std::string, std::string> given;
  for (const states::State& state : graph.states())
    if (state.backend) given.merge(given_settings(value, state.backend->type));
  std::string told;
  for (const auto& [setting, its] : given) told += fmt::format("{}={}\n", setting, its);
  return sha256_hex(told).substr(0, 16);
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

}  // namespace

void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics) {
  const std::vector<Shared> shared = find_shared(side.states.graph);
  if (shared.empty()) return;
  const Shared& first = shared.front();
  const bool is_address = !first.variable.starts_with("TF_CLI_ARGS");
  diagnostics.warning(RepoPath::of(config::file_name), std::nullopt,
                      fmt::format("{} is set, and gives {} states one {}: {}", first.variable, first.ids.size(),
                                  is_address ? "address" : "place in their backend", name_some(first.ids)),
                      {"take it out of the project's variables, or scope it to environments; gitlab_state and "
                       "backend_config in .statelane.yml name each state's place"});
}

std::string describe_shared_variables(const LoadedTree& side) {
  std::string result;
  for (const Shared& one : find_shared(side.states.graph)) {
    if (!result.empty()) result += ' ';
    result += fmt::format("{}={}", one.variable, digest_of(side.states.graph, one.variable));
  }
  return result;
}

std::string describe_shared_place(const LoadedTree& side, std::uint32_t index) {
  const std::string known = " " + variable("STATELANE_SHARED") + " ";
  for (const std::string& name : variables_that_are_set()) {
    if (known.find(fmt::format(" {}={} ", name, digest_of(side.states.graph, name))) == std::string::npos) continue;
    const std::vector<std::string> ids = find_sharers(side.states.graph, side.states.graph.states()[index], name);
    if (!ids.empty()) return fmt::format("{} keeps it where others are kept: {}", name, name_some(ids));
  }
  return "";
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
