#include "cli/commands.hpp"
#include "cli/option_rows.hpp"
#include "pipeline/children.hpp"

namespace statelane::cli {

namespace {

constexpr const char* about_ends =
    "Without RANGE the two ends are those of the pipeline: the commit before the push, or the merge request's base, "
    "and "
    "CI_COMMIT_SHA. Outside a pipeline the work tree, untracked files included, is compared with the merge base with "
    "the "
    "default branch. The base that was taken is printed, with the reason.";

/// The groups of a comparing command: its own first.
std::vector<OptionGroup> with_comparison(std::vector<OptionGroup> groups) {
  for (OptionGroup& group : comparison_options()) groups.push_back(std::move(group));
  return groups;
}

OptionRow merge_requests_row() {
  return flag("--merge-requests", &Options::merge_requests,
              "name other merge requests that change the same states: the 50 newest that origin has");
}

CommandRow affected_row() {
  OptionGroup answer = answer_options();
  answer.rows.push_back(
      flag("--exit-code", &Options::exit_code, "exit with 0: none affected, 1: some, 4: file errors"));
  answer.rows.push_back(merge_requests_row());
  answer.rows.push_back(number(
      "--history", "N", {1, 100'000}, [](Options& options, std::size_t count) { options.history = count; },
      "replay the last N commits along first parents: plans against other ways of choosing states"));
  return {.name = "affected",
          .section = Section::comparing,
          .summary = "which states a change touches, each with its causes",
          .description = about_ends,
          .arguments = {range_argument()},
          .options = with_comparison({std::move(answer)}),
          .examples = {{"statelane affected", "what a push of this work tree would touch"},
                       {"statelane affected HEAD", "what the last commit touched"},
                       {"statelane affected v1.2..main", "what differs between two revisions"},
                       {"statelane affected --staged", "what git commit would touch"},
                       {"statelane affected --history 100", "how many plans the last 100 commits would have run"}},
          .run = run_affected};
}

CommandRow why_row() {
  return {.name = "why",
          .section = Section::comparing,
          .summary = "every chain from a changed path to one state, or why it is not affected",
          .description = about_ends,
          .arguments = {state_argument(true), range_argument()},
          .options = with_comparison({answer_options()}),
          .examples = {{"statelane why network/prod", "why the work tree's changes touch this state, or why not"},
                       {"statelane why network/prod HEAD~3", "the same for an earlier commit"}},
          .run = run_why};
}

CommandRow generate_row() {
  using config::ChangesKeyword;
  OptionGroup pipeline{
      "Pipeline",
      {text("-o,--output", "FILE", &Options::output, "write to this file, by rename, instead of standard output",
            Offers::files),
       choice<ChangesKeyword>(
           "--changes", &Options::changes,
           {{"only", ChangesKeyword::only}, {"rules", ChangesKeyword::rules}, {"none", ChangesKeyword::none}},
           "only:changes where proven (default), rules:changes, or none"),
       number(
           "--children", "N", {1, pipeline::max_children},
           [](Options& options, std::size_t count) { options.children = count; },
           "how many child pipelines the parent triggers (default 1)"),
       number(
           "--files", "N", {1, 3}, [](Options& options, std::size_t count) { options.files = count; },
           "how many files the parent includes for each child (default 1)"),
       negatable_flag("--gates", &Options::gates, "manual applies too (default), or plans only"),
       negatable_flag("--report", &Options::report,
                      "a job after the plans: a page about them, and the merge request's note where there is a token"),
       config_from_option(),
       text("--image", "IMAGE", &Options::image, "container image of the jobs (default: the image of this job)"),
       choice<config::Gates>("--gates-for", &Options::gates_for,
                             {{"affected", config::Gates::affected}, {"changed", config::Gates::changed}},
                             "for affected states (default), or after all plans for those that change something"),
       choice<config::Jobs>("--jobs", &Options::jobs,
                            {{"helper", config::Jobs::helper}, {"shell", config::Jobs::shell}},
                            "what runs in the jobs: statelane run (default), or Terraform alone"),
       text("--from-plans", "DIR", &Options::from_plans, "the second stage: gates of the plans below this directory",
            Offers::directories),
       flag("--drift", &Options::is_drift, "compare all states, or those of --state, with the world; no gates"),
       text("--drift-rotation", "I/N", &Options::drift_rotation, "with --drift: the I-th of N parts of the states"),
       flag("--static", &Options::is_static, "a pipeline of all states, to commit and run without a pre-stage"),
       flag("--check", &Options::check, "with --static: exit code 1 when the file of --output is out of date"),
       strict_option().rows[0]}};
  return {.name = "generate",
          .section = Section::pipeline,
          .summary = "write the child pipeline for the affected states",
          .description = about_ends,
          .arguments = {range_argument()},
          .options = with_comparison({std::move(pipeline)}),
          .examples = {{"statelane generate HEAD", "look at the pipeline of the last commit; nothing is written"},
                       {"statelane generate --output statelane.gitlab-ci.yml", "in the job that makes the pipeline"},
                       {"statelane generate --state 'network/*'", "these states, whatever changed"}},
          .run = run_generate};
}

CommandRow report_row() {
  OptionRow format = choice<ReportFormat>("--format", &Options::report_format,
                                          {{"html", ReportFormat::html}, {"markdown", ReportFormat::markdown}},
                                          "a page that needs no other file, or GitLab's Markdown");
  format.variable = "STATELANE_OPT_REPORT_FORMAT";
  OptionRow output =
      text("-o,--output", "FILE", &Options::output, "write to this file instead of standard output", Offers::files);
  output.variable = "STATELANE_OPT_REPORT_OUTPUT";
  OptionGroup page{
      "Report",
      {std::move(format), std::move(output),
       text("--artifacts", "DIR", &Options::artifacts, "where plans and applies left theirs (.statelane)",
            Offers::directories),
       flag("--note", &Options::note,
            "also as the one note of this pipeline's merge request, with the token STATELANE_NOTE_TOKEN"),
       text("--note-key", "NAME", &Options::note_key, "one note for each name (default: report)"),
       duration(
           "--note-timeout", [](Options& options, std::chrono::milliseconds time) { options.note_timeout = time; },
           "how long GitLab is tried (default 2m)"),
       merge_requests_row(), strict_option().rows[0]}};
  return {
      .name = "report",
      .section = Section::pipeline,
      .summary = "a page about one run: states, causes, plans, applies",
      .description = "What the jobs left in .statelane is read where it lies. The page asks no network for anything.",
      .arguments = {range_argument()},
      .options = with_comparison({std::move(page)}),
      .examples = {{"statelane report HEAD --output report.html", "the last commit, on one page"},
                   {"statelane report --format markdown", "the same for a note or a job's summary"},
                   {"statelane report --output report.html --note", "in a job: the page, and the note"}},
      .run = run_report};
}

/// STATE…
ArgumentRow states_argument() {
  ArgumentRow row = state_argument(false);
  row.field = nullptr;
  row.fields = &Options::states;
  return row;
}

/// Without a variable: what writes to GitLab is asked for by hand.
OptionRow by_hand(OptionRow row) {
  row.variable.clear();
  return row;
}

CommandRow status_row() {
  OptionGroup answer{"Answer",
                     {flag("--json", &Options::json, "print JSON"),
                      flag("--exit-code", &Options::exit_code, "exit with 1 when something is pending or failed")}};
  OptionGroup question{
      "Which commit",
      {text("--head", "REV", &Options::head, "take this revision instead of the default branch or CI_COMMIT_SHA",
            Offers::revisions),
       negatable_flag("--ignore-format", &Options::ignore_format,
                      "changes of comments and layout only do not count (default)"),
       duration(
           "--fetch-timeout", [](Options& options, std::chrono::milliseconds time) { options.fetch_timeout = time; },
           "for each fetch of what the clone lacks (default 60s)"),
       ledger_timeout_option()}};
  OptionGroup write{
      "Write to GitLab",
      {by_hand(flag("--baseline", &Options::baseline,
                    "record the commit as applied for these states, as they were before there were records")),
       by_hand(flag("--forget", &Options::forget,
                    "stop the environments of these states, which are gone, so that they are named no more")),
       by_hand(text("--reason", "TEXT", &Options::reason,
                    "why a state with changes that are not applied counts as applied; printed"))}};
  OptionGroup world{"The world",
                    {text("--drift-results", "DIR", &Options::drift_results,
                          "join what the jobs of a drift pipeline left below this directory", Offers::directories)}};
  return {.name = "status",
          .section = Section::comparing,
          .summary = "what was applied of each state, and what was merged and not applied",
          .description =
              "Compares the branch with what was applied last, as GitLab keeps it: by its deployments where there is "
              "a token (CI_JOB_TOKEN in jobs, else STATELANE_TOKEN or GITLAB_TOKEN), else by the git refs that GitLab "
              "makes of them. What needs a person comes first; with one STATE, all about it.",
          .arguments = {states_argument()},
          .options = {std::move(answer), std::move(question), std::move(world), std::move(write), cache_options()},
          .examples = {{"statelane status", "every state"},
                       {"statelane status network/prod", "one state: since when, which commits, which causes"},
                       {"statelane status --json --exit-code", "for a script"}},
          .run = run_status};
}

CommandRow owners_row() {
  return {.name = "owners",
          .section = Section::comparing,
          .summary = "who owns affected states by CODEOWNERS, and whom GitLab did not ask",
          .description =
              "GitLab asks the owners of the files that a merge request changes. Who owns a state that is affected "
              "because a module or another file changed is not asked, and is named here. The file is that of the base, "
              "as in GitLab. Nothing is enforced.",
          .arguments = {states_argument()},
          .options = with_comparison({answer_options()}),
          .examples = {{"statelane owners", "of all states that the work tree's changes touch"},
                       {"statelane owners network/prod", "of one state, affected or not"},
                       {"statelane owners --base v1.2 --head main --json", "between two revisions, for a script"}},
          .run = run_owners};
}

OptionRow each_flag(const char* name, bool EachOptions::*field, const char* help) {
  return by_hand(flag(
      name, [field](Options& options) -> bool& { return options.each.*field; }, help));
}

CommandRow each_row() {
  OptionGroup how{
      "How it runs",
      {by_hand(number(
           "--parallel", "N", {1, 256}, [](Options& options, std::size_t count) { options.each.parallel = count; },
           "how many run at once (default 1); states of one directory run in turn")),
       each_flag("--order", &EachOptions::by_order, "dependencies first: a state waits for those that it reads"),
       each_flag("--reverse", &EachOptions::reverse, "dependents first, as for a destroy"),
       each_flag("--keep-going", &EachOptions::keep_going,
                 "start the rest although one failed, but nothing that waits for it"),
       each_flag("--modules", &EachOptions::modules,
                 "also in the directory of each local module that changed; with --all of each"),
       each_flag("--resume", &EachOptions::is_resumed, "go on with the last one: what has not succeeded is run again"),
       flag("--json", &Options::json, "print JSON; what the commands print goes to standard error"),
       strict_option().rows[0]}};
  OptionGroup plan{"Plans",
                   {each_flag("--plan", &EachOptions::is_plan,
                              "plan instead of a command: without a lock, leaving nothing that could be applied"),
                    by_hand(text("-o,--output", "FILE", &Options::output,
                                 "with --plan: the page about the plans (default statelane.html)", Offers::files))}};
  return {.name = "each",
          .section = Section::comparing,
          .summary = "run a command in the directory of each affected state",
          .description =
              "In the words of COMMAND {id}, {path} (the directory, from the top of the repository) and {instance} are "
              "filled in; they are data, and no shell reads them. STATELANE_STATE has the id. A state that is gone is "
              "named, and a RANGE that ends elsewhere than at what is checked out is refused.\n\n"
              "^C, or TERM, starts nothing more and interrupts each running command once.",
          .arguments = {range_argument()},
          .command = [](Options& options) -> std::vector<std::string>& { return options.each.command; },
          .options = with_comparison({std::move(how), std::move(plan)}),
          .examples = {{"statelane each -- terraform validate", "what the work tree's changes touch"},
                       {"statelane each --all --parallel 4 -- tflint", "everywhere, four at once"},
                       {"statelane each HEAD --order --keep-going -- ./upgrade.sh {id}", "dependencies first"},
                       {"statelane each --plan", "the local dry run to its end: plans, and a page to read"}},
          .run = run_each};
}

}  // namespace

std::vector<CommandRow> comparing_commands() {
  return {affected_row(), why_row(), status_row(), owners_row(), each_row(), generate_row(), report_row()};
}

}  // namespace statelane::cli
