#include <fmt/format.h>

#include <csignal>

#include "base/error.hpp"
#include "process/command.hpp"
#include "runner/lane_run.hpp"
#include "runner/shell_words.hpp"
#include "runner/unit_tool.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

/// Messages stand at the end; this much of it is searched.
constexpr std::size_t searched_output = std::size_t{8} << 20;

/// A name is looked for on PATH, also where Terragrunt runs it.
std::string find_tool(const std::string& tool, const fs::path& directory) {
  return tool.find('/') == std::string::npos ? tool : (directory / tool).lexically_normal().string();
}

/// A plan that has changes ends with 2, which Terragrunt would take for a failure of its own.
int code_for_terragrunt(const Supervised& ended, std::string_view verb) {
  if (!ended.started) return 128 + SIGINT;
  return verb == "plan" && ended.status == process::ExitStatus::exited(2) ? 0 : ended.status.code();
}

bool has_succeeded(const Supervised& ended, std::string_view verb) {
  return ended.started && code_for_terragrunt(ended, verb) == 0;
}

}  // namespace

LaneRun::ToolRun LaneRun::run_tool(const Step& step, const std::vector<std::string>& argv,
                                   const std::function<void()>& before) {
  if (lane_.is_unit) return run_unit(step, argv, before);
  before();
  return {run(step, argv)};
}

void LaneRun::make_stack() {
  working_directory_ = (lane_.files_directory.empty() ? lane_.project_directory : lane_.files_directory) / lane_.stack;
  run({.section = "stack", .only_reads = true}, {"terragrunt", "stack", "generate"});
  working_directory_ = directory_;
}

TerragruntVersion LaneRun::ask_terragrunt_version() {
  const process::Captured answer =
      process::run_captured({{"terragrunt", "--version"}, environment_, directory_},
                            {options_.answer_time, [this] { return supervisor_.is_stopping(); }});
  const TerragruntVersion version = parse_terragrunt_version(answer.out);
  if ((version.major == 0 && version.minor == 0) && !supervisor_.is_stopping())
    throw Error(ErrorKind::environment,
                fmt::format("cannot ask terragrunt for its version: {}", describe_failure(answer)));
  return version;
}

LaneRun::ToolRun LaneRun::run_unit(const Step& step, const std::vector<std::string>& argv,
                                   const std::function<void()>& before) {
  const TerragruntVersion version = ask_terragrunt_version();
  const std::string verb = argv.at(1);
  ToolDesk desk(find_tool(lane_.tool, directory_), paths_.plan_file.path());
  process::Command command{terragrunt_arguments(version, argv),
                           step.only_reads ? environment_for_reading() : environment_, directory_, true};
  for (const EnvironmentChanges& changes : {terragrunt_environment(version, desk.program()), desk.environment()})
    for (const auto& [name, value] : changes) command.environment[name] = value;
  const files::Place output = paths_.directory / "terragrunt.txt";
  ToolRun result;
  std::optional<JobLog::Section> section;
  section.emplace(log_, "statelane_terragrunt", to_shell_words(command.argv), true);
  const UnitCall call = call_terragrunt(supervisor_, log_, command, output, desk, [&](const ToolRequest& request) {
    section.reset();
    working_directory_ = request.directory;
    environment_ = request.environment;
    unit_inputs_ = digest_unit_inputs(request, lane_.project_directory.string(), job_.root_pipeline);
    before();
    std::vector<std::string> own = {lane_.tool};
    own.insert(own.end(), request.argv.begin(), request.argv.end());
    result.ended = run(step, std::move(own));
    return code_for_terragrunt(result.ended, verb);
  });
  section.reset();
  has_mocks_ = tells_of_mocks(files::read_end(output, searched_output).value_or(""));
  if (!call.terragrunt.started) return result;
  if (!call.was_asked) {
    result.code = explain_unasked(call, verb);
  } else if (has_succeeded(result.ended, verb) && !call.terragrunt.status.succeeded() && !supervisor_.is_stopping()) {
    failure_ = fmt::format("Terragrunt ended with code {} after '{}' had succeeded, as a hook may do",
                           call.terragrunt.status.code(), verb);
    log_.line("statelane: " + failure_);
    result.code_after = call.terragrunt.status.code();
    if (result.code_after == 2) result.code_after = 1;  // a hook's 2 does not say that there are changes
  }
  return result;
}

int LaneRun::explain_unasked(const UnitCall& call, std::string_view what) {
  if (supervisor_.is_stopping()) return explain_stop(fmt::format("'{}' began; nothing was changed", what));
  const process::ExitStatus& status = call.terragrunt.status;
  if (status.kind == process::ExitStatus::Kind::signaled) {
    failure_ = fmt::format("Terragrunt was killed by signal {} before '{}' began; nothing was changed",
                           process::signal_name(status.value), what);
    log_.line("statelane: " + failure_);
    return status.code();
  }
  failure_ =
      fmt::format("Terragrunt ended with code {} and did not run '{}'; nothing was changed", status.code(), what);
  const std::string_view fix = status.succeeded()
                                   ? "look for exclude with no_run, errors that are ignored, and hooks of the unit"
                                   : "see what Terragrunt says above";
  log_.line(fmt::format("statelane: {}\n  fix: {}", failure_, fix));
  return status.code() == 0 || status.code() == 2 ? 1 : status.code();
}

}  // namespace statelane::runner
