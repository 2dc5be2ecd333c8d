#include "cli/pipeline_files.hpp"

#include <doctest/doctest.h>

#include "support/words_of_error.hpp"

using statelane::cli::render_file;
using statelane::pipeline::Pipeline;

TEST_CASE("comments that make a file larger than GitLab takes are left out, and what is too large then is refused") {
  Pipeline file{{"head"}, {}, {}, {{"a", {std::string(2 << 20, 'x')}, {{"script", "true"}}}}};
  CHECK(
      render_file(file, {18, 0, 0}) ==
      "# head\n# Without comments, with which the file would be larger than GitLab takes.\n\na:\n  script: \"true\"\n");
  file.comments = {std::string(2 << 20, 'x')};
  CHECK(statelane::support::words_of_error([&] {
          render_file(file, {18, 0, 0});
        }) ==
        "a file would have 2097251 bytes, and GitLab takes 2097152\nhint: take fewer states at a time with --state");
}
