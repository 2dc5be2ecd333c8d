#include "runner/terraform_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "gitlab/names.hpp"
#include "runner/diagnostic_text.hpp"
#include "runner/shell_words.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

/// Backends that list no workspaces before one is chosen, and know no `init -reconfigure` (cloud).
bool is_remote_execution(const LaneDescription& lane) {
  return lane.backend_type == "cloud" || lane.backend_type == "remote";
}

bool is_below(std::string_view address, std::string_view base) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return !base.empty() && address.starts_with(base) && address.substr(base.size()).starts_with('/');
}

std::string value_of(const JobEnvironment& job, const std::string& name) {
  const auto set = job.terraform.find(name);
  return set == job.terraform.end() ? "" : set->second;
}

std::string to_lower(std::string text) {
  const auto lower = [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; };
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

/// The address of the GitLab-managed state, where neither configuration nor environment gives one.
std::string derive_address(const LaneDescription& lane, const JobEnvironment& job) {
  if (lane.backend_type != "http" || lane.backend_address || !value_of(job, "TF_HTTP_ADDRESS").empty()) return "";
  if (const std::string given = value_of(job, "TF_ADDRESS"); !given.empty()) return given;
  const std::string given_name = value_of(job, "TF_STATE_NAME");
  const std::string& name = given_name.empty() ? lane.gitlab_state : given_name;
  if (name.empty() || job.api_url.empty() || job.project_id.empty()) return "";
  return fmt::format("{}/projects/{}/terraform/state/{}", job.api_url, job.project_id, gitlab::escape_for_url(name));
}

/// GitLab's own words for these settings: doc/user/infrastructure/iac/terraform_state.md.
void add_state_address(EnvironmentChanges& environment, const std::string& address, const JobEnvironment& job) {
  const std::string lock = address + "/lock";
  const std::array settings = {
      std::pair{"TF_HTTP_ADDRESS", address},         std::pair{"TF_HTTP_LOCK_ADDRESS", lock},
      std::pair{"TF_HTTP_UNLOCK_ADDRESS", lock},     std::pair{"TF_HTTP_LOCK_METHOD", "POST"s},
      std::pair{"TF_HTTP_UNLOCK_METHOD", "DELETE"s}, std::pair{"TF_HTTP_RETRY_WAIT_MIN", "5"s}};
  for (const auto& [name, value] : settings) {
    if (value_of(job, name).empty()) environment[name] = value;
  }
}

bool wants_job_credentials(const LaneDescription& lane, const JobEnvironment& job, const std::string& derived) {
  if (lane.backend_type != "http" || job.job_token.empty()) return false;
  if (job.terraform.contains("TF_HTTP_USERNAME") || job.terraform.contains("TF_HTTP_PASSWORD")) return false;
  // An address in the configuration wins over the environment's, as in Terraform.
  const std::string address = lane.backend_address ? *lane.backend_address
                              : derived.empty()    ? value_of(job, "TF_HTTP_ADDRESS")
                                                   : derived;
  return is_below(address, job.api_url);
}

void add_var_files(std::vector<std::string>& arguments, const LaneDescription& lane) {
  for (const std::string& file : lane.var_files) arguments.push_back("-var-file=" + file);
}

void add_var_files(std::vector<std::string>& arguments, const LaneDescription& lane, const ToolIdentity& tool,
                   VariableUse use) {
  if (wants_var_files(tool, use, lane.has_ephemeral_variables)) add_var_files(arguments, lane);
}

}  // namespace

EnvironmentChanges lane_variables(const LaneDescription& lane) {
  return {lane.variables.begin(), lane.variables.end()};
}

EnvironmentChanges terraform_environment(const LaneDescription& lane, const JobEnvironment& job) {
  EnvironmentChanges result = lane_variables(lane);
  result.insert({{"TF_IN_AUTOMATION", "1"},
                 {"TF_INPUT", "0"},
                 {"CHECKPOINT_DISABLE", "1"},
                 {"STATELANE_REVIEW_KEY", std::nullopt}});
  // What is set for a unit reaches those that it depends on as well.
  const std::string address = lane.is_unit ? "" : derive_address(lane, job);
  if (!address.empty()) add_state_address(result, address, job);
  if (wants_job_credentials(lane, job, address)) {
    result["TF_HTTP_USERNAME"] = "gitlab-ci-token";
    result["TF_HTTP_PASSWORD"] = job.job_token;
  }
  if (lane.workspace) {
    result["TF_WORKSPACE"] = is_remote_execution(lane) ? lane.workspace : std::nullopt;
  }
  return result;
}

void add_provider_cache(EnvironmentChanges& environment, const ProviderCache& cache, bool has_lock_file) {
  if (!cache.is_ours) return;
  environment["TF_PLUGIN_CACHE_DIR"] = cache.directory.string();
  // Without recorded checksums Terraform would pass the cache by; there is no lock file here that it could break.
  if (!has_lock_file) environment["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1";
}

std::vector<std::string> init_arguments(const LaneDescription& lane, const ToolIdentity& tool, bool has_lock_file) {
  std::vector<std::string> result = {lane.tool, "init", "-input=false"};
  // Never migrate: whatever an earlier job left in .terraform is forgotten.
  if (lane.backend_type != "cloud") result.emplace_back("-reconfigure");
  if (has_lock_file) result.emplace_back("-lockfile=readonly");
  for (const std::string& file : lane.backend_config) result.push_back("-backend-config=" + file);
  add_var_files(result, lane, tool, VariableUse::init);
  return result;
}

std::vector<std::string> workspace_arguments(const LaneDescription& lane, const ToolIdentity& tool) {
  if (!lane.workspace || is_remote_execution(lane)) return {};
  std::vector<std::string> result = {lane.tool, "workspace", "select", "-or-create=true"};
  add_var_files(result, lane, tool, VariableUse::workspace);
  result.push_back(*lane.workspace);
  return result;
}

bool uses_job_token(const LaneDescription& lane, const JobEnvironment& job) {
  if (lane.backend_type != "http" || job.job_token.empty()) return false;
  return wants_job_credentials(lane, job, derive_address(lane, job)) ||
         value_of(job, "TF_HTTP_PASSWORD") == job.job_token;
}

std::string find_token_leak(const LaneDescription& lane, const JobEnvironment& job) {
  const bool is_given =
      uses_job_token(lane, job) || (!job.job_token.empty() && value_of(job, "TF_HTTP_PASSWORD") == job.job_token);
  if (!is_given) return "";
  for (const OpenAddress& open : lane.open_addresses) {
    if (is_below(open.address, job.api_url)) continue;
    return fmt::format("{} has {} without a password of its own, and Terraform would send it the job's token",
                       open.place, open.address.empty() ? "an address that is not known here" : open.address);
  }
  for (const char* name : {"TF_HTTP_ADDRESS", "TF_HTTP_LOCK_ADDRESS", "TF_HTTP_UNLOCK_ADDRESS"}) {
    const std::string address = value_of(job, name);
    if (address.empty() || is_below(address, job.api_url)) continue;
    return fmt::format("{} is {}, and Terraform would send it the job's token", name, address);
  }
  return "";
}

bool locks_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options) {
  return options.lock.value_or(!job.in_merge_request() && !uses_job_token(lane, job));
}

std::map<std::string, std::optional<std::string>> plan_environment(const LaneDescription& lane,
                                                                   const JobEnvironment& job) {
  if (lane.backend_type != "http" || !value_of(job, "TF_HTTP_UPDATE_METHOD").empty()) return {};
  return {{"TF_HTTP_UPDATE_METHOD", "GET"}};
}

std::vector<std::string> plan_arguments(const LaneDescription& lane, const JobEnvironment& job,
                                        const RunOptions& options, const ArtifactPaths& paths) {
  std::vector<std::string> result = {lane.tool, "plan", "-input=false", "-detailed-exitcode",
                                     "-out=" + paths.plan_file.string()};
  if (options.destroy) result.emplace_back("-destroy");
  result.push_back(locks_plan(lane, job, options) ? fmt::format("-lock-timeout={}s", options.lock_time_out.count())
                                                  : "-lock=false");
  add_var_files(result, lane);
  return result;
}

std::vector<std::string> show_arguments(const LaneDescription& lane, const ToolIdentity& tool,
                                        const ArtifactPaths& paths) {
  std::vector<std::string> result = {lane.tool, "show", "-json"};
  add_var_files(result, lane, tool, VariableUse::show);
  result.push_back(paths.plan_file.string());
  return result;
}

std::vector<std::string> apply_arguments(const LaneDescription& lane, const ToolIdentity& tool,
                                         const RunOptions& options, const ArtifactPaths& paths) {
  std::vector<std::string> result = {lane.tool, "apply", "-input=false",
                                     fmt::format("-lock-timeout={}s", options.lock_time_out.count())};
  // What the configuration leaves in place (destroy = false) is no failure.
  if (options.destroy && tool.is_opentofu() && tool.is_at_least(1, 12)) result.emplace_back("-suppress-forget-errors");
  // The variables of a run elsewhere are sent with its plan.
  if (!is_remote_execution(lane)) add_var_files(result, lane, tool, VariableUse::apply);
  result.push_back(paths.plan_file.string());
  return result;
}

std::vector<std::string> output_arguments(const LaneDescription& lane, const ToolIdentity& tool) {
  std::vector<std::string> result = {lane.tool, "output", "-json"};
  add_var_files(result, lane, tool, VariableUse::output);
  return result;
}

std::vector<std::string> state_pull_arguments(const LaneDescription& lane, const ToolIdentity& tool) {
  std::vector<std::string> result = {lane.tool, "state", "pull"};
  add_var_files(result, lane, tool, VariableUse::output);
  return result;
}

std::string call_by_hand(const LaneDescription& lane) {
  const fs::path directory = fs::proximate(lane_directory(lane), lane.project_directory);
  if (lane.is_unit) return to_shell_words({"terragrunt", "run", "--working-dir", directory.string(), "--"});
  const std::string workspace = lane.workspace ? "TF_WORKSPACE=" + to_shell_words({*lane.workspace}) + " " : "";
  return workspace + to_shell_words({lane.tool, "-chdir=" + directory.string()});
}

std::vector<std::string> hidden_arguments(const JobEnvironment& job) {
  std::vector<std::string> result;
  for (const auto& [name, value] : job.terraform) {
    if (!name.starts_with("TF_CLI_ARGS")) continue;
    result.push_back(fmt::format("{}={}", name, to_shell_words(without_values(split_shell_words(value)))));
  }
  return result;
}

bool is_network_failure(std::string_view output) {
  // Of Terraform's registry and backend clients, and of git, which fetches modules.
  constexpr std::array signs = {
      "connection refused"sv,
      "connection reset"sv,
      "connection timed out"sv,
      "i/o timeout"sv,
      "tls handshake timeout"sv,
      "no such host"sv,
      "could not resolve host"sv,
      "failed to connect to"sv,
      "network is unreachable"sv,
      "client.timeout exceeded"sv,
      "context deadline exceeded"sv,
      "temporary failure in name resolution"sv,
      "unexpected eof"sv,
      "early eof"sv,
      "the remote end hung up unexpectedly"sv,
      "could not connect to"sv,
      "429 too many requests"sv,
      "500 internal server error"sv,
      "502 bad gateway"sv,
      "503 service unavailable"sv,
      "504 gateway timeout"sv,
      "bad response code: 429"sv,
      "bad response code: 5"sv,
      "the requested url returned error: 429"sv,
      "the requested url returned error: 5"sv,
      "giving up after"sv,
  };
  const std::string text = to_lower(flatten(output));
  return std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
}

bool is_told_incomplete(std::string_view output) {
  return has_line(output, "Warning: Resource targeting is in effect");
}

bool lacks_providers(std::string_view output) {
  constexpr std::array titles = {"Failed to query available provider packages"sv,
                                 "Failed to resolve provider packages"sv, "Failed to install provider"sv,
                                 "Inconsistent dependency lock file"sv, "Provider dependency changes detected"sv};
  if (is_network_failure(output)) return false;
  const std::vector<ToolError> errors = find_errors(output);
  return std::any_of(errors.begin(), errors.end(), [&](const ToolError& error) {
    return std::find(titles.begin(), titles.end(), error.title) != titles.end();
  });
}

std::chrono::milliseconds retry_pause(std::chrono::milliseconds first, int attempt, double random) {
  const double pause = static_cast<double>(first.count()) * std::ldexp(1.0, attempt - 1) * (0.5 + random);
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(pause));
}

}  // namespace statelane::runner
