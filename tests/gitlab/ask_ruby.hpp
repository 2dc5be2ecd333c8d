#pragma once

#include "support/ruby.hpp"

using statelane::support::has_ruby;

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
