#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "process/command.hpp"
#include "support/scratch_directory.hpp"
#include "support/source_directory.hpp"

/// Whether Ruby is installed. Where it is not, the test is left out with a message, and fails under CI.
inline bool has_ruby() {
  const auto found =
      statelane::process::run_captured({{"sh", "-c", "command -v ruby"}, {}, {}}, std::chrono::seconds(10));
  if (found.status.succeeded()) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") {
    FAIL("this test needs ruby");
  } else {
    MESSAGE("LEFT OUT: this test needs ruby");
  }
  return false;
}

/// What `oracle.rb` prints about `text`.
inline std::string ask_ruby(const std::string& question, const std::string& text) {
  const statelane::support::ScratchDirectory directory;
  directory.write("question", text);
  const std::string script = (statelane::support::source_directory() / "tests/gitlab/oracle.rb").string();
  const std::string file = (directory.path() / "question").string();
  const auto answer =
      statelane::process::run_captured({{"ruby", script, question, file}, {}, {}}, std::chrono::minutes(5));
  INFO(answer.err);
  REQUIRE(answer.status.succeeded());
  return answer.out;
}
