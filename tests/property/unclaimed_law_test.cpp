// The walk for unclaimed files passes over whole directories: it must find what asking for every file finds.
#include <doctest/doctest.h>

#include "repo/memory_tree.hpp"
#include "states/load_states.hpp"
#include "support/preset.hpp"

namespace {

using namespace statelane;

/// States in each other and in the root, instances with files of their own, a module with tests, ignored files.
support::Files make_special_files() {
  const auto backend = [](const char* key) {
    return std::string("terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"") + key + "\"\n  }\n}\n";
  };
  support::Files files;
  const auto put = [&](const char* path, const std::string& text) { files[RepoPath::of(path)] = {text}; };
  put("main.tf", backend("root") + "module \"m\" {\n  source = \"./m\"\n}\n");
  put("x/y.tfvars", "");
  put("m/main.tf", "");
  put("m/files/tests/x.tf", "");
  put("m/examples/x.tf", "");
  put("m/docs/x.hcl", "");
  put("a/main.tf", "terraform {\n  backend \"s3\" {\n  }\n}\n");
  put("a/env/one/backend.tfvars", "key = \"1\"\nbucket = \"b\"\n");
  put("a/env/two/backend.tfvars", "key = \"2\"\nbucket = \"b\"\n");
  put("a/b/main.tf", backend("b") + "locals {\n  x = file(\"../../loose/x.hcl\")\n}\n");
  put("loose/x.hcl", "");
  put("loose/y.hcl", "");
  put("docs/z.hcl", "");
  return files;
}

void check_law(const support::Files& files, const config::Config& config) {
  const repo::MemoryTree tree(files);
  facts::FactStore store;
  Diagnostics diagnostics;
  const states::LoadedStates loaded = states::load_states(tree, config, store, diagnostics);
  std::vector<RepoPath> expected;
  for (const auto& [path, file] : files) {
    if (loaded.graph.is_infrastructure(path) && !loaded.graph.is_claimed(path)) expected.push_back(path);
  }
  CHECK(states::find_unclaimed(loaded) == expected);
}

}  // namespace

TEST_CASE("unclaimed are the infrastructure files that no state claims, one by one") {
  check_law(make_special_files(), {});
  config::Config ignoring;
  ignoring.ignore.push_back({"**/docs/**", {}});
  check_law(make_special_files(), ignoring);
  ignoring.ignore = {{"*.hcl", {}}};
  check_law(make_special_files(), ignoring);
}

TEST_CASE("unclaimed files of generated repositories are found as one by one") {
  support::PresetRepository repository(support::find_preset("small"), 3);
  support::Files files = repository.files();
  for (int commit = 0; commit < 12; ++commit) {
    check_law(files, {});
    for (auto& [path, file] : repository.make_change()) {
      if (file) {
        files[path] = *file;
      } else {
        files.erase(path);
      }
    }
  }
}
