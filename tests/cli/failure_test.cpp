#include "cli/failure.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "base/error.hpp"

using statelane::Error;
using statelane::ErrorKind;
using statelane::cli::describe_failure;
using statelane::cli::Failure;

namespace {

void check_failure(const std::exception& fault, const std::string& text, int exit_code) {
  const Failure failure = describe_failure(fault);
  CHECK(failure.text == text);
  CHECK(failure.exit_code == exit_code);
}

}  // namespace

TEST_CASE("an error is told with its remedies, a line each") {
  check_failure(Error(ErrorKind::usage, "unknown revision \"x\"", {"git log shows some", "git branch shows others"}),
                "statelane: error: unknown revision \"x\"\nhint: git log shows some\nhint: git branch shows others\n",
                2);
  check_failure(Error(ErrorKind::refused, "refused"), "statelane: error: refused\n", 125);
  check_failure(Error(ErrorKind::usage, "no state \x1b[0Kx\nstatelane: net is applied", {"a\nhint: b"}),
                "statelane: error: no state \\x1b[0Kx\n  statelane: net is applied\nhint: a\n  hint: b\n", 2);
}

TEST_CASE("what the system refuses is no fault of the program") {
  check_failure(std::bad_alloc(), "statelane: error: out of memory\nhint: give the job more memory\n", 3);
  check_failure(std::system_error(EMFILE, std::generic_category(), "pipe"),
                "statelane: error: pipe: Too many open files\n"
                "hint: the limits of the job are the usual cause: ulimit -a\n",
                3);
  check_failure(std::filesystem::filesystem_error("cannot create directories", "a/b",
                                                  std::make_error_code(std::errc::not_a_directory)),
                "statelane: error: cannot use a/b: Not a directory\n", 3);
  check_failure(std::filesystem::filesystem_error("cannot create directories", "a/b",
                                                  std::make_error_code(std::errc::permission_denied)),
                "statelane: error: cannot use a/b: Permission denied\nhint: look at its owner and mode (ls -ld)\n", 3);
}

TEST_CASE("a fault of the program says so and asks for a report") {
  check_failure(std::logic_error("not a repository path: ../a"),
                "statelane: internal error: not a repository path: ../a\n"
                "hint: this is a fault of statelane; please report it\n",
                70);
}
