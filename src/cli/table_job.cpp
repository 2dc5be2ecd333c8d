#include "cli/commands.hpp"
#include "cli/option_rows.hpp"

namespace statelane::cli {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

template <LaneVerb Verb>
int run_verb(const Options& options) {
  return run_lane(options, Verb);
}

/// Each guard has one option that passes it.
OptionRow guard_row(runner::Guard guard) {
  const auto pass = [guard](Options& options, bool is_passed) {
    if (is_passed) options.run.passed.insert(guard);
    return true;
  };
  const bool is_newest = guard == runner::Guard::newest_commit;
  OptionRow row{.names = is_newest ? "--newest-commit" : std::string(runner::option_of(guard)),
                .help = std::string(runner::help_of(guard))};
  row.variable = variable_of(row.names);
  if (is_newest) {
    row.value = "on|off";
    row.choices = {"on", "off"};
  }
  row.set = [pass, is_newest](Options& options, std::string_view value) {
    return pass(options, value == (is_newest ? "off" : "true"));
  };
  return row;
}

OptionGroup guard_options() {
  OptionGroup group{"Guards, each passed by one option", {}};
  for (const runner::Guard guard : runner::all_guards()) group.rows.push_back(guard_row(guard));
  return group;
}

OptionRow destroy_row() {
  return flag(
      "--destroy", [](Options& options) -> bool& { return options.run.destroy; },
      "plan to destroy everything in the state");
}

OptionRow exit_code_row() {
  return flag(
      "--detailed-exitcode", [](Options& options) -> bool& { return options.run.detailed_exit_code; },
      "exit with 2 when there are changes");
}

OptionRow from_row() {
  return text("--from", "REV", &Options::from, "run on the files of this revision, for a state that is gone since",
              Offers::revisions);
}

OptionRow lock_row() {
  OptionRow row{.names = "--lock",
                .help = "take the state lock while planning (default: not in merge request pipelines, not for drift)",
                .variable = variable_of("--lock"),
                .can_be_negated = true};
  row.set = [](Options& options, std::string_view value) {
    options.run.lock = value == "true";
    return true;
  };
  return row;
}

OptionRow plan_file_row() {
  return negatable_flag(
      "--plan-file", [](Options& options) -> bool& { return options.run.keep_plan_file; },
      "leave the plan file, which can be applied (default), or only what a report reads");
}

OptionRow output_row() {
  OptionRow row = texts(
      "--output", "NAME", [](Options& options) -> std::vector<std::string>& { return options.run.dotenv_outputs; },
      "write this output (NAME or VARIABLE=NAME) to outputs.env for later jobs; repeatable");
  row.variable = "STATELANE_OPT_OUTPUTS";  // the other one is the file of `generate`
  return row;
}

/// Waiting, trying again, and how much may be said.
OptionGroup patience_options() {
  return {
      "Patience and log",
      {duration(
           "--lock-timeout",
           [](Options& options, milliseconds time) {
             options.run.lock_time_out = duration_cast<std::chrono::seconds>(time);
           },
           "how long to wait for the state lock (300)"),
       number(
           "--init-attempts", "N", {1, 100},
           [](Options& options, std::size_t count) { options.run.init_attempts = static_cast<int>(count); },
           "tries of init when a registry fails (4)"),
       duration(
           "--retry-wait", [](Options& options, milliseconds time) { options.run.retry_wait = time; },
           "before the second try, doubled for each further (2)"),
       duration(
           "--settle-time", [](Options& options, milliseconds time) { options.run.settle_time = time; },
           "after a stop signal, how long to see whether Terraform was signalled too, before it is interrupted (2)"),
       number(
           "--log-limit", "KIB", {64, 1048576},
           [](Options& options, std::size_t size) { options.run.log_limit = std::uint64_t{size} * 1024; },
           "output_limit of the runner: in a job, less than that is printed (4096)")}};
}

CommandRow plan_row() {
  return {.name = "run plan",
          .section = Section::job,
          .summary = "plan one state and leave the plan as an artifact",
          .arguments = {state_argument(true)},
          .options = {{"Plan",
                       {exit_code_row(), destroy_row(), from_row(), lock_row(), plan_file_row(), config_from_option(),
                        guard_row(runner::Guard::job_token), guard_row(runner::Guard::commit),
                        guard_row(runner::Guard::files), guard_row(runner::Guard::unsaved_state)}},
                      patience_options()},
          .examples = {{"statelane run plan network/prod", "init and plan, and what the gate needs in .statelane/"}},
          .run = run_verb<LaneVerb::plan>};
}

CommandRow apply_row() {
  return {.name = "run apply",
          .section = Section::job,
          .summary = "apply exactly the plan that was reviewed",
          .description =
              "Refuses, with exit code 125, a plan that is not the one that was reviewed, or whose time is over. It "
              "never plans again.",
          .arguments = {state_argument(true)},
          .options = {{"Apply", {output_row(), config_from_option()}}, patience_options(), guard_options()},
          .examples = {{"statelane run apply network/prod", "apply the plan file in .statelane/, once"}},
          .run = run_verb<LaneVerb::apply>};
}

CommandRow destroy_command_row() {
  return {
      .name = "run destroy",
      .section = Section::job,
      .summary = "apply exactly the plan that was reviewed and that plan --destroy made",
      .arguments = {state_argument(true)},
      .options = {{"Destroy", {from_row(), output_row(), config_from_option()}}, patience_options(), guard_options()},
      .examples = {{"statelane run destroy network/old --from v1.2", "for a state that is gone since"}},
      .run = run_verb<LaneVerb::destroy>};
}

CommandRow drift_row() {
  return {.name = "run drift",
          .section = Section::job,
          .summary = "exit with 2 when configuration, state and world differ; leaves no plan",
          .arguments = {state_argument(true)},
          .options = {{"Drift", {lock_row(), config_from_option(), guard_row(runner::Guard::job_token)}},
                      patience_options()},
          .examples = {{"statelane run drift network/prod", "in a scheduled job"}},
          .run = run_verb<LaneVerb::drift>};
}

CommandRow drift_summary_row() {
  return {.name = "run drift-summary",
          .section = Section::job,
          .summary = "one table of what the drift jobs before it found; exit with 2 when a state has drifted",
          .description = "Reads the artifacts of run drift below .statelane, and keeps the table there as drift.txt.",
          .examples = {{"statelane run drift-summary", "in the last job of a drift pipeline"}},
          .run = run_drift_summary};
}

}  // namespace

std::vector<CommandRow> job_commands() {
  return {plan_row(), apply_row(), destroy_command_row(), drift_row(), drift_summary_row()};
}

}  // namespace statelane::cli
