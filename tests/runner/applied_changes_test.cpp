#include "runner/applied_changes.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/scratch_directory.hpp"

using statelane::runner::AppliedChanges;
using statelane::runner::read_applied_changes;
using statelane::runner::render_applied;
using statelane::runner::render_counts;

TEST_CASE("what Terraform told to be complete is read from its output, through colours") {
  const statelane::support::ScratchDirectory scratch;
  const statelane::files::Place file{scratch.path(), "output.txt"};
  std::ofstream(file.path()) << "\x1b[0m\x1b[1maws_thing.a[\"x: y\"]: Creating...\x1b[0m\n"
                                "\x1b[0m\x1b[1maws_thing.a[\"x: y\"]: Creation complete after 1s [id=1]\x1b[0m\n"
                                "aws_thing.b: Modifications complete after 12m3s [id=2]\n"
                                "aws_thing.c (deposed object 1234): Destruction complete after 0s\n"
                                "aws_thing.d (local-exec): e: Creation complete after 0s\n"
                                "aws_thing.f: Still creating... [10s elapsed]";
  const AppliedChanges done = read_applied_changes(file);
  CHECK(done == AppliedChanges{{"aws_thing.a[\"x: y\"]"}, {"aws_thing.b"}, {"aws_thing.c (deposed object 1234)"}});
  CHECK(render_counts(done) == ": 1 created, 1 updated, 1 destroyed");
  CHECK(render_applied(done, 2) ==
        "statelane: done until then: 1 created, 1 updated, 1 destroyed\n"
        "  created   aws_thing.a[\"x: y\"]\n  updated   aws_thing.b\n  and 1 more\n");
}

TEST_CASE("nothing done is told as nothing") {
  CHECK(read_applied_changes({"/nonexistent", "output.txt"}) == AppliedChanges{});
  CHECK(render_counts({}).empty());
  CHECK(render_applied({}) == "statelane: no resource was changed completely\n");
}
