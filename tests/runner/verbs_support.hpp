#pragma once

#include <unistd.h>

#include <functional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "forked_helper.hpp"
#include "real_tools.hpp"
#include "runner/run_apply.hpp"
#include "runner/run_plan.hpp"

namespace verbs {

using statelane::Error;
using statelane::ErrorKind;
using statelane::runner::BranchCheck;
using statelane::runner::JobEnvironment;
using statelane::runner::LaneDescription;
using statelane::runner::RunOptions;

struct Outcome {
  int code = 0;
  std::string log;
  bool says(const std::string& text) const { return log.find(text) != std::string::npos; }
};

/// As `main` has it.
inline int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::user_files: return 1;
    case ErrorKind::usage: return 2;
    case ErrorKind::refused: return 125;
    case ErrorKind::not_found: return 127;
    default: return 3;
  }
}

/// A project with one state in `net/`, and what `cli` would say about its lane.
struct Project {
  Scratch scratch;
  LaneDescription lane;
  JobEnvironment job;
  RunOptions options;
  BranchCheck branch;
  bool existed_at_base = false;

  Project() {
    isolate_terraform();
    lane.state_id = "net";
    lane.slug = "net";
    lane.project_directory = scratch.path;
    lane.directory = "net";
    lane.inputs_digest = "inputs";
    job.commit = "1111111111111111111111111111111111111111";
    job.root_pipeline = "700";
    job.branch = "main";
    options.settle_time = std::chrono::milliseconds(200);
    options.retry_wait = std::chrono::milliseconds(1);
    options.helper_version = "0.1.0";
    configure("resource \"terraform_data\" \"a\" { input = 1 }\n");
  }

  void configure(const std::string& text) const { scratch.write("net/main.tf", text); }
  /// A stand-in for Terraform in the state directory, a shell script.
  void use_tool(const std::string& script) {
    scratch.write("net/tool", "#!/bin/sh\n" + script);
    std::filesystem::permissions(scratch.path / "net/tool", std::filesystem::perms::owner_all);
    lane.tool = "./tool";
  }
  std::filesystem::path artifact(const std::string& name) const { return scratch.path / ".statelane" / "net" / name; }
  bool has(const std::string& name) const { return std::filesystem::exists(artifact(name)); }
  std::string text(const std::string& name) const { return read_text(artifact(name)); }
  std::string state() const { return read_text(scratch.path / "net" / "terraform.tfstate"); }

  /// Starts a verb in a process of its own. Its errors are told as `main` would tell them.
  ForkedHelper start(const std::function<int()>& verb) const {
    return ForkedHelper([verb](int log) {
      ::dup2(log, STDOUT_FILENO);
      try {
        return verb();
      } catch (const Error& error) {
        ::dprintf(log, "error: %s\n", error.what());
        for (const std::string& hint : error.hints()) ::dprintf(log, "hint: %s\n", hint.c_str());
        return exit_code(error.kind());
      }
    });
  }
  ForkedHelper start_plan() const {
    return start([this] {
      return statelane::runner::run_plan(lane, job, options, {{}, [this] { return existed_at_base; }});
    });
  }
  ForkedHelper start_apply() const {
    return start([this] {
      return statelane::runner::run_apply(lane, job, options,
                                          {[this] { return branch; }, {}, [this] { return existed_at_base; }});
    });
  }
  static Outcome end(ForkedHelper helper) {
    const int code = helper.finish();
    return {code, helper.log()};
  }
  Outcome plan() const { return end(start_plan()); }
  Outcome apply() const { return end(start_apply()); }
};

}  // namespace verbs
