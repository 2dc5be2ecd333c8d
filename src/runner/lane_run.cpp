#include "runner/lane_run.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <random>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "runner/escape_filter.hpp"
#include "runner/garbage_collection.hpp"
#include "runner/json_scanner.hpp"
#include "runner/provider_cache.hpp"
#include "runner/shell_words.hpp"
#include "runner/terraform_messages.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Messages stand at the end; this much of it is searched.
constexpr std::size_t searched_output = 1 << 20;

/// As `main` ends where a guard of ours refuses.
constexpr int refused = 125;

/// What is left of the limit is for the tails of cut outputs and for what other commands of the job print.
JobLog::Style log_style(const JobEnvironment& job, const RunOptions& options) {
  JobLog::Style style;
  style.sections = job.ci;
  if (!job.ci) return style;
  style.relay_limit = options.log_limit / 8 * 5;
  style.tails = options.log_limit / 4;
  style.tail = options.log_limit / 16;
  return style;
}

double random_fraction() {
  std::minstd_rand random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

/// Why a program other than the tool's own end ended it; empty for 0 and 1, the only codes that Terraform and OpenTofu
/// end with by themselves, but for 2, which a plan that succeeds has. A crash of a Go program has 2 as well.
std::string describe_crash(const process::ExitStatus& status) {
  if (status.kind == process::ExitStatus::Kind::signaled)
    return fmt::format("was killed by signal {}", process::signal_name(status.value));
  return status.value > 1 ? fmt::format("crashed (exit code {})", status.value) : "";
}

/// Without a lock file nothing says what may be in a cache of providers, and whatever lies there would be run.
void empty_directory(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    fs::remove_all(entry->path(), ignored);
  }
}

bool is_full(const fs::path& directory) {
  struct statvfs room {};
  return ::statvfs(directory.c_str(), &room) == 0 && room.f_blocks > 0 && room.f_bavail == 0;
}

/// What became of state and lock after an end that was not the tool's own.
std::string_view describe_doubt(LaneRun::Reach reach) {
  switch (reach) {
    case LaneRun::Reach::program:  // what it changed is not known here
    case LaneRun::Reach::nothing: return "";
    case LaneRun::Reach::lock: return "the state's lock may still be held; the next run names its holder";
    case LaneRun::Reach::state:
      return "the state may lack what was done last, and its lock may still be held; the next run names its holder";
  }
  return "";
}

/// The same after the tool's own end, without a failure that is told. `is_kept_from_saving`: see `plan_environment`.
std::string_view describe_stopped(LaneRun::Reach reach, bool is_kept_from_saving, bool keeps_lock) {
  switch (reach) {
    case LaneRun::Reach::program: return "";
    case LaneRun::Reach::nothing: return "no lock was taken";
    case LaneRun::Reach::lock:
      return is_kept_from_saving
                 ? "nothing was changed, and the lock is released; if saving a state failed above, that "
                   "is how it was kept from writing an empty one"
                 : "no resource was changed, and the lock is released; a state that was new may have been "
                   "written empty, and then an older plan of it is stale";
    case LaneRun::Reach::state:
      return keeps_lock
                 ? "what was done until then is in the state; OpenTofu before 1.11.3 does not release the lock of an "
                   "http backend when it is interrupted, and the next run of this state names its holder"
                 : "what was done until then is in the state, and its lock is released";
  }
  return "";
}

}  // namespace

LaneRun::LaneRun(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options)
    : lane_(lane),
      job_(job),
      options_(options),
      directory_(lane_directory(lane)),
      working_directory_(directory_),
      paths_(artifact_paths(lane)),
      log_(STDOUT_FILENO, log_style(job, options)),
      supervisor_(log_, options.settle_time),
      environment_(lane.commands ? lane_variables(lane) : terraform_environment(lane, job)),
      garbage_collection_(choose_garbage_collection(options.spare_memory, environment_)),
      started_(std::time(nullptr)) {
  files::make_private_directory(paths_.directory);
  if (!lane.stack.empty()) make_stack();
  if (!fs::is_directory(directory_)) {
    throw Error(ErrorKind::usage,
                fmt::format("the state directory {} does not exist", escape_for_terminal(directory_.string())));
  }
  if (lane_.commands) return;
  refuse_at_once();
  for (const std::string& setting : hidden_arguments(job_)) {
    log_.line(fmt::format("statelane: {} is set and changes what {} does", setting, lane_.tool));
  }
}

void LaneRun::refuse_at_once() {
  std::vector<Refusal> refusals;
  if (std::string leak = find_token_leak(lane_, job_); !leak.empty()) {
    refusals.push_back({Guard::job_token, std::move(leak),
                        "give that state's configuration a username and a password from a variable of the project; "
                        "-backend-config=password=... would keep the token in the plan file"});
  }
  if (!lane_.shared_place.empty()) {
    refusals.push_back({Guard::stored_state, lane_.shared_place,
                        "take the variable out of the project's, or scope it to environments; gitlab_state and "
                        "backend_config in .statelane.yml name each state's place"});
  }
  enforce(std::move(refusals), "run");
}

Supervised LaneRun::run(const Step& step, std::vector<std::string> argv) {
  const bool is_collapsed = step.section == "init" || step.section == "workspace";
  const JobLog::Section open(log_, fmt::format("statelane_{}", step.section), to_shell_words(argv), is_collapsed);
  const files::Place& kept_as = step.kept_as ? *step.kept_as : paths_.output;
  process::Command command{std::move(argv), step.only_reads ? environment_for_reading() : environment_,
                           working_directory_};
  for (const auto& [name, value] : step.environment) command.environment[name] = value;
  const Supervised result =
      supervisor_.run(command, paths_.output, escape_for_terminal(kept_as.string()), step.stop_way);
  if (!step.kept_as || !result.started) return result;
  try {
    write_plain_text(paths_.output, kept_as);
  } catch (const Error& error) {
    lost_text_ = error;
  }
  return result;
}

process::Captured LaneRun::ask(std::vector<std::string> argv, milliseconds time_out,
                               const std::function<void(std::string_view)>& on_output) {
  const std::size_t known = supervisor_.stop_signals().size();
  const auto is_over = [this, known] { return supervisor_.is_stopping() && supervisor_.stop_signals().size() > known; };
  JsonStart start;
  return process::run_streamed({std::move(argv), environment_for_reading(), working_directory_}, {time_out, is_over},
                               [&](std::string_view piece) { on_output(start.find(piece)); });
}

EnvironmentChanges LaneRun::environment_for_reading() const {
  EnvironmentChanges result = environment_;
  result.insert(garbage_collection_.begin(), garbage_collection_.end());
  return result;
}

void LaneRun::demand_text() const {
  if (lost_text_) throw Error(*lost_text_);
}

Supervised LaneRun::try_init(int attempt, const std::vector<std::string>& argv, const ProviderCache& cache) {
  CacheFilling filling(cache.directory, supervisor_, log_);
  const std::string section = attempt == 1 ? "init" : fmt::format("init_{}", attempt);
  const Supervised ended = run({.section = section, .only_reads = true}, argv);
  if (ended.started && ended.status.succeeded()) filling.finish();
  return ended;
}

int LaneRun::init() {
  const bool has_lock_file = fs::exists(lock_file());
  const ProviderCache cache = choose_provider_cache(lane_, job_, find_plugin_cache_dir(tool()), has_lock_file);
  if (cache.is_ours) {
    // No link leads there, once that is done.
    files::make_private_directory(artifacts_directory(lane_.project_directory) / "cache" / "plugins");
    if (!has_lock_file) empty_directory(cache.directory);
  }
  add_provider_cache(environment_, cache, has_lock_file);
  const std::vector<std::string> argv = init_arguments(lane_, tool(), has_lock_file);
  for (int attempt = 1;; ++attempt) {
    const Supervised ended = try_init(attempt, argv, cache);
    if (ended.started && ended.status.succeeded()) {
      if (!cache.passed_over.empty() && fs::exists(lock_file())) log_.line(describe_passed_over(cache));
      return 0;
    }
    const bool may_help = ended.started && attempt < options_.init_attempts && !supervisor_.is_stopping() &&
                          is_network_failure(end_of_output());
    if (!may_help) return explain_end(ended, "init", Reach::nothing);
    if (!pause_before(attempt + 1, "the network or a registry failed")) return explain_end({}, "init", Reach::nothing);
  }
}

bool LaneRun::pause_before(int attempt, std::string_view why) {
  const milliseconds pause = retry_pause(options_.retry_wait, attempt - 1, random_fraction());
  log_.line(fmt::format("statelane: {}; try {} of {} in {:.1f} s", why, attempt, options_.init_attempts,
                        static_cast<double>(pause.count()) / 1000));
  return supervisor_.pause(pause);
}

int LaneRun::prepare_terraform() {
  if (lane_.is_unit) return 0;  // Terragrunt does that itself
  if (const int code = init(); code != 0) return code;
  const std::vector<std::string> argv = workspace_arguments(lane_, tool());
  if (argv.empty()) return 0;
  const Supervised ended = run({"workspace"}, argv);
  return ended.started && ended.status.succeeded() ? 0 : explain_end(ended, "workspace select", Reach::nothing);
}

int LaneRun::explain_stop(std::string_view what) {
  const int signal = supervisor_.stop_signals().front();
  failure_ = fmt::format("stopped by signal {} before {}", process::signal_name(signal), what);
  log_.line("statelane: " + failure_);
  return 128 + signal;
}

std::string LaneRun::end_of_output() const {
  try {
    return files::read_end(paths_.output, searched_output).value_or("");
  } catch (const Error&) {
    return "";  // then nothing is explained
  }
}

int LaneRun::explain_end(const Supervised& ended, std::string_view what, Reach reach) {
  if (!ended.started) return explain_stop(fmt::format("'{}' began; nothing was changed", what));
  const bool is_tool = reach != Reach::program;
  if (is_tool && !ended.ended_at_once && !describe_crash(ended.status).empty()) supervisor_.end_left_providers();
  std::vector<Explanation> reasons;
  if (is_tool) {
    const std::string call = call_by_hand(lane_);
    reasons = explain_failure(end_of_output(),
                              {call, lane_.directory.empty() ? "." : lane_.directory, reach == Reach::state});
  }
  for (const Explanation& reason : reasons) {
    log_.line(fmt::format("statelane: {}{}\n  fix: {}", reason.place.empty() ? "" : reason.place + ": ", reason.message,
                          reason.fix));
  }
  failure_ = name_failure(reasons, end_of_output(), fmt::format("'{}' ended with code {}", what, ended.status.code()));
  tell_full_disk();
  tell_end(ended, what, reach, reasons.empty());
  if (std::any_of(reasons.begin(), reasons.end(), [](const Explanation& reason) { return reason.is_refusal; }))
    return refused;
  if (ended.ended_at_once) return 128 + supervisor_.stop_signals().front();
  // 2 says that a plan has changes, which only a plan that was made may say.
  return is_tool && ended.status == process::ExitStatus::exited(2) ? 1 : ended.status.code();
}

void LaneRun::tell_full_disk() {
  for (const fs::path& directory : {paths_.directory.path(), directory_}) {
    if (!is_full(directory)) continue;
    return log_.line(fmt::format("statelane: the disk of {} is full\n  fix: give the job more room, then retry it",
                                 directory.string()));
  }
}

void LaneRun::tell_end(const Supervised& ended, std::string_view what, Reach reach, bool went_well) {
  const bool is_killed = ended.status.kind == process::ExitStatus::Kind::signaled;
  // What a command of the user means by its codes is not known.
  const bool may_crash = !ended.ended_at_once && (is_killed || reach != Reach::program);
  const std::string crash = may_crash ? describe_crash(ended.status) : "";
  const bool is_stopped = !supervisor_.stop_signals().empty();
  std::string text;
  if (is_stopped) {
    text = fmt::format("stopped by signal {}; '{}' {}", process::signal_name(supervisor_.stop_signals().front()), what,
                       ended.ended_at_once    ? "was ended at once"
                       : ended.interrupt_sent ? "was interrupted once"
                       : ended.notice_seen    ? "had been interrupted already"
                                              : "was not interrupted");
    if (!ended.ended_at_once) text += crash.empty() ? " and ended by itself" : fmt::format(" and {}", crash);
  } else if (!crash.empty()) {
    text = fmt::format("'{}' {}", what, crash);
  }
  if (text.empty()) return;
  log_.line("statelane: " + text);
  if (ended.ended_at_once) return log_.line("statelane: nothing was changed, and no lock is held");
  const bool is_kept = !plan_environment(lane_, job_).empty();
  // opentofu/opentofu#3624
  const bool keeps_lock = lane_.backend_type == "http" && tool().is_opentofu() && !tool().is_at_least(1, 11, 3);
  std::string_view left = crash.empty() ? describe_stopped(reach, is_kept, keeps_lock) : describe_doubt(reach);
  if (crash.empty() && !left.empty() && !went_well) left = "what became of the state and its lock is told above";
  if (left.empty()) return;
  const bool may_differ = reach == Reach::lock || reach == Reach::state;
  const std::string look =
      may_differ ? fmt::format("\n  to look at the state: {} state list", call_by_hand(lane_)) : "";
  log_.line(fmt::format("statelane: {}{}", left, look));
}

const ToolIdentity& LaneRun::tool() {
  if (tool_) return *tool_;
  tool_answer_ = process::run_captured({{lane_.tool, "version"}, environment_for_reading(), directory_},
                                       {options_.answer_time, [this] { return supervisor_.is_stopping(); }});
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
  const auto digest = [this](const files::Place& file) {
    return digest_file(file, [this] { return supervisor_.is_stopping(); });
  };
  result.plan_digest = digest(paths_.plan_file);
  result.report_digest = digest(paths_.report);
  result.review_digest = digest(paths_.review);
  result.certificate_digest = digest(paths_.certificate);
  result.text_digest = digest(paths_.text);
  result.inputs_digest = lane_.inputs_digest;
  result.lock_file_digest = fs::exists(lock_file()) ? digest_followed(lock_file()) : digest(paths_.lock_file);
  result.helper_version = options_.helper_version;
  result.tool = lane_.commands ? "commands" : lane_.tool;
  result.var_files = lane_.var_files;
  result.checkout = lane_.project_directory.string();
  if (lane_.commands) return result;
  result.tool_name = tool().name;
  result.tool_version = tool().version;
  return result;
}

std::vector<std::string> LaneRun::enforce(std::vector<Refusal> refusals, std::string_view verb) {
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
  throw Error(ErrorKind::refused, fmt::format("refused to {} {}: {}", verb, lane_.state_id, first.message),
              {first.fix, fmt::format("to go on all the same: {}", way_past(first.guard, job_.ci))});
}

std::string describe_failure(const process::Captured& answer) {
  if (answer.timed_out) return "it does not answer";
  std::string words = strip_escapes(answer.err);
  while (!words.empty() && std::isspace(static_cast<unsigned char>(words.back())) != 0) words.pop_back();
  constexpr std::size_t most_words = 2000;
  if (!words.empty()) return cut_text(words, most_words);
  return answer.status.succeeded() ? "its answer cannot be understood"
                                   : fmt::format("it ends with code {}", answer.status.code());
}

}  // namespace statelane::runner
