#include "runner/lane_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <ctime>
#include <random>

#include "base/error.hpp"
#include "runner/json_scanner.hpp"
#include "runner/provider_cache.hpp"
#include "runner/shell_words.hpp"
#include "runner/terraform_messages.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// GitLab cuts a job's log at 4 MiB. What is left is for the tails of cut outputs and for what other commands of the
/// job print.
constexpr std::uint64_t relay_limit = std::uint64_t{2560} * 1024;

/// Messages stand at the end; this much of it is searched.
constexpr std::size_t searched_output = 1 << 20;

JobLog::Style log_style(const JobEnvironment& job) {
  JobLog::Style style;
  style.sections = job.ci;
  if (job.ci) style.relay_limit = relay_limit;
  return style;
}

double random_fraction() {
  std::minstd_rand random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

std::string describe_passed_over(const ProviderCache& cache) {
  return fmt::format(
      "statelane: the provider cache of {} is passed over: without a dependency lock file jobs would break it for each "
      "other\n  fix: commit .terraform.lock.hcl",
      cache.passed_over);
}

std::string end_of(const fs::path& file) {
  std::string text = read_file(file).value_or("");
  if (text.size() > searched_output) text.erase(0, text.size() - searched_output);
  return text;
}

}  // namespace

LaneRun::LaneRun(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options)
    : lane_(lane),
      job_(job),
      options_(options),
      directory_(lane_directory(lane)),
      paths_(artifact_paths(lane)),
      log_(STDOUT_FILENO, log_style(job)),
      supervisor_(log_, options.settle_time),
      environment_(lane.commands ? EnvironmentChanges{} : terraform_environment(lane, job)),
      started_(std::time(nullptr)) {
  if (!fs::is_directory(directory_)) {
    throw Error(ErrorKind::usage, fmt::format("the state directory {} does not exist", directory_.string()));
  }
  make_private_directory(paths_.directory);
  if (lane_.commands) return;
  for (const std::string& setting : hidden_arguments(job_)) {
    log_.line(fmt::format("statelane: {} is set and changes what {} does", setting, lane_.tool));
  }
}

Supervised LaneRun::run(std::string_view section, std::vector<std::string> argv, const fs::path& kept_as) {
  const bool is_collapsed = section == "init" || section == "workspace";
  const JobLog::Section open(log_, fmt::format("statelane_{}", section), to_shell_words(argv), is_collapsed);
  const Supervised result =
      supervisor_.run(process::Command{std::move(argv), environment_, directory_}, paths_.output, kept_as);
  if (kept_as.empty() || !result.started) return result;
  try {
    write_plain_text(paths_.output, kept_as);
  } catch (const Error& error) {
    lost_text_ = error;
  }
  return result;
}

void LaneRun::demand_text() const {
  if (lost_text_) throw Error(*lost_text_);
}

Supervised LaneRun::try_init(int attempt, const std::vector<std::string>& argv, const ProviderCache& cache) {
  CacheFilling filling(cache.directory, supervisor_, log_);
  const Supervised ended = run(attempt == 1 ? "init" : fmt::format("init_{}", attempt), argv);
  if (ended.started && ended.status.succeeded()) filling.finish();
  return ended;
}

int LaneRun::init() {
  const bool has_lock_file = fs::exists(lock_file());
  const ProviderCache cache = choose_provider_cache(lane_, job_, find_plugin_cache_dir(tool()), has_lock_file);
  if (cache.is_ours) fs::create_directories(cache.directory);
  add_provider_cache(environment_, cache, has_lock_file);
  const std::vector<std::string> argv = init_arguments(lane_, tool(), has_lock_file);
  for (int attempt = 1;; ++attempt) {
    const Supervised ended = try_init(attempt, argv, cache);
    if (ended.started && ended.status.succeeded()) {
      if (!cache.passed_over.empty() && fs::exists(lock_file())) log_.line(describe_passed_over(cache));
      return 0;
    }
    const bool may_help = ended.started && attempt < options_.init_attempts && !supervisor_.is_stopping() &&
                          is_network_failure(end_of(paths_.output));
    if (!may_help) return explain_end(ended, "init");
    const milliseconds pause = retry_pause(options_.retry_wait, attempt, random_fraction());
    log_.line(fmt::format("statelane: the network or a registry failed; try {} of {} in {:.1f} s", attempt + 1,
                          options_.init_attempts, static_cast<double>(pause.count()) / 1000));
    if (!supervisor_.pause(pause)) return explain_end({}, "init");
  }
}

int LaneRun::prepare_terraform() {
  if (const int code = init(); code != 0) return code;
  const std::vector<std::string> argv = workspace_arguments(lane_, tool());
  if (argv.empty()) return 0;
  const Supervised ended = run("workspace", argv);
  return ended.started && ended.status.succeeded() ? 0 : explain_end(ended, "workspace select");
}

int LaneRun::explain_stop(std::string_view what) {
  const int signal = supervisor_.stop_signals().front();
  log_.line(fmt::format("statelane: stopped by signal {} before {}", process::signal_name(signal), what));
  return 128 + signal;
}

int LaneRun::explain_end(const Supervised& ended, std::string_view what) {
  if (!ended.started) return explain_stop(fmt::format("'{}' began; nothing was changed", what));
  const std::string call = call_by_hand(lane_);
  const std::vector<Explanation> reasons =
      explain_failure(end_of(paths_.output), {call, lane_.directory.empty() ? "." : lane_.directory});
  for (const Explanation& reason : reasons) {
    log_.line(fmt::format("statelane: {}{}\n  fix: {}", reason.place.empty() ? "" : reason.place + ": ", reason.message,
                          reason.fix));
  }
  const bool was_killed = ended.status.kind == process::ExitStatus::Kind::signaled;
  if (!supervisor_.stop_signals().empty()) {
    log_.line(fmt::format("statelane: stopped by signal {}; '{}' {} and ended by itself",
                          process::signal_name(supervisor_.stop_signals().front()), what,
                          ended.interrupt_sent ? "was interrupted once"
                          : ended.notice_seen  ? "had been interrupted already"
                                               : "was not interrupted"));
    if (!was_killed) tell_state(what, reasons.empty());
  }
  if (was_killed) {
    const std::string killed =
        fmt::format("statelane: '{}' was killed by signal {}", what, process::signal_name(ended.status.value));
    log_.line(lane_.commands ? killed
                             : fmt::format("{}; the state's lock may still be held, and the next run names its holder\n"
                                           "  to look at the state: {} state list",
                                           killed, call));
  }
  return ended.status.code();
}

void LaneRun::tell_state(std::string_view what, bool went_well) {
  if (lane_.commands) return;  // what they changed is not known here
  if (what != "apply") {
    if (went_well) log_.line("statelane: nothing was changed, and no lock is held");
    return;
  }
  // opentofu/opentofu#3624
  const bool keeps_lock = lane_.backend_type == "http" && tool().is_opentofu() && !tool().is_at_least(1, 11, 3);
  const std::string_view end =
      !went_well   ? "what became of the state and its lock is told above"
      : keeps_lock ? "what was done until then is in the state; OpenTofu before 1.11.3 does not release the lock of an "
                     "http backend when it is interrupted, and the next run of this state names its holder"
                   : "what was done until then is in the state, and its lock is released";
  log_.line(fmt::format("statelane: {}\n  to look at the state: {} state list", end, call_by_hand(lane_)));
}

const ToolIdentity& LaneRun::tool() {
  if (tool_) return *tool_;
  tool_answer_ = process::run_captured({{lane_.tool, "version"}, environment_, directory_}, options_.answer_time);
  tool_ = tool_answer_.status.succeeded() ? parse_tool_identity(tool_answer_.out) : ToolIdentity{};
  return *tool_;
}

void LaneRun::demand_tool() {
  if (!tool().version.empty() || supervisor_.is_stopping()) return;
  throw Error(ErrorKind::environment,
              fmt::format("cannot ask '{}' for its version: {}", lane_.tool, describe_failure(tool_answer_)));
}

PlanMetadata LaneRun::describe() {
  PlanMetadata result;
  result.state = lane_.state_id;
  result.commit = job_.commit;
  result.root_pipeline = job_.root_pipeline;
  result.destroy = options_.destroy;
  result.plan_digest = digest_file(paths_.plan_file).value_or("");
  result.report_digest = digest_file(paths_.report).value_or("");
  result.text_digest = digest_file(paths_.text).value_or("");
  result.inputs_digest = lane_.inputs_digest;
  result.lock_file_digest = digest_file(fs::exists(lock_file()) ? lock_file() : paths_.lock_file).value_or("");
  result.helper_version = options_.helper_version;
  result.tool = lane_.commands ? "commands" : lane_.tool;
  result.var_files = lane_.var_files;
  result.checkout = lane_.project_directory.string();
  if (lane_.commands) return result;
  result.tool_name = tool().name;
  result.tool_version = tool().version;
  return result;
}

std::vector<std::string> LaneRun::enforce(std::vector<Refusal> refusals) {
  const Sifted sifted = sift(std::move(refusals), options_.passed);
  std::vector<std::string> used;
  for (const Refusal& passed : sifted.passed) {
    used.emplace_back(option_of(passed.guard));
    log_.line(fmt::format("statelane: {} lets this pass: {}", used.back(), passed.message));
  }
  if (sifted.standing.empty()) return used;
  for (std::size_t index = 1; index < sifted.standing.size(); ++index) {
    log_.line(fmt::format("statelane: also: {}", sifted.standing[index].message));
  }
  const Refusal& first = sifted.standing.front();
  throw Error(ErrorKind::refused, fmt::format("refused to apply {}: {}", lane_.state_id, first.message),
              {first.fix, fmt::format("to go on all the same: {}", option_of(first.guard))});
}

std::string describe_failure(const process::Captured& answer) {
  if (answer.timed_out) return "it does not answer";
  std::string words = strip_escapes(answer.err);
  while (!words.empty() && std::isspace(static_cast<unsigned char>(words.back())) != 0) words.pop_back();
  if (!words.empty()) return words;
  return answer.status.succeeded() ? "its answer cannot be understood"
                                   : fmt::format("it ends with code {}", answer.status.code());
}

void refuse_destroy_of_commands(const LaneDescription& lane, const RunOptions& options) {
  if (!lane.commands || !options.destroy) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} is a lane outside Terraform; it has no command that destroys", lane.state_id));
}

}  // namespace statelane::runner
