#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "batch/run_batch.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/each_display.hpp"
#include "cli/each_items.hpp"
#include "cli/each_record.hpp"
#include "cli/read_trees.hpp"
#include "emit/each.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

void check_resumed(const Options& options) {
  const bool chooses = !options.range.empty() || options.all || !options.state_globs.empty();
  if (chooses || !options.each.command.empty() || options.each.is_plan)
    throw Error(ErrorKind::usage, "--resume goes on with what was asked before, and takes no states and no command");
}

void check_words(const Options& options) {
  const EachOptions& each = options.each;
  if (each.is_resumed) return check_resumed(options);
  if (each.is_plan && !each.command.empty()) throw Error(ErrorKind::usage, "--plan takes no command");
  if (each.is_plan && !options.config_file.empty())
    throw Error(ErrorKind::usage, "--plan takes no --config: run plan reads .statelane.yml");
  if (each.is_plan && each.modules)
    throw Error(ErrorKind::usage, "--plan is for states, and --modules is for commands");
  if (!each.is_plan && each.command.empty())
    throw Error(ErrorKind::usage, "each needs a command after --", {"statelane each -- terraform validate"});
}

/// The commands run on the files that are there: another revision's states may not be.
void refuse_other_revision(const repo::Repository& repository, const Comparison& comparison) {
  if (!repository.work_tree()) throw Error(ErrorKind::environment, "a bare repository has no directories to run in");
  const auto& head = comparison.ends.head;
  const auto checked_out = repository.find_commit("HEAD");
  if (!head || head == checked_out) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} is not what is checked out ({})", head->substr(0, 12),
                          checked_out ? checked_out->substr(0, 12) : "no commit"),
              {fmt::format("git switch --detach {}", head->substr(0, 12))});
}

/// This program, for the plans of `--plan`.
std::string find_own_program() {
  std::error_code fault;
  const fs::path program = fs::read_symlink("/proc/self/exe", fault);
  return fault ? "statelane" : program.string();
}

process::Command command_for(const EachItem& item, const EachOptions& each, const fs::path& work_tree) {
  process::Command command;
  if (each.is_plan) {
    command.argv = {find_own_program(), "run", "plan", "--no-lock", "--no-plan-file", "--", item.id};
    command.directory = work_tree;
    return command;
  }
  for (const std::string& word : each.command) command.argv.push_back(fill_in(word, item));
  command.environment["STATELANE_STATE"] = item.is_module ? std::nullopt : std::optional(item.id);
  command.directory = work_tree / item.directory.str();
  return command;
}

std::vector<batch::Task> make_tasks(const std::vector<EachItem>& items, const EachOptions& each,
                                    const fs::path& work_tree) {
  std::vector<batch::Task> tasks;
  for (const EachItem& item : items)
    tasks.push_back({item.id, {item.directory.str(), item.after}, command_for(item, each, work_tree)});
  return tasks;
}

/// Leaves out what is done; nothing waits for it any more.
void leave_out(const std::set<std::string>& done, std::vector<EachItem>& items) {
  std::vector<std::size_t> now(items.size());
  std::vector<EachItem> left;
  for (std::size_t index = 0; index < items.size(); ++index) {
    now[index] = left.size();
    if (!done.contains(items[index].key())) left.push_back(items[index]);
  }
  for (EachItem& item : left) {
    std::vector<std::size_t> after;
    for (const std::size_t before : item.after)
      if (!done.contains(items[before].key())) after.push_back(now[before]);
    item.after = std::move(after);
  }
  items = std::move(left);
}

std::vector<emit::EachRun> describe_runs(const std::vector<EachItem>& items, batch::BatchResult&& result) {
  std::vector<emit::EachRun> runs;
  for (std::size_t index = 0; index < items.size(); ++index) {
    const EachItem& item = items[index];
    runs.push_back({item.id, item.is_module, item.directory, item.instance, std::move(result.outcomes[index])});
  }
  return runs;
}

bool has_succeeded(const emit::EachRun& run) { return run.outcome.progress == batch::Progress::succeeded; }

/// What the next `--resume` needs; where there is nothing to go on with, nothing.
void keep_rest(const repo::Repository& repository, EachRecord record, const std::vector<EachItem>& items,
               const std::vector<emit::EachRun>& runs) {
  if (std::ranges::all_of(runs, has_succeeded)) return drop_each_record(repository, record.options);
  for (std::size_t index = 0; index < items.size(); ++index)
    if (has_succeeded(runs[index])) record.done.push_back(items[index].key());
  if (keep_each_record(repository, record.options, record))
    write_hint("statelane each --resume runs those that have not succeeded");
}

/// What was asked before, with where it is kept now.
EachRecord take_up(const Options& options) {
  std::optional<EachRecord> record = find_each_record(open_repository(options), options);
  if (!record)
    throw Error(ErrorKind::usage, "nothing to resume: the last each has left nothing undone, or none has run here");
  record->options.cache = options.cache;
  record->options.json = options.json;
  return *std::move(record);
}

void tell_gone(const std::vector<std::string>& gone) {
  for (const std::string& id : gone)
    fmt::print(stderr, "{}: the state is gone; nothing is run for it\n", escape_for_terminal(id));
}

/// The page of the plans.
int write_page(const Options& options) {
  Options page = options;
  if (page.output.empty()) page.output = "statelane.html";
  return run_report(page);
}

}  // namespace

int run_each(const Options& typed) {
  check_words(typed);
  std::signal(SIGPIPE, SIG_IGN);  // what runs goes on when nobody reads
  EachRecord record = typed.each.is_resumed ? take_up(typed) : EachRecord{typed, {}};
  const Options& options = record.options;
  const repo::Repository repository = open_repository(options);
  const Comparison comparison = read_comparison(repository, options);
  refuse_other_revision(repository, comparison);
  if (write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict)) return 1;
  tell_gone(find_gone(comparison));
  std::vector<EachItem> items = find_each_items(comparison, options);
  leave_out({record.done.begin(), record.done.end()}, items);
  if (items.empty()) {
    fmt::print(stderr, "nothing to run: no state is affected\n");
    write_next_step(comparison, options);
    if (options.json) write_output(emit::render_each_json({}));
    return 0;
  }
  const std::vector<batch::Task> tasks = make_tasks(items, options.each, *repository.work_tree());
  EachDisplay display(tasks, options);
  batch::BatchResult result =
      batch::run_batch(tasks, {options.each.parallel, options.each.keep_going}, display.callbacks());
  const std::vector<emit::EachRun> runs = describe_runs(items, std::move(result));
  write_output(options.json ? emit::render_each_json(runs) : "\n" + emit::render_each_text(runs, output_view(options)));
  keep_rest(repository, record, items, runs);
  const int code = std::ranges::all_of(runs, has_succeeded) ? 0 : 1;
  return options.each.is_plan ? std::max(code, write_page(options)) : code;
}

}  // namespace statelane::cli
