#include "cli/add_include.hpp"

#include <doctest/doctest.h>

using statelane::cli::add_include;

TEST_CASE("a pipeline without includes gets one at its end") {
  CHECK(add_include("stages: [a]\n# ours\njob: {script: make}", "x.yml") ==
        "stages: [a]\n# ours\njob: {script: make}\n\ninclude:\n  - local: x.yml\n");
}

TEST_CASE("a list of includes gets one entry more, indented as the others are") {
  CHECK(add_include(
            "include:\n  # theirs\n  - local: a.yml\n    rules:\n      - if: $X\n  - template: b\n\njob: {script: x}\n",
            "x.yml") ==
        "include:\n  # theirs\n  - local: a.yml\n    rules:\n      - if: $X\n  - template: b\n  - local: x.yml\n\n"
        "job: {script: x}\n");
  CHECK(add_include("a: {script: x}\ninclude: # all\n- local: a.yml", "x.yml") ==
        "a: {script: x}\ninclude: # all\n- local: a.yml\n- local: x.yml\n");
}

TEST_CASE("a pipeline whose end cannot grow without changing a value gets its include at the beginning") {
  CHECK(add_include("# ours\njob:\n  script:\n    - |\n      make", "x.yml") ==
        "# ours\ninclude:\n  - local: x.yml\n\njob:\n  script:\n    - |\n      make");
  CHECK(add_include("---\njob: {script: make}\n...\n", "x.yml") ==
        "---\ninclude:\n  - local: x.yml\n\njob: {script: make}\n...\n");
}

TEST_CASE("lines end as the others do, and the last line needs no end") {
  CHECK(add_include("job: {script: make}\r\n", "x.yml") ==
        "job: {script: make}\r\n\r\ninclude:\r\n  - local: x.yml\r\n");
  CHECK(add_include("job: {script: make}\ninclude:\n- local: a.yml", "x.yml") ==
        "job: {script: make}\ninclude:\n- local: a.yml\n- local: x.yml\n");
}

TEST_CASE("what has to be written by hand is one line, with all that is there") {
  using statelane::cli::describe_include;
  CHECK(describe_include("include: a.yml\n", "x.yml") == R"(include: ["a.yml", {local: "x.yml"}])");
  CHECK(describe_include("include: [a.yml, {template: b}]\n", "x.yml") ==
        R"(include: ["a.yml", {template: "b"}, {local: "x.yml"}])");
  CHECK(describe_include("include:\n  local: a.yml\n", "x.yml") == R"(include: [{local: "a.yml"}, {local: "x.yml"}])");
  CHECK(describe_include("include:\njob: {}\n", "x.yml") == R"(include: [{local: "x.yml"}])");
}

TEST_CASE("an include in another form is left to its owner") {
  for (const char* pipeline : {"include: [a.yml]\n", "include: a.yml\n", "include:\n  local: a.yml\n", "- a\n",
                               "a: [\n", "include:\n  [a.yml]\n", "x: |\n  include:\n\"include\":\n  - local: a.yml\n",
                               "{a: {script: b}}\n", "x: \"\ninclude:\n  - a\n  \"\ninclude: [a]\n"}) {
    CAPTURE(pipeline);
    CHECK(add_include(pipeline, "x.yml") == std::nullopt);
  }
}
