#include "runner/unit_call.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <set>

#include "base/digest.hpp"
#include "base/escape.hpp"
#include "base/replace_all.hpp"
#include "process/child_process.hpp"
#include "runner/output_relay.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using std::chrono::milliseconds;

/// How long a call or output may lie unseen.
constexpr milliseconds shortest_wait{2};
constexpr milliseconds longest_wait{50};

/// With these Terragrunt runs other units, or many, or writes the plan elsewhere.
constexpr std::array<std::string_view, 12> misleading = {"ALL",
                                                         "GRAPH",
                                                         "FILTER",
                                                         "FILTER_AFFECTED",
                                                         "WORKING_DIR",
                                                         "OUT_DIR",
                                                         "JSON_OUT_DIR",
                                                         "QUEUE_INCLUDE_DIR",
                                                         "UNITS_THAT_INCLUDE",
                                                         "DETAILED_EXITCODE",
                                                         "LOG_DISABLE",
                                                         "LOG_LEVEL"};

std::string read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

/// The one signal that Terragrunt gets. Where it got one from elsewhere as well, another one would kill it.
int signal_for_terragrunt(int stop_signal) { return stop_signal == SIGINT ? SIGINT : SIGTERM; }

/// Terragrunt while it runs.
class Running {
 public:
  Running(Supervisor& supervisor, JobLog& log, const process::Command& command, const files::Place& output_file)
      : supervisor_(supervisor),
        output_(log, output_file, escape_for_terminal(output_file.string())),
        child_(command, output_.descriptor()) {
    supervisor_.leave_alone(child_.pid());
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { supervisor_.leave_alone(-1); }

  /// False once it has ended.
  bool goes_on() {
    supervisor_.watch(wait_);
    wait_ = output_.look() ? shortest_wait : std::min(wait_ * 2, longest_wait);
    output_.pump();
    const auto ended = child_.try_wait();
    if (!ended) {
      stop_if_asked();
      return true;
    }
    result_.status = *ended;
    output_.finish();
    return false;
  }

  /// What it said so far stands in the log before what comes now.
  void show_output() { output_.finish(); }

  const Supervised& result() const { return result_; }

 private:
  void stop_if_asked() {
    if (result_.interrupt_sent || !supervisor_.is_stopping()) return;
    child_.send(signal_for_terragrunt(supervisor_.stop_signals().front()));
    result_.interrupt_sent = true;
  }

  Supervisor& supervisor_;
  OutputRelay output_;
  process::ChildProcess child_;
  Supervised result_{true};
  milliseconds wait_ = shortest_wait;
};

std::string digest_value(std::string value, const std::string& project, const std::string& salt,
                         const std::string& name) {
  if (!project.empty()) value = replace_all(std::move(value), project, "$CI_PROJECT_DIR");
  Sha256 hash;
  hash.add_field(salt);
  hash.add_field(name);
  hash.add_field(value);
  return hash.finish_hex();
}

}  // namespace

TerragruntVersion parse_terragrunt_version(std::string_view printed) {
  for (std::size_t at = 0; at < printed.size(); ++at) {
    const bool begins =
        at == 0 || std::isspace(static_cast<unsigned char>(printed[at - 1])) != 0 || printed[at - 1] == 'v';
    if (!begins || std::isdigit(static_cast<unsigned char>(printed[at])) == 0) continue;
    const std::string text(printed.substr(at, 32));
    char* end = nullptr;
    const long major = std::strtol(text.c_str(), &end, 10);
    if (*end != '.' || std::isdigit(static_cast<unsigned char>(end[1])) == 0) continue;
    return {static_cast<int>(major), static_cast<int>(std::strtol(end + 1, nullptr, 10))};
  }
  return {};
}

std::vector<std::string> terragrunt_arguments(const TerragruntVersion& version, const std::vector<std::string>& argv) {
  std::vector<std::string> result = {"terragrunt"};
  if (version.is_renamed()) result.insert(result.end(), {"run", "--"});
  result.insert(result.end(), argv.begin() + 1, argv.end());
  return result;
}

EnvironmentChanges terragrunt_environment(const TerragruntVersion& version, const std::string& tool_program) {
  EnvironmentChanges result;
  const std::string prefix = version.is_renamed() ? "TG_" : "TERRAGRUNT_";
  for (const std::string_view name : misleading)
    for (const std::string_view start : {"TG_", "TERRAGRUNT_"})
      result[std::string(start) + std::string(name)] = std::nullopt;
  for (const std::string_view name : {"NON_INTERACTIVE", "NO_AUTO_RETRY"}) result[prefix + std::string(name)] = "true";
  result[prefix + (version.is_renamed() ? "TF_PATH" : "TFPATH")] = tool_program;
  // Warnings are read for mock outputs.
  const std::string level = read_variable(prefix + "LOG_LEVEL");
  if (level == "debug" || level == "trace") result[prefix + "LOG_LEVEL"] = level;
  return result;
}

UnitCall call_terragrunt(Supervisor& supervisor, JobLog& log, const process::Command& command,
                         const files::Place& output_file, ToolDesk& desk,
                         const std::function<int(const ToolRequest&)>& on_request) {
  UnitCall result;
  if (supervisor.is_stopping()) return result;
  Running terragrunt(supervisor, log, command, output_file);
  std::exception_ptr failure;
  while (terragrunt.goes_on()) {
    const std::optional<ToolRequest> request = desk.take();
    if (!request) continue;
    int code = 1;
    terragrunt.show_output();
    try {
      // A second one, and one after a stop, is not done.
      if (!result.was_asked && !supervisor.is_stopping()) {
        result.was_asked = true;
        code = on_request(*request);
      }
    } catch (...) {
      failure = std::current_exception();
    }
    desk.answer(code);
  }
  result.terragrunt = terragrunt.result();
  if (failure) std::rethrow_exception(failure);
  return result;
}

bool tells_of_mocks(std::string_view output) {
  constexpr std::array<std::string_view, 2> signs = {
      "but mock outputs provided and returning those in dependency output", "fallback to mock outputs"};
  return std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view sign) { return output.find(sign) != std::string_view::npos; });
}

std::map<std::string, std::string> digest_unit_inputs(const ToolRequest& request, const std::string& project_directory,
                                                      const std::string& salt) {
  constexpr std::string_view prefix = "TF_VAR_";
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : request.environment) {
    if (!name.starts_with(prefix) || !value) continue;
    const char* of_job = std::getenv(name.c_str());
    if (of_job != nullptr && *value == of_job) continue;
    const std::string input = to_utf8(name.substr(prefix.size()));
    result.emplace(input, digest_value(*value, project_directory, salt, input));
  }
  return result;
}

std::string describe_other_inputs(const std::map<std::string, std::string>& planned,
                                  const std::map<std::string, std::string>& now) {
  std::set<std::string> names;
  for (const auto* side : {&planned, &now})
    for (const auto& [name, digest] : *side) names.insert(name);
  for (const std::string& name : names) {
    const auto before = planned.find(name);
    const auto after = now.find(name);
    if (before == planned.end()) return fmt::format("the unit's input '{}' had no value when it was planned", name);
    if (after == now.end()) return fmt::format("the unit's input '{}' has no value any more", name);
    if (before->second != after->second)
      return fmt::format("the unit's input '{}' has another value than when it was planned", name);
  }
  return "";
}

}  // namespace statelane::runner
