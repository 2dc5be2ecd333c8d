#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "runner/job_environment.hpp"

namespace statelane::runner {

/// What Terragrunt would have its tool do.
struct ToolRequest {
  std::filesystem::path directory{};  ///< of the module's copy, absolute
  std::vector<std::string> argv{};    ///< without the tool's own name
  EnvironmentChanges environment{};   ///< to that of this process
};

/// Where Terragrunt's call of its tool arrives. Terragrunt is given a program of ours in place of Terraform
/// (TG_TF_PATH). Whatever it starts that one for is handed on to Terraform, but for the one call that names the lane's
/// plan file: that is asked for here, so that Terraform gets no signal of Terragrunt's, outlives it, and does not write
/// to its pipe.
class ToolDesk {
 public:
  /// `tool` is the real one: a name on PATH, or an absolute path. Throws `Error{environment}`.
  ToolDesk(const std::string& tool, const std::filesystem::path& plan_file);
  ToolDesk(const ToolDesk&) = delete;
  ToolDesk& operator=(const ToolDesk&) = delete;
  ~ToolDesk();

  /// What is to be started in place of the tool.
  std::string program() const { return (directory_ / name_).string(); }

  /// What it needs to know.
  EnvironmentChanges environment() const;

  /// A call, once there is one. It waits for its answer.
  std::optional<ToolRequest> take();

  /// Ends the call that was taken with an exit code.
  void answer(int code);

 private:
  std::string tool_;
  std::filesystem::path plan_file_;
  std::filesystem::path directory_;
  std::string name_;
  FileDescriptor listening_;
  FileDescriptor call_;
};

/// The other side, before anything else of the program runs: where this process was started in place of a tool, the
/// exit code to end with. Does not return where the tool itself takes its place.
std::optional<int> stand_in_for_tool(int argument_count, char** arguments);

}  // namespace statelane::runner
