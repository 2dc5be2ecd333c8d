// What Terraform itself loads is the oracle: `terraform get` writes the directory of every module of a state.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "hcl/json_value.hpp"
#include "process/command.hpp"
#include "repo/disk_tree.hpp"
#include "states/load_states.hpp"
#include "support/scratch_directory.hpp"
#include "support/source_directory.hpp"

using namespace statelane;
using support::ScratchDirectory;

namespace {

namespace fs = std::filesystem;

bool run(std::vector<std::string> arguments, const fs::path& directory) {
  process::Command command;
  command.argv = std::move(arguments);
  command.directory = directory;
  command.environment["TF_CLI_CONFIG_FILE"] = std::nullopt;
  command.environment["CHECKPOINT_DISABLE"] = "1";
  const process::Captured captured = process::run_captured(command, std::chrono::minutes(2));
  INFO(captured.err);
  CHECK(captured.status.succeeded());
  return captured.status.succeeded();
}

bool has_terraform() {
  process::Command command;
  command.argv = {"sh", "-c", "command -v terraform"};
  return process::run_captured(command, std::chrono::seconds(10)).status.succeeded();
}

/// Skips loudly; under CI a missing tool is a failure.
bool is_skipped() {
  if (has_terraform()) return false;
  MESSAGE("skipped: terraform is not on PATH");
  CHECK(std::getenv("CI") == nullptr);
  return true;
}

const hcl::JsonValue* member(const hcl::JsonValue& object, std::string_view name) {
  for (const hcl::JsonMember& entry : object.members) {
    if (entry.name == name) return &entry.value;
  }
  return nullptr;
}

/// The real directories of all modules that Terraform loads for the state in `directory`.
std::set<std::string> ask_terraform(const fs::path& top, const fs::path& directory) {
  if (!run({"terraform", "get"}, directory)) return {};
  const fs::path manifest = directory / ".terraform/modules/modules.json";
  if (!fs::exists(manifest)) return {};
  Diagnostics diagnostics;
  hcl::Arena arena;
  const std::string text = support::read_file(manifest);
  const hcl::JsonValue json = hcl::read_json(text, RepoPath(), arena, diagnostics).value;
  std::set<std::string> result;
  for (const hcl::JsonValue& module : member(json, "Modules")->items) {
    if (member(module, "Key")->text.empty()) continue;
    const fs::path real = fs::canonical(directory / std::string(member(module, "Dir")->text));
    result.insert(real.lexically_relative(fs::canonical(top)).string());
  }
  return result;
}

/// Every state's local modules, compared with Terraform's.
void compare(const fs::path& top) {
  const repo::DiskTree tree(top);
  facts::FactStore facts;
  Diagnostics diagnostics;
  const auto loaded = states::load_states(tree, config::Config{}, facts, diagnostics);
  REQUIRE_FALSE(loaded.graph.states().empty());
  for (const states::State& state : loaded.graph.states()) {
    std::set<std::string> modules;
    for (const states::Input& input : state.inputs) {
      if (input.kind == states::InputKind::module_directory) modules.insert(input.path.str());
    }
    CAPTURE(state.id);
    CHECK(modules == ask_terraform(top, top / state.directory.str()));
  }
}

/// Repositories of states and modules that call each other in every way that Terraform allows.
class Generator {
 public:
  Generator(std::uint64_t seed, const ScratchDirectory& scratch) : random_(seed), scratch_(scratch) {}

  void generate() {
    for (std::size_t index = 0; index < modules_.size(); ++index) {
      write_module(index);
      if (chance(3)) link(index);
    }
    for (const char* state : {"one", "deep/er/two", "deep/three with blanks"}) {
      const RepoPath directory = RepoPath::of(state);
      std::string text = "terraform {\n  backend \"local\" {\n  }\n}\n";
      for (int call = 0; call < 4; ++call) text += call_of(directory, below(modules_.size()), call);
      scratch_.write(std::string(state) + "/main.tf", text);
    }
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  /// Calls modules of higher numbers only: Terraform does not take circles.
  void write_module(std::size_t index) {
    const RepoPath directory = RepoPath::of(modules_[index]);
    std::string text = "variable \"x\" {\n  default = null\n}\n/* module \"no\" {\n  source = \"../no\"\n} */\n";
    const std::size_t left = modules_.size() - index - 1;
    for (std::size_t call = 0; call < 2 && left > 0; ++call)
      text += call_of(directory, index + 1 + below(left), static_cast<int>(call));
    scratch_.write(directory.str() + "/main.tf", text);
    if (left > 0 && chance(3)) {
      const std::string source = source_of(directory, index + 1 + below(left));
      scratch_.write(directory.str() + "/more.tf.json",
                     fmt::format(R"({{"module": {{"json": [{{"source": "{}"}}]}}}})", source));
    }
    if (left > 0 && chance(4)) {
      const std::string source = source_of(directory, index + 1 + below(left));
      scratch_.write(directory.str() + "/main_override.tf",
                     fmt::format("module \"c0\" {{\n  source = \"{}\"\n}}\n", source));
    }
  }

  void link(std::size_t index) {
    const fs::path place = scratch_.path() / fmt::format("links/l{}", index);
    fs::create_directories(place.parent_path());
    fs::create_directory_symlink(fs::path("..") / modules_[index], place);
    links_.emplace(index, fmt::format("links/l{}", index));
  }

  std::string call_of(const RepoPath& from, std::size_t to, int number) {
    constexpr std::string_view more[] = {"",
                                         "",
                                         "  count = 2\n",
                                         "  for_each = toset([\"a\", \"b\"])\n",
                                         "  count = 0\n",
                                         "  x = file(\"${path.module}/main.tf\")\n"};
    return fmt::format("module \"c{}\" {{\n  source = \"{}\"\n{}}}\n", number, source_of(from, to),
                       more[below(std::size(more))]);
  }

  std::string source_of(const RepoPath& from, std::size_t to) {
    const auto link = links_.find(to);
    const bool through_link = link != links_.end() && chance(2);
    std::string path = relative_path(from, RepoPath::of(through_link ? link->second : modules_[to]));
    if (!path.starts_with("..")) path = "./" + path;
    if (chance(4)) path += "/";
    if (chance(4)) path = "./" + path;
    if (chance(4)) path = "./detour/../" + path;
    return path;
  }

  std::mt19937_64 random_;
  const ScratchDirectory& scratch_;
  std::vector<std::string> modules_ = {"modules/a",  "modules/a/inner", "modules/b",
                                       "lib/über/c", "modules/d",       "one/private",
                                       "modules/e",  "deep/er/two/f",   "lib/g with blank"};
  std::map<std::size_t, std::string> links_;
};

}  // namespace

TEST_CASE("closures are those of terraform get on generated repositories") {
  if (is_skipped()) return;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const ScratchDirectory scratch;
    Generator(seed, scratch).generate();
    compare(scratch.path());
  }
}

TEST_CASE("closures are those of terraform get on the example repository") {
  if (is_skipped()) return;
  const ScratchDirectory scratch;
  fs::copy(support::source_directory() / "fixtures/ecs-platform", scratch.path() / "x", fs::copy_options::recursive);
  compare(scratch.path() / "x");
}

TEST_CASE("a closure through links that lead into each other is that of terraform get") {
  if (is_skipped()) return;
  const ScratchDirectory scratch;
  scratch.write("s/main.tf",
                "terraform {\n  backend \"local\" {\n  }\n}\nmodule \"a\" {\n  source = \"./way/../via\"\n}\n"
                "module \"b\" {\n  source = \"../chain\"\n}\n");
  scratch.write("m/main.tf", "module \"n\" {\n  source = \"../n\"\n}\n");
  scratch.write("far/n/main.tf", "");
  scratch.write("n/main.tf", "");
  scratch.write("far/m/main.tf", "module \"n\" {\n  source = \"../n\"\n}\n");
  fs::create_directory_symlink("../m", scratch.path() / "s/via");
  fs::create_directory_symlink("../far/m", scratch.path() / "s/way");
  fs::create_directory_symlink("link", scratch.path() / "chain");
  fs::create_directory_symlink("far/m", scratch.path() / "link");
  compare(scratch.path());
}
