// Answers are the same with and without facts from earlier runs, whatever became of those.
#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

#include "emit/json.hpp"
#include "states/load_states.hpp"
#include "support/preset.hpp"
#include "support/scratch_directory.hpp"

using namespace statelane;
using support::find_preset;
using support::PresetRepository;

namespace fs = std::filesystem;

namespace {

const std::string build = "00112233445566778899aabbccddeeff00112233";

/// Everything that can be said of a tree.
std::string describe(const repo::Tree& tree, facts::FactStore& store) {
  Diagnostics diagnostics;
  const states::LoadedStates loaded = states::load_states(tree, {}, store, diagnostics);
  std::string result = emit::render_list_json(loaded, states::find_unclaimed(tree, loaded.graph));
  result += emit::render_graph_json(loaded);
  for (const states::State& state : loaded.graph.states()) result += emit::render_inputs_json(state, {});
  for (const Diagnostic& diagnostic : diagnostics.sorted()) result += render_diagnostic(diagnostic);
  return result;
}

std::string describe_without_cache(const repo::Tree& tree) {
  facts::FactStore store;
  return describe(tree, store);
}

std::string describe_with_cache(const repo::Tree& tree, const fs::path& place) {
  facts::FactStore store{facts::FactCache(place, build)};
  std::string result = describe(tree, store);
  store.save();
  return result;
}

void damage_all(const fs::path& place, const std::function<void(std::string&)>& damage) {
  for (const auto& entry : fs::directory_iterator(place)) {
    std::string bytes = support::read_file(entry.path());
    damage(bytes);
    support::write_file(entry.path(), bytes);
  }
}

}  // namespace

TEST_CASE("with facts of earlier commits the answer is the same, commit after commit") {
  for (const char* preset : {"small", "states=15"}) {
    CAPTURE(preset);
    const support::ScratchDirectory scratch;
    PresetRepository made(find_preset(preset));
    for (int commit = 0; commit < 15; ++commit) {
      const repo::MemoryTree tree(made.files());
      REQUIRE(describe_with_cache(tree, scratch.path()) == describe_without_cache(tree));
      made.make_change();
    }
  }
}

TEST_CASE("with a damaged cache the answer is the same") {
  const support::ScratchDirectory scratch;
  const PresetRepository made(find_preset("small"));
  const repo::MemoryTree tree(made.files());
  const std::string expected = describe_without_cache(tree);
  CHECK(describe_with_cache(tree, scratch.path()) == expected);
  CHECK(describe_with_cache(tree, scratch.path()) == expected);
  for (const std::size_t part : {0, 10, 200, 500, 990}) {
    damage_all(scratch.path(), [&](std::string& bytes) { bytes[bytes.size() * part / 1000] ^= 1; });
    CHECK(describe_with_cache(tree, scratch.path()) == expected);
    damage_all(scratch.path(), [&](std::string& bytes) { bytes.resize(bytes.size() * part / 1000); });
    CHECK(describe_with_cache(tree, scratch.path()) == expected);
  }
  CHECK(describe_with_cache(tree, scratch.path()) == expected);
}

TEST_CASE("runs at once over one cache all give the same answer") {
  const support::ScratchDirectory scratch;
  const PresetRepository made(find_preset("states=15"));
  const repo::MemoryTree tree(made.files());
  const std::string expected = describe_without_cache(tree);
  std::vector<std::string> answers(4);
  {
    std::vector<std::jthread> runs;
    for (std::string& answer : answers) {
      runs.emplace_back([&] {
        const repo::MemoryTree own(made.files());
        answer = describe_with_cache(own, scratch.path());
      });
    }
  }
  for (const std::string& answer : answers) CHECK(answer == expected);
  CHECK(describe_with_cache(tree, scratch.path()) == expected);
}
