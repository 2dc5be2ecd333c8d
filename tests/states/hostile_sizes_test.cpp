// What nobody writes, but anybody can commit: the answer comes in bounded time and memory, and says what it left out.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "hcl/file_builder.hpp"
#include "repo/memory_tree.hpp"
#include "states/load_states.hpp"

using namespace statelane;
using repo::EntryKind;
using repo::MemoryTree;

namespace {

using Files = std::map<RepoPath, MemoryTree::File>;

constexpr const char* backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key    = \"k\"\n  }\n}\n";

struct Answer {
  states::LoadedStates loaded;
  std::vector<Diagnostic> diagnostics;

  bool mentions(std::string_view text) const {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [&](const Diagnostic& entry) { return entry.message.find(text) != std::string::npos; });
  }
};

Answer load(const Files& files) {
  const MemoryTree tree(files);
  facts::FactStore store;
  Diagnostics diagnostics;
  Answer answer;
  answer.loaded = states::load_states(tree, {}, store, diagnostics);
  answer.diagnostics = diagnostics.sorted();
  return answer;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t turn = 0; turn < count; ++turn) result += text;
  return result;
}

/// A state with one more file; it must be found all the same.
Answer load_with(std::string_view name, std::string content) {
  Files files;
  files[RepoPath::of("net/backend.tf")] = {backend};
  files[RepoPath::of("net").child(name)] = {std::move(content)};
  Answer answer = load(files);
  REQUIRE(answer.loaded.graph.states().size() == 1);
  CHECK(answer.loaded.graph.states()[0].id == "net");
  return answer;
}

/// A state that renders a template.
Files with_template(std::string text) {
  Files files;
  files[RepoPath::of("net/main.tf")] = {std::string(backend) +
                                        "locals {\n  text = templatefile(\"${path.module}/a.tftpl\", {})\n}\n"};
  files[RepoPath::of("net/a.tftpl")] = {std::move(text)};
  files[RepoPath::of("elsewhere/b.txt")] = {"b"};
  return files;
}

/// Its templates have a gigabyte each, and nobody reads them.
class HugeTemplates : public repo::Tree {
 public:
  explicit HugeTemplates(const Files& files) : tree_(files) {}

  std::span<const repo::TreeEntry> list(const RepoPath& directory) const override { return tree_.list(directory); }
  std::string read(const RepoPath& path) const override {
    CHECK_FALSE(is_huge(path));
    return tree_.read(path);
  }
  std::uint64_t size(const RepoPath& path) const override { return is_huge(path) ? 1 << 30 : tree_.size(path); }
  ContentId content_id(const RepoPath& path) const override {
    CHECK_FALSE(is_huge(path));
    return tree_.content_id(path);
  }

 private:
  static bool is_huge(const RepoPath& path) { return path.name().ends_with(".tftpl"); }

  MemoryTree tree_;
};

/// What a template reads is not known: any file may be among it, and the state says so.
void check_that_anything_counts(const states::StateGraph& graph) {
  CHECK(graph.is_claimed(RepoPath::of("elsewhere/b.txt")));
  REQUIRE(graph.states()[0].unknown.size() == 1);
  CHECK(graph.states()[0].unknown[0].place.file == RepoPath::of("net/a.tftpl"));
  CHECK(graph.states()[0].unknown[0].what ==
        "any file of the repository may be read here: the template is too large to be read");
}

}  // namespace

TEST_CASE("a template that is too large to be parsed may read any file") {
  check_that_anything_counts(
      load(with_template("${file(\"x\")}" + std::string(std::size_t{5} << 20, ' '))).loaded.graph);
}

TEST_CASE("a large template without calls reads nothing") {
  const Answer answer = load(with_template(std::string(std::size_t{5} << 20, ' ')));
  CHECK_FALSE(answer.loaded.graph.is_claimed(RepoPath::of("elsewhere/b.txt")));
}

TEST_CASE("a template of a gigabyte is not read") {
  const HugeTemplates tree(with_template(""));
  facts::FactStore store;
  Diagnostics diagnostics;
  check_that_anything_counts(states::load_states(tree, {}, store, diagnostics).graph);
}

TEST_CASE("fifty million opening brackets are a warning") {
  CHECK(load_with("huge.tf", repeat("[", 50'000'000)).diagnostics.size() == 1);
}

TEST_CASE("locals that double, nest and cross end") {
  const std::pair<const char*, const char*> steps[] = {
      {"[\"x\", \"y\"]", "concat(local.a{0}, local.a{0})"},
      {"[\"x\"]", "[local.a{0}, local.a{0}]"},
      {"\"xy\"", "\"${{local.a{0}}}${{local.a{0}}}\""},
      {"\"x\"", "replace(local.a{0}, \"x\", local.a{0})"},
      {"{ k = 1 }", "{{ k = local.a{0}, l = local.a{0} }}"},
      {"[1, 2]", "flatten([for p in local.a{0} : [p, local.a{0}]])"},
      {"var.v", "var.v ? local.a{0} : [local.a{0}]"},
      {"[1]", "setproduct(local.a{0}, local.a{0})"},
      {"\"x\"", "jsonencode([local.a{0}, local.a{0}])"},
      {"var.v", "try(local.a{0}.b, local.a{0}[0], [local.a{0}])"},
      {"[var.v]", "[for p in local.a{0} : [for q in local.a{0} : [p, q]]]"},
      {"local.a37", "[local.a{0}, local.a38]"}};
  for (const auto& [first, step] : steps) {
    CAPTURE(step);
    std::string text = fmt::format("variable \"v\" {{}}\nlocals {{\n  a0 = {}\n", first);
    for (int level = 1; level < 39; ++level)
      text += fmt::format("  a{} = {}\n", level, fmt::format(fmt::runtime(step), level - 1));
    const Answer answer = load_with("main.tf", text + "  f = file(\"${path.module}/${local.a38[0]}\")\n}\n");
    CHECK(answer.loaded.graph.states()[0].inputs.size() >= 3);
  }
}

TEST_CASE("a hundred thousand nested blocks are a warning") {
  CHECK(load_with("deep.tf", repeat("a {\n", 100'000) + repeat("}\n", 100'000)).diagnostics.size() >= 1);
}

TEST_CASE("a heredoc of ten megabytes is one text") {
  const Answer answer =
      load_with("text.tf", "locals {\n  text = <<EOT\n" + repeat("some words here\n", 640'000) + "EOT\n}\n");
  CHECK(answer.diagnostics.empty());
}

TEST_CASE("a configuration file above the limit is named, and its state stays") {
  const Answer answer = load_with("data.tf", std::string(hcl::largest_file + 1, '#'));
  CHECK(answer.mentions("the file has more than 16 MiB and was not read"));
}

TEST_CASE("a module whose only file is above the limit is still an input") {
  Files files;
  files[RepoPath::of("net/main.tf")] = {std::string(backend) + "module \"m\" {\n  source = \"../m\"\n}\n"};
  files[RepoPath::of("m/main.tf")] = {std::string(hcl::largest_file + 1, '#')};
  const Answer answer = load(files);
  CHECK(answer.loaded.graph.is_claimed(RepoPath::of("m/main.tf")));
}

TEST_CASE("what a file reads that is not read to its end is not known: anything counts") {
  const std::string many = "locals {\n  a = [" + repeat("1,", 1'000'001) + "]\n}\n";
  const std::string deep = "locals {\n  a = " + repeat("[", 300) + repeat("]", 300) + "\n}\n";
  const std::string long_sum = "locals {\n  a = 1" + repeat(" + 1", 600) + "\n}\n";
  const std::string huge(hcl::largest_file + 1, '#');
  const std::string many_in_json = "{\"locals\":{\"a\":[" + repeat("1,", 1'000'001) + "1]}}";
  const std::string deep_in_json = "{\"locals\":{\"a\":" + repeat("[", 300) + repeat("]", 300) + "}}";
  const std::string long_in_json = "{\"locals\":{\"a\":\"${1" + repeat(" + 1", 600) + "}\"}}";
  const std::vector<std::pair<const char*, std::string>> files = {
      {"data.tf", many},
      {"data.tf", deep},
      {"data.tf", long_sum},
      {"data.tf", huge},
      {"data.tf.json", many_in_json},
      {"data.tf.json", deep_in_json},
      {"data.tf.json", long_in_json},
      {"terraform.tfvars", "a = [" + repeat("1,", 1'000'001) + "]\n"}};
  for (const auto& [name, text] : files) {
    CAPTURE(name);
    CAPTURE(text.substr(0, 40));
    Files all;
    all[RepoPath::of("net/backend.tf")] = {backend};
    all[RepoPath::of("net").child(name)] = {text};
    all[RepoPath::of("elsewhere/b.txt")] = {"b"};
    const Answer answer = load(all);
    CHECK(answer.loaded.graph.is_claimed(RepoPath::of("elsewhere/b.txt")));
    REQUIRE(answer.loaded.graph.states()[0].unknown.size() == 1);
    CHECK(answer.loaded.graph.states()[0].unknown[0].what ==
          "any file of the repository may be read here: the file is larger or deeper than is read");
  }
}

TEST_CASE("a module with a file that is not read to its end, and a fault that Terraform has too") {
  Files files;
  files[RepoPath::of("net/main.tf")] = {std::string(backend) + "module \"m\" {\n  source = \"../m\"\n  count = 0\n}\n"};
  files[RepoPath::of("m/main.tf")] = {std::string(hcl::largest_file + 1, '#')};
  files[RepoPath::of("db/main.tf")] = {std::string(backend) + "a = =\n"};
  files[RepoPath::of("elsewhere/b.txt")] = {"b"};
  const Answer answer = load(files);
  REQUIRE(answer.loaded.graph.states().size() == 2);
  CHECK(answer.loaded.graph.states()[0].unknown.empty());
  CHECK(answer.loaded.graph.states()[1].unknown.size() == 1);
  CHECK(answer.loaded.graph.is_claimed(RepoPath::of("elsewhere/b.txt")));
}

TEST_CASE("directories deeper than a tree is read are told") {
  Files files;
  files[RepoPath::of("net/backend.tf")] = {backend};
  files[RepoPath::of("net/" + repeat("d/", 2048) + "d")] = {std::string(40, '1'), EntryKind::submodule};
  const Answer answer = load(files);
  REQUIRE(answer.diagnostics.size() == 1);
  CHECK(render_diagnostic(answer.diagnostics[0]) ==
        "net: warning: directories below are nested deeper than 2048 and not looked into: what is there counts as one "
        "thing "
        "that changes\nhint: git itself checks out no deeper directories\n");
}

TEST_CASE("twenty thousand links in a circle end") {
  Files files;
  files[RepoPath::of("net/main.tf")] = {backend};
  constexpr std::size_t count = 20'000;
  for (std::size_t index = 0; index < count; ++index) {
    files[RepoPath::of(fmt::format("net/link-{}", index))] = {fmt::format("link-{}", (index + 1) % count),
                                                              EntryKind::symlink};
  }
  const Answer answer = load(files);
  REQUIRE(answer.loaded.graph.states().size() == 1);
  CHECK(answer.loaded.graph.is_claimed(RepoPath::of("net/link-7")));
}

TEST_CASE("two thousand configuration files that are links in a circle end") {
  Files files;
  files[RepoPath::of("net/main.tf")] = {backend};
  constexpr std::size_t count = 2'000;
  for (std::size_t index = 0; index < count; ++index) {
    files[RepoPath::of(fmt::format("net/link-{}.tf", index))] = {fmt::format("link-{}.tf", (index + 1) % count),
                                                                 EntryKind::symlink};
  }
  CHECK(load(files).loaded.graph.states().size() == 1);
}

TEST_CASE("a thousand directory links to the directory above end") {
  Files files;
  files[RepoPath::of("net/main.tf")] = {backend};
  for (std::size_t index = 0; index < 1'000; ++index) {
    files[RepoPath::of(fmt::format("net/up-{}", index))] = {"..", EntryKind::symlink};
  }
  CHECK(load(files).loaded.graph.states().size() == 1);
}
