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

ContentId tree_of(std::uint8_t number) {
  ContentId tree;
  tree.bytes[1] = number;
  return tree;
}

std::string text_of(const RecordStore& store, std::uint8_t number) {
  return std::string(store.find(key_of(number)).value_or("(none)"));
}

/// A store that has read what is there, and keeps one more tree.
void keep_tree(const fs::path& place, std::uint8_t tree, const std::vector<std::uint8_t>& records) {
  RecordStore store(place, build);
  store.start();
  for (const std::uint8_t number : records) {
    if (store.find(key_of(number))) {
      store.keep_found(key_of(number), key_of(number));
    } else {
      store.keep(key_of(number), "of tree " + std::to_string(tree));
    }
  }
  store.turn(tree_of(tree));
  store.save();
}

std::size_t count_files(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("the records of a tree come back by their keys, in the next run too") {
  const ScratchDirectory scratch;
  RecordStore first(scratch.path(), build);
  CHECK(first.empty());
  CHECK(first.tree().is_zero());
  first.keep(key_of(1), "one");
  first.keep(key_of(2), "two");
  CHECK(text_of(first, 1) == "(none)");
  first.turn(tree_of(7));
  CHECK(text_of(first, 1) == "one");
  first.save();
  const RecordStore second(scratch.path(), build);
  CHECK_FALSE(second.empty());
  CHECK(second.tree() == tree_of(7));
  CHECK(text_of(second, 1) == "one");
  CHECK(text_of(second, 2) == "two");
  CHECK(text_of(second, 3) == "(none)");
}

TEST_CASE("of the tree before stays what the next one met") {
  const ScratchDirectory scratch;
  keep_tree(scratch.path(), 1, {1, 2, 3});
  keep_tree(scratch.path(), 2, {1, 4});
  const RecordStore store(scratch.path(), build);
  CHECK(store.tree() == tree_of(2));
  CHECK(text_of(store, 1) == "of tree 1");
  CHECK(text_of(store, 4) == "of tree 2");
  CHECK(text_of(store, 2) == "(none)");
  CHECK(count_files(scratch.path()) == 1);
}

TEST_CASE("a record stays under another key, beside the one that takes its place") {
  const ScratchDirectory scratch;
  keep_tree(scratch.path(), 1, {1});
  RecordStore store(scratch.path(), build);
  store.start();
  store.keep(key_of(1), "of tree 2");
  store.keep_found(key_of(2), key_of(1));
  store.keep_found(key_of(3), key_of(9));
  store.turn(tree_of(2));
  CHECK(text_of(store, 1) == "of tree 2");
  CHECK(text_of(store, 2) == "of tree 1");
  CHECK(text_of(store, 3) == "(none)");
}

TEST_CASE("what was kept for a tree that was not finished is dropped") {
  RecordStore store;
  store.keep_in_memory();
  store.keep(key_of(1), "of a tree that cannot be read");
  store.start();
  store.keep(key_of(2), "x");
  store.turn(tree_of(1));
  CHECK(text_of(store, 1) == "(none)");
  CHECK(text_of(store, 2) == "x");
}

TEST_CASE("a work tree's records do not take the place of a commit's, and a commit's take a work tree's") {
  const ScratchDirectory scratch;
  keep_tree(scratch.path(), 0, {1, 2});
  CHECK(RecordStore(scratch.path(), build).tree().is_zero());
  keep_tree(scratch.path(), 1, {1, 2});
  CHECK(RecordStore(scratch.path(), build).tree() == tree_of(1));
  keep_tree(scratch.path(), 0, {3});
  const RecordStore store(scratch.path(), build);
  CHECK(store.tree() == tree_of(1));
  CHECK(text_of(store, 1) == "of tree 0");
  CHECK(text_of(store, 3) == "(none)");
}

TEST_CASE("for a few new records among many the file is not written anew") {
  const ScratchDirectory scratch;
  std::vector<std::uint8_t> numbers(100);
  for (std::uint8_t number = 0; number < 100; ++number) numbers[number] = number;
  keep_tree(scratch.path(), 1, numbers);
  numbers[0] = 100;
  keep_tree(scratch.path(), 2, numbers);
  CHECK(RecordStore(scratch.path(), build).tree() == tree_of(1));
  for (std::uint8_t number = 0; number < 10; ++number) numbers[number] = static_cast<std::uint8_t>(100 + number);
  keep_tree(scratch.path(), 3, numbers);
  CHECK(RecordStore(scratch.path(), build).tree() == tree_of(3));
}

TEST_CASE("what is kept lives as long as the store, also when that is moved") {
  RecordStore store;
  store.keep_in_memory();
  store.keep(key_of(1), "x");
  store.turn(tree_of(1));
  const std::string_view bytes = *store.find(key_of(1));
  const RecordStore moved = std::move(store);
  CHECK(moved.find(key_of(1))->data() == bytes.data());
  CHECK(bytes == "x");
}

TEST_CASE("records of another build, damaged and oversized ones are as good as absent") {
  const ScratchDirectory scratch;
  RecordStore first(scratch.path(), build);
  first.keep(key_of(1), std::string(1000, 'x'));
  first.turn(tree_of(1));
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
  small.turn(tree_of(1));
  small.save();
  CHECK_FALSE(fs::exists(scratch.path() / "small"));
}

TEST_CASE("without a build, and where nothing can be written, nothing is kept and nothing fails") {
  RecordStore none;
  none.keep(key_of(1), "x");
  none.turn(tree_of(1));
  none.save();
  CHECK_FALSE(none.is_on());
  CHECK(none.empty());
  const ScratchDirectory scratch;
  support::write_file(scratch.path() / "file", "no directory");
  RecordStore blocked(scratch.path() / "file", build);
  blocked.keep(key_of(1), "x");
  blocked.turn(tree_of(1));
  blocked.save();
  CHECK(RecordStore(scratch.path() / "file", build).empty());
}
