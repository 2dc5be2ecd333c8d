#include "facts/record_store.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "support/scratch_directory.hpp"

using namespace statelane;
using facts::RecordStore;
using support::ScratchDirectory;

namespace fs = std::filesystem;

namespace {

const std::string build = "0123456789abcdef0123456789abcdef01234567";

ContentId key_of(std::uint8_t number) {
  ContentId key;
  key.bytes[0] = number;
  return key;
}

std::vector<std::string> texts_of(const RecordStore& store, std::uint8_t number) {
  std::vector<std::string> result;
  for (const std::string_view bytes : store.find(key_of(number))) result.emplace_back(bytes);
  return result;
}

std::size_t count_files(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("records come back by their key, several of one key too, each once") {
  const ScratchDirectory scratch;
  RecordStore first(scratch.path(), build);
  CHECK(first.empty());
  first.keep(key_of(1), "one");
  first.keep(key_of(2), "of one tree");
  first.keep(key_of(2), "of another");
  first.keep(key_of(2), "of another");
  first.save();
  const RecordStore second(scratch.path(), build);
  CHECK_FALSE(second.empty());
  CHECK(texts_of(second, 1) == std::vector<std::string>{"one"});
  CHECK(texts_of(second, 2) == std::vector<std::string>{"of another", "of one tree"});
  CHECK(texts_of(second, 3).empty());
}

TEST_CASE("a run that worked out something new keeps what it met and drops the rest; another writes nothing") {
  const ScratchDirectory scratch;
  RecordStore first(scratch.path(), build);
  for (const std::uint8_t number : {1, 2, 3}) first.keep(key_of(number), "old");
  first.save();

  RecordStore idle(scratch.path(), build);
  idle.keep_found(key_of(1), idle.find(key_of(1)).front());
  idle.save();
  CHECK(texts_of(RecordStore(scratch.path(), build), 3).size() == 1);

  RecordStore busy(scratch.path(), build);
  busy.keep_found(key_of(1), busy.find(key_of(1)).front());
  busy.keep(key_of(4), "new");
  const RecordStore moved = std::move(busy);
  moved.save();
  const RecordStore last(scratch.path(), build);
  CHECK(texts_of(last, 1) == std::vector<std::string>{"old"});
  CHECK(texts_of(last, 4) == std::vector<std::string>{"new"});
  CHECK(texts_of(last, 2).empty());
  CHECK(count_files(scratch.path()) == 1);
}

TEST_CASE("records of another build, damaged and oversized ones are as good as absent") {
  const ScratchDirectory scratch;
  RecordStore first(scratch.path(), build);
  first.keep(key_of(1), std::string(1000, 'x'));
  first.save();
  CHECK(RecordStore(scratch.path(), "fedcba9876543210fedcba9876543210fedcba98").empty());
  CHECK(RecordStore(scratch.path(), build, 500).empty());
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    std::string bytes = support::read_file(entry.path());
    bytes[bytes.size() / 2] ^= 1;
    support::write_file(entry.path(), bytes);
  }
  CHECK(RecordStore(scratch.path(), build).empty());

  RecordStore small(scratch.path() / "small", build, 500);
  small.keep(key_of(1), std::string(1000, 'x'));
  small.save();
  CHECK_FALSE(fs::exists(scratch.path() / "small"));
}

TEST_CASE("without a build, and where nothing can be written, nothing is kept and nothing fails") {
  RecordStore none;
  none.keep(key_of(1), "x");
  none.save();
  CHECK_FALSE(none.is_on());
  const ScratchDirectory scratch;
  support::write_file(scratch.path() / "file", "no directory");
  RecordStore blocked(scratch.path() / "file", build);
  blocked.keep(key_of(1), "x");
  blocked.save();
  CHECK(RecordStore(scratch.path() / "file", build).empty());
}
