#include "emit/history.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace {

using statelane::emit::History;

History two_commits() {
  return {{{.commit = "2222222222222222222222222222222222222222",
            .parent = "1111111111111111111111111111111111111111",
            .subject = "a module",
            .states = 4,
            .affected = {"a", "b", "gone"},
            .plans = 2,
            .by_globs = 1,
            .missed_by_globs = {"b"}},
           {.commit = "1111111111111111111111111111111111111111",
            .parent = "",
            .subject = "begin\x1b[31m",
            .states = 4,
            .affected = {},
            .plans = 0,
            .by_globs = 3,
            .missed_by_globs = {}}},
          ""};
}

}  // namespace

TEST_CASE("history is a table of commits, totals, and what others would have missed") {
  CHECK(statelane::emit::render_history_text(two_commits(), {}) ==
        "COMMIT        AFFECTED  PLANS  OF  BY GLOBS      SUBJECT\n"
        "222222222222  3         2      4   1 (1 missed)  a module\n"
        "111111111111  0         0      4   3             begin\\x1b[31m\n"
        "\n"
        "2 commits, 2 plans\n"
        "  all states each time: 8 plans, of which 25.0 % ran\n"
        "  globs of the state directories: 4 plans, 1 affected state missed\n"
        "\n"
        "missed by globs of the state directories:\n"
        "  222222222222  b\n");
}

TEST_CASE("history with a hand-written pipeline has a column for it") {
  History history = two_commits();
  history.steps[0].is_read_from_pipeline = true;
  history.steps[0].by_pipeline = 1;
  history.steps[0].missed_by_pipeline = {"a"};
  const std::string text = statelane::emit::render_history_text(history, {});
  CHECK(
      text.starts_with("COMMIT        AFFECTED  PLANS  OF  BY GLOBS      BY PIPELINE   SUBJECT\n"
                       "222222222222  3         2      4   1 (1 missed)  1 (1 missed)  a module\n"
                       "111111111111  0         0      4   3             -             begin"));
  CHECK(text.find("\n  .gitlab-ci.yml as it was written: 1 plan, 1 affected state missed\n") != std::string::npos);
  CHECK(text.ends_with("missed by .gitlab-ci.yml:\n  222222222222  a\n"));
}

TEST_CASE("history counts changed infrastructure that no state reads, and fits its reader's width") {
  History history = two_commits();
  history.steps[0].unread = 3;
  history.steps[0].subject = "a module that grows";
  const std::string text = statelane::emit::render_history_text(history, {.width = 70});
  CHECK(
      text.starts_with("COMMIT        AFFECTED  PLANS  OF  BY GLOBS      UNREAD  SUBJECT\n"
                       "222222222222  3         2      4   1 (1 missed)  3       a module tha…\n"));
  CHECK(text.find("\n  changed infrastructure that no state reads: 3 files\n") != std::string::npos);
}

TEST_CASE("history as JSON has every commit and the totals") {
  CHECK(nlohmann::json::parse(statelane::emit::render_history_json(two_commits())) == nlohmann::json::parse(R"({
    "schema": "statelane/history/1",
    "commits": [
      {"commit": "2222222222222222222222222222222222222222", "parent": "1111111111111111111111111111111111111111",
       "states": 4, "affected": ["a", "b", "gone"], "plans": 2, "directory_globs": {"plans": 1, "missed": ["b"]}, "unread": 0},
      {"commit": "1111111111111111111111111111111111111111", "parent": null,
       "states": 4, "affected": [], "plans": 0, "directory_globs": {"plans": 3, "missed": []}, "unread": 0}],
    "totals": {"commits": 2, "plans": 2, "all_states": 8, "directory_globs": {"plans": 4, "missed": 1}, "unread": 0},
    "complete": true})"));
}

TEST_CASE("a history of nothing has totals of nothing") {
  CHECK(statelane::emit::render_history_text({}, {}).find("0 commits, 0 plans") != std::string::npos);
}
