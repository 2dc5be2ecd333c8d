#include "support/preset.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/import_preset.hpp"
#include "support/test_repo.hpp"

using statelane::support::find_preset;
using statelane::support::import_preset;
using statelane::support::PresetRepository;
using statelane::support::TestRepo;

TEST_CASE("a generated repository has its preset's measure") {
  const PresetRepository made(find_preset("small"));
  std::size_t files = 0;
  std::size_t bytes = 0;
  for (const auto& [path, file] : made.files()) {
    if (!path.name().ends_with(".tf")) continue;
    ++files;
    bytes += file.content.size();
  }
  CHECK(files == 350);
  CHECK(bytes > 550'000);
  CHECK(bytes < 650'000);
  CHECK(made.state_directories().size() == 30);
  CHECK(made.module_directories().size() == 30);
}

TEST_CASE("a preset's commits have the same ids on every machine") {
  const TestRepo repo;
  PresetRepository made(find_preset("small"));
  const auto commits = import_preset(repo.path(), made, 5);
  REQUIRE(commits.size() == 6);
  CHECK(commits.front() == "3d722e8aa7cf73ec3546845ea1e7ebb025bc5929");
  CHECK(commits.back() == "71abb3bd4f7bdbe4dfc0afff81faffbc976e41e0");
  CHECK(repo.git({"rev-parse", "main"}) == commits.back());
}

TEST_CASE("a generated change is what git finds between the commits") {
  const TestRepo repo;
  PresetRepository made(find_preset("states=12"), 7);
  PresetRepository again(find_preset("states=12"), 7);
  const auto commits = import_preset(repo.path(), made, 3);
  for (std::size_t index = 1; index < commits.size(); ++index) {
    const auto before = again.files();
    std::string expected;
    for (const auto& [path, file] : again.make_change()) {
      const auto old = before.find(path);
      const bool is_same =
          old == before.end() ? !file : file && old->second.content == file->content && old->second.kind == file->kind;
      if (!is_same) expected += (expected.empty() ? "" : "\n") + path.str();
    }
    CHECK(repo.git({"diff-tree", "-r", "--name-only", "--no-renames", commits[index - 1], commits[index]}) == expected);
  }
}
