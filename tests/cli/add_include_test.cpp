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

TEST_CASE("an include in another form is left to its owner") {
  for (const char* pipeline : {"include: [a.yml]\n", "include: a.yml\n", "include:\n  local: a.yml\n", "- a\n",
                               "a: [\n", "include:\n  [a.yml]\n", "x: |\n  include:\n\"include\":\n  - local: a.yml\n",
                               "x: \"\ninclude:\n  - a\n  \"\ninclude: [a]\n"}) {
    CAPTURE(pipeline);
    CHECK(add_include(pipeline, "x.yml") == std::nullopt);
  }
}
