#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "forked_helper.hpp"
#include "process/command.hpp"

/// Whether `tool` is installed. Where it is not, the test is left out with a message, and fails under CI.
inline bool has_tool(const std::string& tool) {
  using namespace std::chrono_literals;
  if (statelane::process::run_captured({{"sh", "-c", "command -v \"$0\"", tool}, {}, {}}, 10s).status.succeeded())
    return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") {
    FAIL("this test needs " << tool);
  } else {
    MESSAGE("LEFT OUT: this test needs " << tool);
  }
  return false;
}

/// Terraform without this machine's settings and without a network.
inline void isolate_terraform() {
  ::unsetenv("TF_CLI_CONFIG_FILE");
  ::setenv("CHECKPOINT_DISABLE", "1", 1);
  for (const char* name : {"TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_PLUGIN_CACHE_DIR", "TF_WORKSPACE", "TF_DATA_DIR"})
    ::unsetenv(name);
}

/// Runs a tool in `directory`; its standard output. The test fails when the tool does.
inline std::string run_tool(std::vector<std::string> argv, const std::filesystem::path& directory) {
  using namespace std::chrono_literals;
  const auto result = statelane::process::run_captured({std::move(argv), {}, directory}, 120s);
  INFO(result.out, result.err);
  REQUIRE(result.status.succeeded());
  return result.out;
}
