#include "cli/pipeline_files.hpp"

#include <doctest/doctest.h>

#include "support/words_of_error.hpp"

using statelane::cli::render_file;
using statelane::pipeline::Pipeline;

TEST_CASE("a file that its comments make larger than GitLab takes is refused") {
  const Pipeline file{{std::string(2 << 20, 'x')}, {}, {}, {}};
  CHECK(statelane::support::words_of_error([&] {
          render_file(file, {18, 0, 0});
        }) ==
        "a file would have 2097155 bytes, and GitLab takes 2097152\nhint: take fewer states at a time with --state");
}
