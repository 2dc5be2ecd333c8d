#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

namespace fs = std::filesystem;
using statelane::repo::Repository;
using statelane::support::TestRepo;
using statelane::support::words_of_error;

namespace {

void put_fifo(const fs::path& place) {
  fs::remove_all(place);
  fs::create_directories(place.parent_path());
  REQUIRE(::mkfifo(place.c_str(), 0600) == 0);
}

/// All that opening a repository and reading its newest commit asks for; empty when that was done.
std::string words_of_reading(const TestRepo& repository) {
  return words_of_error([&] {
    const Repository opened = Repository::open(repository.path());
    opened.commit_tree(opened.resolve("HEAD"))->list(statelane::RepoPath());
    opened.has_replacements();
  });
}

/// What is said of a repository with a FIFO in the place of one of git's files.
std::string words_with_fifo(const char* name) {
  const TestRepo repository;
  repository.write("a", "a");
  repository.commit();
  put_fifo(repository.path() / ".git" / name);
  return words_of_reading(repository);
}

}  // namespace

TEST_CASE("a FIFO in the place of a file of git's is refused, and nobody waits for it") {
  for (const char* name : {"packed-refs", "shallow", "objects/info/alternates", "refs/heads/main"}) {
    CAPTURE(name);
    const std::string words = words_with_fifo(name);
    CHECK(words.find(name) != std::string::npos);
    CHECK((words.find("it is a FIFO") != std::string::npos ||
           words.find("No such device or address") != std::string::npos));
  }
}

TEST_CASE("a FIFO in the place of what git may do without is in nobody's way") {
  for (const char* name : {"info/exclude", "info/attributes", "logs/HEAD", "objects/pack/multi-pack-index"}) {
    CAPTURE(name);
    CHECK(words_with_fifo(name) == "");
  }
}

TEST_CASE("FIFOs in the place of objects and packs are read by nobody") {
  for (const bool is_packed : {false, true}) {
    CAPTURE(is_packed);
    const TestRepo repository;
    repository.write("a", "a");
    repository.commit();
    if (is_packed) repository.git({"gc", "--quiet"});
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(repository.path() / ".git/objects")) {
      if (entry.is_regular_file() && entry.path().parent_path().filename() != "info") files.push_back(entry.path());
    }
    REQUIRE(!files.empty());
    for (const fs::path& file : files) put_fifo(file);
    CHECK(words_of_reading(repository).starts_with("unknown revision \"HEAD\""));
  }
}

TEST_CASE("a branch whose commit is lost is not a repository without commits") {
  const TestRepo repository;
  repository.write("a", "a");
  repository.commit();
  repository.git({"pack-refs", "--all"});
  fs::remove_all(repository.path() / ".git/objects");
  fs::create_directories(repository.path() / ".git/objects");
  CHECK(words_of_reading(repository).starts_with("unknown revision \"HEAD\""));
}
