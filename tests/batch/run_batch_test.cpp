#include "batch/run_batch.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <string>

using statelane::batch::BatchResult;
using statelane::batch::Display;
using statelane::batch::Outcome;
using statelane::batch::Progress;
using statelane::batch::Task;

namespace {

Task shell(const std::string& id, const std::string& script) { return {id, {id}, {.argv = {"/bin/sh", "-c", script}}}; }

/// What was shown, as one text.
struct Shown {
  std::string text;
  std::function<void()> on_text = [] {};

  Display display() {
    return {.begin = [this](std::size_t task) { text += "<" + std::to_string(task) + ">"; },
            .text =
                [this](std::string_view piece) {
                  text += piece;
                  on_text();
                },
            .end = [this](std::size_t task, const Outcome&) { text += "</" + std::to_string(task) + ">"; },
            .tick = [](const auto&) {},
            .stopping = [this](int, std::size_t running) { text += "stopping " + std::to_string(running) + "\n"; }};
  }
};

}  // namespace

TEST_CASE("each task is shown whole, both streams, in the order in which they started") {
  Shown shown;
  const std::vector<Task> tasks = {shell("a", "echo a; echo err >&2"), shell("b", "printf b"), shell("c", "exit 3")};
  const BatchResult result = run_batch(tasks, {.parallel = 3}, shown.display());
  CHECK(shown.text == "<0>a\nerr\n</0><1>b</1><2></2>");
  CHECK(result.outcomes[0].progress == Progress::succeeded);
  CHECK(result.outcomes[2].progress == Progress::failed);
  CHECK(result.outcomes[2].status->code() == 3);
}

TEST_CASE("what cannot be started has failed and says why, and the rest goes on") {
  Shown shown;
  std::vector<Task> tasks = {shell("a", "true"), shell("b", "echo b")};
  tasks[0].command.directory = "/nowhere";
  const BatchResult result = run_batch(tasks, {.keep_going = true}, shown.display());
  CHECK(result.outcomes[0].progress == Progress::failed);
  CHECK(result.outcomes[0].fault.find("/nowhere") != std::string::npos);
  CHECK(result.outcomes[1].progress == Progress::succeeded);
}

TEST_CASE("a stop starts nothing more and interrupts what runs once, however often it comes") {
  Shown shown;
  int signals = 0;
  shown.on_text = [&] {
    if (signals++ == 0) {
      ::raise(SIGTERM);
      ::raise(SIGINT);
      ::raise(SIGTERM);
    }
  };
  // Ends by itself a while after its interrupt; a second one would be counted.
  const std::string script =
      "n=0; trap 'n=$((n+1))' INT TERM; echo ready; i=0; "
      "while [ $i -lt 400 ] && [ $n -eq 0 ]; do sleep 0.05; i=$((i+1)); done; sleep 1; echo got $n; exit 7";
  const BatchResult result = run_batch({shell("a", script), shell("b", "echo b")}, {}, shown.display());
  CHECK(shown.text == "<0>ready\nstopping 1\ngot 1\n</0>");
  CHECK(result.outcomes[0].was_stopped);
  CHECK(result.outcomes[0].status->code() == 7);
  CHECK(result.outcomes[1].progress == Progress::waiting);
  CHECK(result.stop_signals.size() >= 2);
}
