#include "emit/each.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emit/words.hpp"

namespace statelane::emit {

namespace {

using batch::Progress;

std::string_view word_of(Progress progress) {
  switch (progress) {
    case Progress::succeeded: return "succeeded";
    case Progress::failed: return "failed";
    case Progress::held_back: return "held back";
    case Progress::running:
    case Progress::waiting: return "not run";
  }
  return "";
}

/// The smaller, the more it needs a person.
int need_of(Progress progress) {
  switch (progress) {
    case Progress::failed: return 0;
    case Progress::held_back: return 1;
    case Progress::succeeded: return 3;
    case Progress::running:
    case Progress::waiting: return 2;
  }
  return 2;
}

std::string time_of(const batch::Outcome& outcome) {
  if (!outcome.status) return "-";
  return fmt::format("{:.1f} s", static_cast<double>(outcome.time.count()) / 1000);
}

/// Why it did not succeed; empty where it did, and where it was not begun.
std::string reason_of(const EachRun& run, const std::vector<EachRun>& all) {
  const auto& before = run.outcome.failed_before;
  return before ? fmt::format("waits for {}", escape_for_terminal(all[*before].id)) : describe_end(run.outcome);
}

std::string count_results(const std::vector<EachRun>& runs) {
  std::string text = count_of(runs.size(), "run", "runs") + ":";
  const char* separator = " ";
  for (const Progress progress : {Progress::failed, Progress::held_back, Progress::waiting, Progress::succeeded}) {
    const auto count = std::ranges::count_if(runs, [&](const auto& run) { return run.outcome.progress == progress; });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, word_of(progress));
    separator = ", ";
  }
  return text + "\n";
}

}  // namespace

std::string describe_end(const batch::Outcome& outcome) {
  if (!outcome.fault.empty()) return escape_for_terminal(outcome.fault);
  if (!outcome.status || outcome.status->succeeded()) return "";
  const std::string end = outcome.status->kind == process::ExitStatus::Kind::exited
                              ? fmt::format("exit code {}", outcome.status->value)
                              : "ended by signal " + process::signal_name(outcome.status->value);
  return outcome.was_stopped ? "stopped: " + end : end;
}

std::string render_each_text(const std::vector<EachRun>& runs, const View& view) {
  std::vector<const EachRun*> sorted;
  for (const EachRun& run : runs) sorted.push_back(&run);
  std::ranges::stable_sort(sorted, {}, [](const EachRun* run) { return need_of(run->outcome.progress); });
  const std::vector<Column> columns = {{"FOR", Cut::last}, {"RESULT"}, {"TIME"}, {"WHY", Cut::first, true}};
  std::vector<std::vector<std::string>> rows;
  for (const EachRun* run : sorted) {
    const Progress progress = run->outcome.progress;
    const std::string why = reason_of(*run, runs);
    rows.push_back({(run->is_module ? "module " : "") + escape_for_terminal(run->id), std::string(word_of(progress)),
                    time_of(run->outcome), why.empty() ? "-" : why});
  }
  return render_table(columns, rows, view) + count_results(runs);
}

std::string render_each_json(const std::vector<EachRun>& runs) {
  nlohmann::ordered_json json = {{"schema", "statelane/each/1"}, {"runs", nlohmann::ordered_json::array()}};
  for (const EachRun& run : runs) {
    nlohmann::ordered_json entry = {{"id", escape_non_utf8(run.id)},
                                    {"kind", run.is_module ? "module" : "state"},
                                    {"dir", escape_non_utf8(run.directory.display())},
                                    {"instance", nullptr},
                                    {"result", word_of(run.outcome.progress)},
                                    {"exit_code", nullptr},
                                    {"why", escape_non_utf8(reason_of(run, runs))}};
    if (run.instance) entry["instance"] = escape_non_utf8(*run.instance);
    if (run.outcome.status) entry["exit_code"] = run.outcome.status->code();
    json["runs"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace statelane::emit
