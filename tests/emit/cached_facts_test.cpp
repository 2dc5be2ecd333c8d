// Answers are the same with and without facts from earlier runs, whatever became of those.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <thread>

#include "emit/json.hpp"
#include "states/load_states.hpp"
#include "support/committed_tree.hpp"
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
  std::string result = emit::render_list_json(loaded, states::find_unclaimed(loaded));
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
  facts::FactStore store(place, build);
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
    support::Commits commits;
    facts::FactStore store;  // for all trees of one run
    store.records().keep_in_memory();
    PresetRepository made(find_preset(preset));
    for (int number = 0; number < 15; ++number) {
      const repo::MemoryTree tree(made.files());
      const auto& commit = commits.add(made.files());
      const std::string expected = describe_without_cache(tree);
      REQUIRE(describe_with_cache(tree, scratch.path() / "trees") == expected);
      REQUIRE(describe_with_cache(commit, scratch.path() / "commits") == expected);
      REQUIRE(describe(number % 4 == 3 ? tree : commit, store) == expected);
      made.make_change();
    }
  }
}

namespace {

using Texts = std::map<std::string, std::string>;

support::Files files_of(const Texts& texts) {
  support::Files files;
  for (const auto& [path, text] : texts) {
    const bool is_link = text.starts_with("-> ");
    files[RepoPath::of(path)] = {is_link ? text.substr(3) : text,
                                 is_link ? repo::EntryKind::symlink : repo::EntryKind::file};
  }
  return files;
}

repo::MemoryTree tree_of(const Texts& texts) { return repo::MemoryTree(files_of(texts)); }

std::string backend(const std::string& key) {
  return "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"" + key + "\"\n  }\n}\n";
}

/// Two states over one module, with everything in it that asks for more than the bytes of configuration.
Texts some_repository() {
  return {
      {"a/main.tf", backend("a") + "module \"m\" {\n  source = \"../modules/m\"\n  name = \"x\"\n}\n"},
      {"b/main.tf", backend("b") + "module \"m\" {\n  source = \"../modules/m\"\n  name = var.name\n}\n"
                                   "variable \"name\" {}\nlocals {\n  odd = \"./two words.txt\"\n}\n"},
      {"b/terraform.tfvars", "name = \"y\"\n"},
      {"modules/m/main.tf",
       "variable \"name\" {}\nlocals {\n  page = templatefile(\"${path.module}/${var.name}.tftpl\", {})\n"
       "  all = [for f in fileset(path.module, \"policies/*.json\") : file(\"${path.module}/${f}\")]\n}\n"},
      {"modules/m/x.tftpl", "${file(\"../shared/x.txt\")}"},
      {"modules/m/policies/one.json", "{}"},
      {"shared/x.txt", "x"},
      {"data/file.txt", "x"},
      {"c/main.tf", "-> ../shared/c.tf"},
      {"c/more.tf", "-> links/more.tf"},
      {"c/links", "-> ../shared"},
      {"shared/c.tf", backend("c")},
      {"shared/more.tf", "locals {\n  x = file(\"../data/file.txt\")\n}\n"},
  };
}

}  // namespace

TEST_CASE("whatever is changed, the answer is that of a run without earlier ones") {
  const std::map<std::string, Texts> changes = {
      {"a module's file", {{"modules/m/main.tf", "variable \"name\" {}\n"}}},
      {"a file of values", {{"b/terraform.tfvars", "name = \"x\"\n"}}},
      {"a second file of values", {{"b/z.auto.tfvars", "name = \"x\"\n"}}},
      {"a template", {{"modules/m/x.tftpl", "${file(\"../data/file.txt\")}"}}},
      {"a template that was absent", {{"modules/m/y.tftpl", "${file(\"../data/file.txt\")}"}}},
      {"one more file of a set", {{"modules/m/policies/two.json", "{}"}}},
      {"a file that no path named as it is", {{"b/two words.txt", "x"}}},
      {"a directory where words named a file", {{"b/two/x.txt", "x"}}},
      {"a link in a state", {{"a/link.txt", "-> ../data/file.txt"}}},
      {"a link in a module, to a directory", {{"modules/m/link", "-> ../../data"}}},
      {"a link in place of a file", {{"modules/m/x.tftpl", "-> ../../data/file.txt"}}},
      {"a link in place of a module", {{"modules/m", "-> other"}, {"modules/other/main.tf", "variable \"name\" {}\n"}}},
      {"a module that becomes a state", {{"modules/m/backend.tf", backend("m")}}},
      {"a state that loses its backend", {{"a/main.tf", "locals {}\n"}}},
      {"a file with faults in a module", {{"modules/m/main.tf", "variable \"name\" {\n"}}},
      {"values with faults", {{"b/terraform.tfvars", "name = \n"}}},
      {"one identity twice", {{"a/main.tf", backend("b")}}},
      {"instances",
       {{"a/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"},
        {"a/env/p/backend.tfvars", "bucket = \"b\"\nkey = \"p\"\n"},
        {"a/env/q/backend.tfvars", "bucket = \"b\"\nkey = \"q\"\n"}}},
      {"OpenTofu's own file", {{"a/main.tofu", backend("tofu")}}},
      {"an override", {{"a/override.tf", backend("other")}}},
      {"what a link to configuration leads to", {{"shared/c.tf", backend("other")}}},
      {"the same through a link to a directory", {{"shared/more.tf", "locals {\n  x = file(\"../b/main.tf\")\n}\n"}}},
      {"a link on the way to configuration", {{"c/links", "-> ../data"}, {"data/more.tf", "locals {}\n"}}},
      {"a directory in place of a link", {{"c/links/more.tf", "locals {}\n"}}},
      {"a link to configuration that leads nowhere", {{"c/main.tf", "-> ../nowhere/c.tf"}}},
      {"a directory in place of a file", {{"shared/x.txt/y", "y"}}},
  };
  for (const auto& [name, change] : changes) {
    CAPTURE(name);
    const support::ScratchDirectory scratch;
    Texts before = some_repository();
    Texts after = before;
    for (const auto& [path, text] : change) {
      std::erase_if(after, [&](const auto& entry) {
        return entry.first.starts_with(path + "/") || path.starts_with(entry.first + "/");
      });
      after[path] = text;
    }
    // There and back, twice: what was kept of either tree is asked in the other. As work trees, as commits, in one run
    // and in several.
    support::Commits commits;
    facts::FactStore store;
    store.records().keep_in_memory();
    int turn = 0;
    for (const Texts* texts : {&before, &after, &before, &after, &after, &before}) {
      const repo::MemoryTree tree = tree_of(*texts);
      const auto& commit = commits.add(files_of(*texts));
      const std::string expected = describe_without_cache(tree);
      CHECK(describe_with_cache(tree, scratch.path() / "trees") == expected);
      CHECK(describe_with_cache(commit, scratch.path() / "commits") == expected);
      CHECK(describe_with_cache(++turn % 2 == 0 ? commit : tree, scratch.path() / "both") == expected);
      CHECK(describe(commit, store) == expected);
    }
  }
}

namespace {

/// Counts the files that are read; where a link leads is asked each time.
class CountingTree : public repo::Tree {
 public:
  explicit CountingTree(const repo::Tree& tree) : tree_(tree) {}
  std::span<const repo::TreeEntry> list(const RepoPath& directory) const override { return tree_.list(directory); }
  std::string read(const RepoPath& path) const override {
    reads += tree_.find(path)->kind == repo::EntryKind::symlink ? 0 : 1;
    return tree_.read(path);
  }
  ContentId content_id(const RepoPath& path) const override { return tree_.content_id(path); }
  std::uint64_t size(const RepoPath& path) const override { return tree_.size(path); }

  mutable int reads = 0;

 private:
  const repo::Tree& tree_;
};

}  // namespace

TEST_CASE("a second run over the same tree reads no file, and one over a changed tree only the changed ones") {
  const support::ScratchDirectory scratch;
  Texts texts = some_repository();
  const auto count_reads = [&] {
    const repo::MemoryTree tree = tree_of(texts);
    const CountingTree counting(tree);
    describe_with_cache(counting, scratch.path());
    return counting.reads;
  };
  CHECK(count_reads() > 0);
  CHECK(count_reads() == 0);
  texts["b/terraform.tfvars"] = "name = \"x\"\n";
  CHECK(count_reads() == 1);
  texts["shared/x.txt"] = "other bytes, of which nobody wants to know";
  CHECK(count_reads() == 0);
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
