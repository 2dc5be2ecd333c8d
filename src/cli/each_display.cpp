#include "cli/each_display.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/escape.hpp"
#include "cli/console.hpp"
#include "emit/each.hpp"

namespace statelane::cli {

namespace {

bool is_in_job() { return std::getenv("GITLAB_CI") != nullptr; }

/// `network/prod: terraform validate`
std::string heading_of(const batch::Task& task) {
  std::string words;
  for (const std::string& word : task.command.argv) words += " " + as_typed(word);
  return escape_for_terminal(task.id + ":" + words);
}

}  // namespace

EachDisplay::EachDisplay(const std::vector<batch::Task>& tasks, const Options& options)
    : tasks_(tasks),
      log_(options.json ? STDERR_FILENO : STDOUT_FILENO, {.sections = is_in_job()}),
      view_(output_view(options)),
      shows_progress_(isatty(STDERR_FILENO) == 1) {}

batch::Display EachDisplay::callbacks() {
  return {.begin = [this](std::size_t task) { begin(task); },
          .text = [this](std::string_view piece) { text(piece); },
          .end = [this](std::size_t task, const batch::Outcome& outcome) { end(task, outcome); },
          .tick = [this](const batch::Schedule& schedule) { tick(schedule); },
          .stopping =
              [this](int signal, std::size_t running) {
                wipe();
                fmt::print(stderr, "statelane: asked to stop by signal {}; waiting for {}\n",
                           process::signal_name(signal), emit::count_of(running, "command", "commands"));
              }};
}

void EachDisplay::begin(std::size_t task) {
  wipe();
  const std::string heading = heading_of(tasks_[task]);
  if (log_.style().sections) {
    section_.emplace(log_, fmt::format("statelane_each_{}", task), heading, true);
  } else {
    log_.write(emit::paint(view_, heading, emit::Style::heading) + "\n");
  }
}

void EachDisplay::text(std::string_view text) {
  wipe();
  log_.write(text);
  is_at_line_start_ = text.ends_with('\n');
}

void EachDisplay::end(std::size_t task, const batch::Outcome& outcome) {
  wipe();
  if (!is_at_line_start_) log_.write("\n");
  is_at_line_start_ = true;
  section_.reset();
  if (outcome.progress == batch::Progress::succeeded) return;
  const std::string line =
      fmt::format("{}: failed: {}", escape_for_terminal(tasks_[task].id), emit::describe_end(outcome));
  log_.write(emit::paint(view_, line, emit::Style::deleted) + "\n");
}

void EachDisplay::tick(const batch::Schedule& schedule) {
  if (!shows_progress_ || !is_at_line_start_) return;
  using batch::Progress;
  const std::size_t ended = schedule.count(Progress::succeeded) + schedule.count(Progress::failed);
  const std::size_t running = schedule.count(Progress::running);
  const std::string line = fmt::format("{} of {} done, {} running", ended, tasks_.size(), running);
  if (running == 0 || line == progress_) return;
  wipe();
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
  progress_ = line;
}

void EachDisplay::wipe() {
  if (!progress_.empty()) fmt::print(stderr, "\r\x1b[K");
  progress_.clear();
}

}  // namespace statelane::cli
