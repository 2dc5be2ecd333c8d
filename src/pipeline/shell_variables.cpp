#include "pipeline/shell_variables.hpp"

#include <fmt/format.h>

#include "config/config.hpp"
#include "gitlab/names.hpp"
#include "pipeline/lane_jobs.hpp"
#include "states/instances.hpp"

namespace statelane::pipeline {

namespace {

/// `NAMES` is how many there are, `NAME_1` the first.
void add_list(yaml::Value::Map& variables, const std::string& name, const std::vector<std::string>& values) {
  variables.emplace_back(name + "S", std::to_string(values.size()));
  for (std::size_t index = 0; index < values.size(); ++index) {
    variables.emplace_back(fmt::format("{}_{}", name, index + 1), literal_variable(values[index]));
  }
}

/// What signing in to GitLab takes, for a state of the http backend. An address that is known in part names its server.
void add_http_state(yaml::Value::Map& variables, const states::State& state) {
  const states::BackendIdentity& backend = *state.backend;
  const auto known = backend.known.find("address");
  const auto partial = backend.partial.find("address");
  std::string address = known == backend.known.end() ? "" : known->second;
  if (address.empty() && state.gitlab_state.empty() && partial != backend.partial.end())
    address = partial->second.front().value_or("");
  variables.emplace_back("STATELANE_HTTP_ADDRESS", literal_variable(address));
  if (!state.gitlab_state.empty())
    variables.emplace_back("STATELANE_GITLAB_STATE", literal_variable(gitlab::escape_for_url(state.gitlab_state)));
  std::vector<std::string> open;
  for (const states::OpenAddress& one : state.open_addresses) open.push_back(one.address);
  add_list(variables, "STATELANE_OPEN_STATE", open);
}

}  // namespace

yaml::Value::Map shell_variables(const states::State& state, bool is_apply) {
  yaml::Value::Map variables = {{"STATELANE_DIRECTORY", literal_variable(state.directory.display())}};
  std::vector<std::string> fixed;
  for (const states::LaneVariable& variable : state.variables) fixed.push_back(variable.name + "=" + variable.value);
  if (!fixed.empty()) add_list(variables, "STATELANE_VARIABLE", fixed);
  if (state.settings.commands) {
    add_list(variables, "STATELANE_WORD", is_apply ? state.settings.commands->apply : state.settings.commands->plan);
    return variables;
  }
  variables.emplace_back("STATELANE_TOOL", literal_variable(state.tool));
  if (!state.workspace.empty()) variables.emplace_back("STATELANE_WORKSPACE", literal_variable(state.workspace));
  add_list(variables, "STATELANE_BACKEND_CONFIG", states::backend_arguments(state));
  add_list(variables, "STATELANE_VAR_FILE", states::variable_arguments(state));
  if (state.backend && state.backend->type == "http") add_http_state(variables, state);
  return variables;
}

void refuse_helper_settings(const states::State& state, Diagnostics& diagnostics) {
  const auto refuse = [&](std::string_view setting) {
    diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                      fmt::format("\"{}\" of \"{}\" is kept by the job helper, and jobs that call Terraform alone have "
                                  "none",
                                  setting, state.id),
                      {"take \"jobs: helper\", or leave the setting out"});
  };
  if (state.settings.after_plan) refuse("after_plan");
  if (state.settings.max_destroy) refuse("max_destroy");
}

}  // namespace statelane::pipeline
