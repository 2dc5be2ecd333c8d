#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "cli/options.hpp"
#include "gitlab/duration.hpp"

namespace statelane::cli {

namespace {

constexpr const char* description =
    "Every Terraform state gets its own lane to production.\n"
    "Generates GitLab child pipelines for repositories with many Terraform states, and runs the jobs in them.";

/// `--on-missing-base` → `STATELANE_OPT_ON_MISSING_BASE`.
std::string variable_of(const std::string& option) {
  std::string result = "STATELANE_OPT_";
  for (const char letter : option.substr(option.find_first_not_of('-'))) {
    result += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return result;
}

template <typename Value>
CLI::Option* add_option(CLI::App& app, const std::string& names, Value& value, const std::string& help) {
  const std::string last = names.substr(names.rfind(',') + 1);
  return app.add_option(names, value, help)->envname(variable_of(last));
}

CLI::Option* add_flag(CLI::App& app, const std::string& name, bool& value, const std::string& help) {
  return app.add_flag(name, value, help)->envname(variable_of(name));
}

void add_reading_options(CLI::App& app, Options& options) {
  add_flag(app, "--json", options.json, "print JSON");
  add_flag(app, "--strict", options.strict, "faults in the user's files are errors: exit code 1");
}

void add_comparison_options(CLI::App& app, Options& options) {
  app.add_option("RANGE", options.range, "COMMIT (against its first parent), A..B or A...B");
  add_option(app, "--base", options.base, "compare with this revision");
  add_option(app, "--head", options.head, "take this revision instead of the work tree or CI_COMMIT_SHA");
  add_option(app, "--since", options.since, "compare with this revision, to offer again what an earlier pipeline lost");
  app.add_option("--on-missing-base", options.on_missing_base,
                 "when the base cannot be had: fail, or all states without gates")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, OnMissingBase>{{"fail", OnMissingBase::fail}, {"all", OnMissingBase::all}}))
      ->envname("STATELANE_OPT_ON_MISSING_BASE");
  add_flag(app, "--all", options.all, "all states, whatever changed");
  add_option(app, "--state", options.state_globs, "only states whose id matches this glob; repeatable");
  app.add_option("--dependents", options.dependents,
                 "also run states that depend on affected ones: none, direct or all")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, config::Dependents>{{"none", config::Dependents::none},
                                                                            {"direct", config::Dependents::direct},
                                                                            {"all", config::Dependents::all}}))
      ->envname("STATELANE_OPT_DEPENDENTS");
  app.add_flag("--ignore-format,!--no-ignore-format", options.ignore_format,
               "changes of comments and layout only do not count (default)")
      ->envname("STATELANE_OPT_IGNORE_FORMAT");
  add_flag(app, "--fail-on-unclaimed", options.fail_on_unclaimed,
           "exit code 1 when a changed infrastructure file is no state's input");
}

void add_list(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("list", "which states there are, and why each directory is one");
  add_reading_options(*command, options);
  add_option(*command, "--rev", options.revision, "read this revision instead of the work tree");
  command->callback([&options] { options.command = Command::list; });
}

void add_affected(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("affected", "which states a change touches, each with its causes");
  add_reading_options(*command, options);
  add_comparison_options(*command, options);
  add_flag(*command, "--exit-code", options.exit_code, "0: none affected, 1: some, 4: file errors");
  command->callback([&options] { options.command = Command::affected; });
}

void add_why(CLI::App& app, Options& options) {
  CLI::App* command =
      app.add_subcommand("why", "every chain from a changed path to one state, or why it is not affected");
  command->add_option("STATE", options.state, "the state's id, or a path to its directory")->required();
  add_flag(*command, "--strict", options.strict, "faults in the user's files are errors: exit code 1");
  add_comparison_options(*command, options);
  command->callback([&options] { options.command = Command::why; });
}

void add_inputs(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("inputs", "what a state watches; with --of, who watches a path");
  command->add_option("STATE", options.state, "the state's id, or a path to its directory");
  command->add_option("--of", options.path, "a path, relative to the current directory");
  add_reading_options(*command, options);
  add_option(*command, "--rev", options.revision, "read this revision instead of the work tree");
  command->callback([&options] { options.command = Command::inputs; });
}

void add_graph(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("graph", "states and the edges between them");
  add_reading_options(*command, options);
  add_option(*command, "--rev", options.revision, "read this revision instead of the work tree");
  command->add_option("--format", options.graph_format, "text, dot, mermaid or json")
      ->transform(CLI::CheckedTransformer(std::map<std::string, GraphFormat>{{"text", GraphFormat::text},
                                                                             {"dot", GraphFormat::dot},
                                                                             {"mermaid", GraphFormat::mermaid},
                                                                             {"json", GraphFormat::json}}))
      ->envname("STATELANE_OPT_FORMAT");
  command->callback([&options] { options.command = Command::graph; });
}

void add_generate(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("generate", "write the child pipeline for the affected states");
  add_flag(*command, "--strict", options.strict, "faults in the user's files are errors: exit code 1");
  add_comparison_options(*command, options);
  add_option(*command, "-o,--output", options.output, "write to this file instead of standard output");
  command->add_option("--changes", options.changes, "only:changes where proven, rules:changes, or none")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, config::ChangesKeyword>{{"only", config::ChangesKeyword::only},
                                                        {"rules", config::ChangesKeyword::rules},
                                                        {"none", config::ChangesKeyword::none}}))
      ->envname("STATELANE_OPT_CHANGES");
  add_option(*command, "--children", options.children, "how many child pipelines the parent triggers (default 1)")
      ->check(CLI::Range(1, 100));
  add_option(*command, "--files", options.files, "how many files the parent includes for each child, at most 3")
      ->check(CLI::Range(1, 3));
  add_option(*command, "--image", options.image, "container image of the jobs (default: the image of this job)");
  command->callback([&options] { options.command = Command::generate; });
}

/// Each guard has one option that passes it.
void add_guards(CLI::App& command, Options& options) {
  for (const runner::Guard guard : runner::all_guards()) {
    const auto pass = [&options, guard](bool passed) {
      if (passed) options.run.passed.insert(guard);
    };
    const std::string help(runner::help_of(guard));
    if (guard == runner::Guard::newest_commit) {
      command
          .add_option_function<std::string>(
              "--newest-commit", [pass](const std::string& value) { pass(value == "off"); }, help)
          ->check(CLI::IsMember({"on", "off"}))
          ->envname("STATELANE_OPT_NEWEST_COMMIT");
      continue;
    }
    const std::string name(runner::option_of(guard));
    command
        .add_flag_function(
            name, [pass](std::int64_t count) { pass(count > 0); }, help)
        ->envname(variable_of(name));
  }
}

/// A span of time, `300`, `5m`, `200ms`.
template <typename Duration>
void add_duration(CLI::App& app, const std::string& name, Duration& value, const std::string& help) {
  const auto take = [&value, name](const std::string& text) {
    const auto time = gitlab::parse_duration(text);
    if (!time) throw CLI::ValidationError(name, fmt::format("\"{}\" is no span of time (90, 5m, 200ms)", text));
    value = std::chrono::duration_cast<Duration>(*time);
  };
  app.add_option_function<std::string>(name, take, help)->envname(variable_of(name))->type_name("TIME");
}

CLI::App* add_run_verb(CLI::App& run, Options& options, Command verb, const char* name, const char* help) {
  CLI::App* command = run.add_subcommand(name, help);
  command->add_option("STATE", options.state, "the state's id, or a path to its directory")->required();
  add_duration(*command, "--lock-timeout", options.run.lock_time_out, "how long to wait for the state lock (300)");
  add_option(*command, "--init-attempts", options.run.init_attempts, "tries of init when a registry fails (4)");
  add_duration(*command, "--retry-wait", options.run.retry_wait, "before the second try, doubled for each further (2)");
  add_duration(
      *command, "--settle-time", options.run.settle_time,
      "after a stop signal, how long to see whether Terraform was signalled too, before it is interrupted (2)");
  command->callback([&options, verb] { options.command = verb; });
  return command;
}

void add_lock(CLI::App& command, Options& options) {
  command
      .add_flag_function(
          "--lock,!--no-lock", [&options](std::int64_t count) { options.run.lock = count > 0; },
          "take the state lock while planning (default: not in merge request pipelines, not for drift)")
      ->envname("STATELANE_OPT_LOCK");
}

void add_apply_options(CLI::App& command, Options& options) {
  command
      .add_option("--output", options.run.dotenv_outputs,
                  "write this output (NAME or VARIABLE=NAME) to outputs.env for later jobs; repeatable")
      ->envname("STATELANE_OPT_OUTPUT");
  add_guards(command, options);
}

void add_from(CLI::App& command, Options& options) {
  add_option(command, "--from", options.from, "run on the files of this revision, for a state that is gone since");
}

void add_run(CLI::App& app, Options& options) {
  CLI::App* run = app.add_subcommand("run", "run Terraform inside a job");
  run->require_subcommand(0, 1);
  CLI::App* plan =
      add_run_verb(*run, options, Command::run_plan, "plan", "plan one state and leave the plan as an artifact");
  add_flag(*plan, "--detailed-exitcode", options.run.detailed_exit_code, "exit with 2 when there are changes");
  add_flag(*plan, "--destroy", options.run.destroy, "plan to destroy everything in the state");
  add_from(*plan, options);
  add_lock(*plan, options);
  CLI::App* apply =
      add_run_verb(*run, options, Command::run_apply, "apply", "apply exactly the plan that was reviewed");
  add_apply_options(*apply, options);
  CLI::App* destroy = add_run_verb(*run, options, Command::run_destroy, "destroy",
                                   "apply exactly the plan that was reviewed and that plan --destroy made");
  add_from(*destroy, options);
  add_apply_options(*destroy, options);
  CLI::App* drift = add_run_verb(*run, options, Command::run_drift, "drift",
                                 "exit with 2 when configuration, state and world differ; leaves no plan");
  add_lock(*drift, options);
}

/// The word that was not understood, with a suggestion.
[[noreturn]] void refuse_unknown_command(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  std::vector<std::string> hints;
  if (const auto suggestion = find_suggestion(typed, names))
    hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
  hints.push_back("statelane --help lists the commands");
  throw Error(ErrorKind::usage, fmt::format("unknown command \"{}\"", typed), std::move(hints));
}

}  // namespace

ParsedArguments parse_arguments(std::span<const char* const> arguments) {
  Options options;
  CLI::App app(description, "statelane");
  app.set_version_flag("--version", "statelane " STATELANE_VERSION);
  app.add_option("-C", options.directory, "run as if started in this directory")->type_name("DIR");
  app.add_option("--color", options.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Color>{
          {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}));
  app.require_subcommand(0, 1);
  app.allow_extras();
  app.fallthrough();
  add_list(app, options);
  add_affected(app, options);
  add_why(app, options);
  add_inputs(app, options);
  add_graph(app, options);
  add_generate(app, options);
  add_run(app, options);

  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::Success& success) {
    std::ostringstream out, err;
    app.exit(success, out, err);
    return {std::nullopt, out.str(), 0};
  } catch (const CLI::ParseError& fault) {
    throw Error(ErrorKind::usage, fault.what(), {"statelane --help shows the options"});
  }
  const CLI::App* run = app.get_subcommand("run");
  if (!app.remaining().empty()) refuse_unknown_command(run->parsed() ? *run : app, app.remaining().front());
  if (app.get_subcommands().empty()) return {std::nullopt, app.help(), 2};
  if (run->parsed() && run->get_subcommands().empty()) return {std::nullopt, run->help(), 2};
  return {options, "", 0};
}

}  // namespace statelane::cli
