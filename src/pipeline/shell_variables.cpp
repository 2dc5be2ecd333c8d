#include "pipeline/shell_variables.hpp"

#include <fmt/format.h>

#include "config/config.hpp"
#include "pipeline/lane_jobs.hpp"

namespace statelane::pipeline {

namespace {

/// `NAMES` is how many there are, `NAME_1` the first.
void add_list(yaml::Value::Map& variables, const std::string& name, const std::vector<std::string>& values) {
  variables.emplace_back(name + "S", std::to_string(values.size()));
  for (std::size_t index = 0; index < values.size(); ++index) {
    variables.emplace_back(fmt::format("{}_{}", name, index + 1), literal_variable(values[index]));
  }
}

std::vector<std::string> relative_to(const RepoPath& directory, const std::vector<RepoPath>& paths) {
  std::vector<std::string> result;
  for (const RepoPath& path : paths) result.push_back(relative_path(directory, path));
  return result;
}

}  // namespace

yaml::Value::Map shell_variables(const states::State& state, bool is_apply) {
  yaml::Value::Map variables = {{"STATELANE_DIRECTORY", literal_variable(state.directory.display())}};
  if (state.settings.commands) {
    add_list(variables, "STATELANE_WORD", is_apply ? state.settings.commands->apply : state.settings.commands->plan);
    return variables;
  }
  variables.emplace_back("STATELANE_TOOL", literal_variable(state.tool));
  if (!state.workspace.empty()) variables.emplace_back("STATELANE_WORKSPACE", literal_variable(state.workspace));
  add_list(variables, "STATELANE_BACKEND_CONFIG", relative_to(state.directory, state.backend_files));
  add_list(variables, "STATELANE_VAR_FILE", relative_to(state.directory, state.var_files));
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
