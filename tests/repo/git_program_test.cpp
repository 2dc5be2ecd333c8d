#include "repo/git_program.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "base/error.hpp"
#include "repo/git_library.hpp"
#include "support/test_repo.hpp"

using namespace std::chrono_literals;
using statelane::Error;
using statelane::repo::ask_git;
using statelane::repo::first_complaint;
using statelane::repo::GitPlace;
using statelane::repo::split_nul;
using statelane::repo::trim_end;
using statelane::repo::try_git;
using statelane::support::TestRepo;

TEST_CASE("fields between NULs are split, also when they are empty") {
  CHECK(split_nul(std::string_view("a\0\0b\n\0", 6)) == std::vector<std::string>{"a", "", "b\n"});
  CHECK(split_nul("").empty());
  CHECK(trim_end("a b \r\n") == "a b");
}

TEST_CASE("git's complaint is its first line without the word before it") {
  CHECK(first_complaint("fatal: bad object x\nhint: y\n") == "bad object x");
  CHECK(first_complaint("error: no\n") == "no");
  CHECK(first_complaint("") == "git gave no reason");
}

TEST_CASE("no hook and no monitor of the repository runs") {
  const TestRepo repo;
  repo.write("main.tf", "x");
  const std::string commit = repo.commit();
  const auto mark = repo.path() / "ran";
  repo.git({"config", "core.fsmonitor", "touch " + mark.string() + "; false"});
  CHECK(try_git({GitPlace::Kind::work_tree, repo.path()}, {"diff", "--raw", commit, "--"}).has_value());
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE("a git that does not answer is an error after the time-out") {
  const TestRepo repo;
  repo.git({"config", "alias.wait", "!sleep 60"});
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THROWS_WITH_AS(ask_git({GitPlace::Kind::work_tree, repo.path()}, {"wait"}, 1s),
                       "git wait gave no answer in 1 s", Error);
  CHECK_FALSE(try_git({GitPlace::Kind::work_tree, repo.path()}, {"wait"}, 100ms).has_value());
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST_CASE("libgit2 starts without parsing certificates") {
  const auto begin = std::chrono::steady_clock::now();
  statelane::repo::ensure_git_library();
  // With its network members it takes 5 to 13 ms; without them a twentieth of one.
  CHECK(std::chrono::steady_clock::now() - begin < 4ms);
}
