#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "process/command.hpp"
#include "runner/job_environment.hpp"
#include "runner/supervise.hpp"
#include "runner/unit_tool.hpp"

namespace statelane::runner {

/// How one version of Terragrunt is called: its pages on migrating the CLI.
struct TerragruntVersion {
  int major = 0;
  int minor = 0;

  /// Flags and variables lost their `terragrunt-` and `TERRAGRUNT_`, and `run` is the one way to Terraform's commands.
  bool is_renamed() const { return major > 0 || minor >= 85; }
};

/// Of what `terragrunt --version` prints; 0.0 where no version stands there.
TerragruntVersion parse_terragrunt_version(std::string_view printed);

/// The call that has Terragrunt run `argv` (the tool's own name, a command, its arguments) for the unit in the current
/// directory.
std::vector<std::string> terragrunt_arguments(const TerragruntVersion& version, const std::vector<std::string>& argv);

/// What every call of Terragrunt gets besides: that nobody answers questions, that nothing is tried again (an apply
/// would be), which program stands in for its tool, and none of the settings that make of one unit several.
EnvironmentChanges terragrunt_environment(const TerragruntVersion& version, const std::string& tool_program);

/// What a call of Terragrunt came to.
struct UnitCall {
  bool was_asked = false;  ///< the tool was asked for, and what it did counts, whatever Terragrunt says
  Supervised terragrunt{};
};

/// Runs Terragrunt to its end, in a session of its own, with its output in `output_file`. As soon as it asks the desk
/// for the tool `on_request` has its turn, and what it returns becomes the exit code that Terragrunt sees. Terragrunt
/// gets a signal only while the tool is not at work, and at most one. What `on_request` throws passes through once
/// Terragrunt has ended.
UnitCall call_terragrunt(Supervisor& supervisor, JobLog& log, const process::Command& command,
                         const files::Place& output_file, ToolDesk& desk,
                         const std::function<int(const ToolRequest&)>& on_request);

/// The output of a call of Terragrunt says that it took mock outputs for those of a dependency which has none.
bool tells_of_mocks(std::string_view output);

/// The inputs that Terragrunt hands to the tool (`TF_VAR_x`, but for those that the job has itself), as digests of
/// their values, salted with `salt`. The project's directory is no part of a value: two jobs may have two.
std::map<std::string, std::string> digest_unit_inputs(const ToolRequest& request, const std::string& project_directory,
                                                      const std::string& salt);

/// The first input that differs, in words; empty: none does.
std::string describe_other_inputs(const std::map<std::string, std::string>& planned,
                                  const std::map<std::string, std::string>& now);

}  // namespace statelane::runner
