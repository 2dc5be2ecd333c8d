#include "facts/fact_cache.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "facts/write_file.hpp"
#include "support/scratch_directory.hpp"

using namespace statelane;
using facts::CacheEntry;
using facts::CacheFile;
using facts::FactCache;
using facts::FactKey;
using support::ScratchDirectory;

namespace fs = std::filesystem;

namespace {

const std::string build = "0123456789abcdef0123456789abcdef01234567";

FactKey key_of(std::size_t number) {
  FactKey key;
  key.id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  key.id.bytes[1] = static_cast<std::uint8_t>(number);
  key.id.bytes[19] = 1;
  return key;
}

std::string text_of(std::size_t number) { return fmt::format("facts {}", number); }

/// Writes the facts of numbers from `begin` to before `end`.
void write(const FactCache& cache, std::size_t begin, std::size_t end) {
  std::vector<std::string> texts;
  std::vector<FactKey> used;
  for (std::size_t number = begin; number < end; ++number) texts.push_back(text_of(number));
  std::vector<CacheEntry> entries;
  for (std::size_t number = begin; number < end; ++number) {
    entries.push_back({key_of(number), texts[number - begin]});
    used.push_back(key_of(number));
  }
  cache.write(entries, used);
}

std::size_t count_found(const FactCache& cache, std::size_t end) {
  std::size_t found = 0;
  for (std::size_t number = 0; number < end; ++number) {
    const auto bytes = cache.find(key_of(number));
    if (!bytes) continue;
    CHECK(*bytes == text_of(number));
    ++found;
  }
  return found;
}

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(directory)) result.push_back(entry.path());
  return result;
}

}  // namespace

TEST_CASE("what one run keeps the next one finds") {
  const ScratchDirectory scratch;
  const fs::path place = scratch.path() / "deep" / "cache";
  CHECK(count_found(FactCache(place, build), 10) == 0);
  write(FactCache(place, build), 0, 5);
  write(FactCache(place, build), 5, 10);
  CHECK(count_found(FactCache(place, build), 10) == 10);
}

TEST_CASE("facts of another build, or without a build, are not there") {
  const ScratchDirectory scratch;
  write(FactCache(scratch.path(), build), 0, 5);
  CHECK(count_found(FactCache(scratch.path(), "f" + build.substr(1)), 5) == 0);
  CHECK(count_found(FactCache(scratch.path(), build.substr(0, 39) + "8"), 5) == 0);
  CHECK_FALSE(FactCache(scratch.path(), "").is_on());
  CHECK(count_found(FactCache(), 5) == 0);
}

TEST_CASE("a cache file that is cut short or damaged anywhere is as good as absent, and is written anew") {
  const ScratchDirectory scratch;
  write(FactCache(scratch.path(), build), 0, 20);
  const fs::path file = files_in(scratch.path()).at(0);
  const std::string bytes = support::read_file(file);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    support::write_file(file, bytes.substr(0, at));
    CHECK(count_found(FactCache(scratch.path(), build), 20) == 0);
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    support::write_file(file, flipped);
    CHECK(count_found(FactCache(scratch.path(), build), 20) == 0);
  }
  support::write_file(file, bytes + "x");
  const FactCache damaged(scratch.path(), build);
  CHECK(count_found(damaged, 20) == 0);
  write(damaged, 0, 20);
  CHECK(count_found(FactCache(scratch.path(), build), 20) == 20);
  CHECK(files_in(scratch.path()).size() == 1);
}

TEST_CASE("other things in the directory are left alone") {
  const ScratchDirectory scratch;
  scratch.write("notes.txt", "mine");
  scratch.write("other.facts", "theirs");
  fs::create_directories(scratch.path() / (build.substr(0, 16) + "-dir.facts"));
  write(FactCache(scratch.path(), build), 0, 5);
  CHECK(count_found(FactCache(scratch.path(), build), 5) == 5);
  CHECK(support::read_file(scratch.path() / "notes.txt") == "mine");
  CHECK(support::read_file(scratch.path() / "other.facts") == "theirs");
}

TEST_CASE("a place that cannot be written keeps nothing and says nothing") {
  const ScratchDirectory scratch;
  scratch.write("file", "");
  const FactCache cache(scratch.path() / "file" / "cache", build);
  write(cache, 0, 5);
  CHECK(count_found(cache, 5) == 0);
  CHECK(count_found(FactCache(scratch.path() / "file", build), 5) == 0);
}

TEST_CASE("many runs leave few files, and everything is in them") {
  const ScratchDirectory scratch;
  for (std::size_t run = 0; run < 30; ++run) write(FactCache(scratch.path(), build), run * 10, run * 10 + 10);
  CHECK(files_in(scratch.path()).size() <= 9);
  CHECK(count_found(FactCache(scratch.path(), build), 300) == 300);
}

TEST_CASE("past its bound the cache keeps what the last run used") {
  const ScratchDirectory scratch;
  constexpr std::uintmax_t limit = 20'000;
  for (std::size_t run = 0; run < 40; ++run) write(FactCache(scratch.path(), build, limit), run * 50, run * 50 + 50);
  std::uintmax_t size = 0;
  for (const fs::path& file : files_in(scratch.path())) size += fs::file_size(file);
  CHECK(size < 2 * limit);
  const FactCache cache(scratch.path(), build, limit);
  for (std::size_t number = 39 * 50; number < 40 * 50; ++number) CHECK(cache.find(key_of(number)).has_value());
}

TEST_CASE("runs that write at once lose nothing that is in a file, and never see half of one") {
  const ScratchDirectory scratch;
  std::vector<std::jthread> runs;
  for (std::size_t run = 0; run < 4; ++run) {
    runs.emplace_back([&scratch, run] {
      for (std::size_t turn = 0; turn < 25; ++turn) {
        const FactCache cache(scratch.path(), build);
        for (std::size_t number = 0; number < 1000; ++number) {
          const auto bytes = cache.find(key_of(number));
          if (bytes && *bytes != text_of(number)) std::abort();
        }
        const std::size_t begin = (run * 25 + turn) * 10;
        write(cache, begin, begin + 10);
      }
    });
  }
  runs.clear();
  write(FactCache(scratch.path(), build), 1000, 1010);
  CHECK(FactCache(scratch.path(), build).find(key_of(1005)).has_value());
  CHECK(count_found(FactCache(scratch.path(), build), 1010) > 100);
}

TEST_CASE("facts that are larger than the bound are not written") {
  const ScratchDirectory scratch;
  const fs::path place = scratch.path() / "cache";
  write(FactCache(place, build, 100), 0, 50);
  CHECK(files_in(place).empty());
}

TEST_CASE("what another run left unfinished goes when the cache is past its bound") {
  const ScratchDirectory scratch;
  write(FactCache(scratch.path(), build), 0, 1);
  // Its name begins like the finished ones of this build.
  const fs::path unfinished = scratch.path() / (build.substr(0, 16) + "-left" + std::string(facts::unfinished_ending));
  std::ofstream(unfinished) << std::string(5000, 'x');
  write(FactCache(scratch.path(), build), 1, 2);
  CHECK(fs::exists(unfinished));
  write(FactCache(scratch.path(), build, 1000), 2, 3);
  CHECK_FALSE(fs::exists(unfinished));
}

TEST_CASE("eight files are joined when the ninth would come") {
  const ScratchDirectory scratch;
  for (std::size_t number = 0; number < 8; ++number) write(FactCache(scratch.path(), build), number, number + 1);
  CHECK(files_in(scratch.path()).size() == 8);
  write(FactCache(scratch.path(), build), 8, 9);
  CHECK(files_in(scratch.path()).size() == 1);
  CHECK(count_found(FactCache(scratch.path(), build), 9) == 9);
}
