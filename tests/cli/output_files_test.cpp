#include "cli/output_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.hpp"
#include "support/scratch_directory.hpp"

namespace fs = std::filesystem;
using statelane::Error;
using statelane::cli::write_file;
using statelane::cli::write_files;
using statelane::support::ScratchDirectory;

TEST_CASE("an output is written where it is asked for, and never through a link of the working directory") {
  const ScratchDirectory scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  fs::create_directory("elsewhere");
  fs::create_symlink("elsewhere", "link");
  fs::create_symlink("elsewhere/victim", "file.yml");
  write_file("file.yml", "text");
  CHECK(fs::is_regular_file(fs::symlink_status("file.yml")));
  CHECK_FALSE(fs::exists("elsewhere/victim"));
  CHECK_THROWS_WITH_AS(write_file("link/file.yml", "text"),
                       ("cannot write " + (fs::current_path() / "link").string() + ": it is a symbolic link").c_str(),
                       Error);
  write_file((scratch.path() / "whole.yml").string(), "text");
  CHECK((fs::status("whole.yml").permissions() & fs::perms::others_read) == fs::perms::others_read);
  fs::current_path(before);
}

TEST_CASE("a device is not taken from everybody by a file in its place") {
  CHECK_THROWS_WITH_AS(write_file("/dev/null", "text"), "cannot write /dev/null: it is not a file", Error);
  try {
    write_file("/dev/null", "text");
  } catch (const Error& error) {
    CHECK(error.hints().front() == "leave --output out to have it on standard output");
  }
}

TEST_CASE("of files that belong together none is written when one cannot be") {
  const ScratchDirectory scratch;
  const auto text = [] { return std::string("new"); };
  CHECK_THROWS_AS(write_files({{scratch.path() / "a", text}, {scratch.path() / "missing/b", text}}), Error);
  CHECK_FALSE(fs::exists(scratch.path() / "a"));
  write_files({{scratch.path() / "a", text}, {scratch.path() / "b", text}});
  CHECK(statelane::support::read_file(scratch.path() / "b") == "new");
}
