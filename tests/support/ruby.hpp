#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "process/command.hpp"
#include "support/scratch_directory.hpp"
#include "support/source_directory.hpp"

namespace statelane::support {

/// Whether Ruby is installed. Where it is not, the test is left out with a message, and fails under CI.
inline bool has_ruby() {
  const auto found = process::run_captured({{"sh", "-c", "command -v ruby"}, {}, {}}, std::chrono::seconds(10));
  if (found.status.succeeded()) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL("this test needs ruby");
  MESSAGE("LEFT OUT: this test needs ruby");
  return false;
}

/// What Psych makes of each text under GitLab's settings: a line of JSON, the value in a list, or "refused".
inline std::vector<std::string> ask_psych(const std::vector<std::string>& texts) {
  const ScratchDirectory directory;
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "\n=====\n") + text;
  directory.write("texts", all);
  const std::string script = (source_directory() / "tests/support/psych.rb").string();
  const auto answer =
      process::run_captured({{"ruby", script, (directory.path() / "texts").string()}, {}, {}}, std::chrono::minutes(2));
  INFO(answer.err);
  REQUIRE(answer.status.succeeded());
  std::vector<std::string> lines;
  for (std::string_view rest = answer.out; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  REQUIRE(lines.size() == texts.size());
  return lines;
}

}  // namespace statelane::support
