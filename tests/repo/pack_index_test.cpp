#include "repo/pack_index.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

namespace fs = std::filesystem;
using statelane::repo::Repository;
using statelane::repo::stays_in_its_pack;
using statelane::support::TestRepo;

namespace {

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

fs::path only_index(const TestRepo& repository) {
  for (const auto& entry : fs::directory_iterator(repository.path() / ".git/objects/pack"))
    if (entry.path().extension() == ".idx") return entry.path();
  return {};
}

}  // namespace

TEST_CASE("an index of a pack that names a place behind the pack is not read") {
  for (const char* version : {"2", "1"}) {
    CAPTURE(version);
    const TestRepo repository;
    repository.write("a", "a");
    repository.commit();
    repository.git({"-c", std::string("pack.indexVersion=") + version, "repack", "-qad"});
    const fs::path index = only_index(repository);
    REQUIRE(stays_in_its_pack(index));
    const std::string whole = read_bytes(index);
    fs::permissions(index, fs::perms::owner_all);
    // Of version 2 three objects' names and sums stand in front of the places.
    const std::size_t places = version[0] == '2' ? 8 + 1024 + 3 * 24 : 1024;
    for (const char damage : {'\x01', '\x40', '\x80', '\xff'}) {
      std::string bytes = whole;
      bytes[places] = damage;
      std::ofstream(index, std::ios::binary | std::ios::trunc) << bytes;
      CHECK_FALSE(stays_in_its_pack(index));
      const std::string words = statelane::support::words_of_error([&] {
        const Repository opened = Repository::open(repository.path());
        const auto tree = opened.commit_tree(opened.resolve("HEAD"));
        tree->size(statelane::RepoPath::of("a"));
        tree->read(statelane::RepoPath::of("a"));
      });
      CHECK(words != "");
    }
    std::ofstream(index, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
    CHECK_FALSE(stays_in_its_pack(index));
  }
}
