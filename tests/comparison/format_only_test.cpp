#include "comparison/format_only.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "repo/memory_tree.hpp"

using namespace statelane;

namespace {

using Files = std::map<std::string, std::string>;
using Texts = std::vector<std::string>;

repo::MemoryTree tree_of(const Files& files) {
  std::map<RepoPath, repo::MemoryTree::File> entries;
  for (const auto& [path, text] : files) entries[RepoPath::of(path)] = {text, repo::EntryKind::file};
  return repo::MemoryTree(std::move(entries));
}

/// The changed paths that say nothing else to Terraform, sorted.
Texts quiet(const Files& before, const Files& after) {
  const auto base = tree_of(before);
  const auto head = tree_of(after);
  facts::FactStore facts;
  Texts result;
  for (const RepoPath& path : comparison::find_format_only(&base, head, repo::diff_trees(&base, &head), facts))
    result.push_back(path.str());
  std::sort(result.begin(), result.end());
  return result;
}

constexpr const char* locals = "locals {\n  a = 1\n}\n";

}  // namespace

TEST_CASE("comments and layout of configuration say nothing, of other files they do") {
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/main.tf", "# x\nlocals {\n  a    = 1\n}\n"}}) == Texts{"a/main.tf"});
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/main.tf", "locals {\n  a = 2\n}\n"}}).empty());
  CHECK(quiet({{"a/x.txt", "# a\n"}}, {{"a/x.txt", "# b\n"}}).empty());
}

TEST_CASE("equal bytes under two ids are a change, since an object is damaged") {
  class Damaged : public repo::MemoryTree {
   public:
    using MemoryTree::MemoryTree;
    ContentId content_id(const RepoPath& path) const override {
      ContentId id = MemoryTree::content_id(path);
      id.bytes[0] = static_cast<std::uint8_t>(id.bytes[0] ^ 1U);
      return id;
    }
  };
  const auto base = tree_of({{"a/main.tf", locals}});
  const Damaged head({{RepoPath::of("a/main.tf"), {locals, repo::EntryKind::file}}});
  facts::FactStore facts;
  repo::FileChange change;
  change.path = RepoPath::of("a/main.tf");
  change.before_kind = change.after_kind = repo::EntryKind::file;
  CHECK(comparison::find_format_only(&base, head, {change}, facts).empty());
}

TEST_CASE("a file of configuration that comes or goes and says nothing") {
  const Files none = {{"a/main.tf", locals}};
  const auto with = [&](const std::string& path, const std::string& text) {
    Files files = none;
    files[path] = text;
    return files;
  };
  CHECK(quiet(none, with("a/new.tf", "")) == Texts{"a/new.tf"});
  CHECK(quiet(none, with("a/new.tf", "# only a comment\n/* and another */\n")) == Texts{"a/new.tf"});
  CHECK(quiet(with("a/old.tf", "# only a comment\n"), none) == Texts{"a/old.tf"});
  CHECK(quiet(none, with("a/x_override.tf.json", "{ }")).empty());
  CHECK(quiet(none, with("a/new.tf.json", "{ }\n")) == Texts{"a/new.tf.json"});
  // An empty text is no JSON, an empty file of OpenTofu hides the other from it, and a lock file makes a state.
  CHECK(quiet(none, with("a/new.tf.json", "")).empty());
  CHECK(quiet(none, with("a/main.tofu", "")).empty());
  CHECK(quiet(none, with("a/.terraform.lock.hcl", "# made by terraform init\n")).empty());
  CHECK(quiet(with("a/common.tfvars", ""), none).empty());
}

TEST_CASE("a file of configuration that is renamed within its directory") {
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/values.tf", locals}}) == Texts{"a/main.tf", "a/values.tf"});
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/values.tf", "# renamed\nlocals {\n  a = 1\n}\n"}}) ==
        Texts{"a/main.tf", "a/values.tf"});
  CHECK(quiet({{"a/main.tf", locals}}, {{"b/main.tf", locals}}).empty());
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/override.tf", locals}}).empty());
  CHECK(quiet({{"a/z_override.tf", locals}}, {{"a/a_override.tf", locals}}).empty());
  CHECK(quiet({{"a/main.tf", locals}}, {{"a/main.tofu", locals}}).empty());
  CHECK(quiet({{"a/main.tf", locals}, {"a/b.tofu", ""}}, {{"a/b.tf", locals}, {"a/b.tofu", ""}}).empty());
  CHECK(quiet({{"a/b.tf", locals}, {"a/b.tofu", ""}}, {{"a/main.tf", locals}, {"a/b.tofu", ""}}).empty());
  // One that was there twice and is there once lost something.
  CHECK(quiet({{"a/x.tf", locals}, {"a/y.tf", locals}}, {{"a/z.tf", locals}}).size() == 2);
}

TEST_CASE("a lock file that only gains hashes") {
  const auto lock = [](const std::string& version, const std::string& hashes) {
    return Files{{"a/.terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"" +
                                               version + "\"\n  hashes = [\n" + hashes + "  ]\n}\n"}};
  };
  CHECK(quiet(lock("1.0.0", "\"h1:a\",\n"), lock("1.0.0", "\"h1:a\",\n\"zh:b\",\n")).size() == 1);
  CHECK(quiet(lock("1.0.0", "\"h1:a\",\n"), lock("1.0.1", "\"h1:a\",\n\"zh:b\",\n")).empty());
  CHECK(quiet(lock("1.0.0", "\"h1:a\",\n\"zh:b\",\n"), lock("1.0.0", "\"h1:a\",\n")).empty());
  CHECK(quiet(lock("1.0.0", "\"h1:a\",\n"), lock("1.0.0", "var.x,\n\"h1:a\",\n")).empty());
}

TEST_CASE("a .gitattributes counts for what it changes in a checkout") {
  const auto attributes = [](const std::string& text) { return Files{{".gitattributes", text}}; };
  CHECK(quiet({}, attributes("*.tf linguist-language=HCL diff=hcl\n")).size() == 1);
  CHECK(quiet(attributes("*.png binary\n"), attributes("# images\n\n*.png  binary\n*.md -merge\n")).size() == 1);
  CHECK(quiet({}, attributes("*.txt text eol=crlf\n")).empty());
  CHECK(quiet(attributes("*.txt ident\n"), {}).empty());
  CHECK(quiet(attributes("*.bin filter=lfs -text\n"), attributes("*.bin -text\n")).empty());
  CHECK(quiet(attributes("*.a text\n*.b -text\n"), attributes("*.b -text\n*.a text\n")).empty());
  CHECK(quiet({}, attributes("[attr]sealed -text\n*.x sealed\n")).empty());
  CHECK(quiet({}, attributes("\"a b\" text\n")).empty());
}
