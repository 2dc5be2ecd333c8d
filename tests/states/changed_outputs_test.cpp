#include "states/changed_outputs.hpp"

#include <doctest/doctest.h>

#include "repo/memory_tree.hpp"

namespace {

using namespace statelane;
using Names = std::set<std::string>;

const char* const base_text =
    "resource \"vpc\" \"main\" {\n  cidr = local.cidr\n}\n"
    "resource \"log\" \"main\" {\n  days = 7\n}\n"
    "locals {\n  cidr = \"10.0.0.0/16\"\n}\n"
    "output \"vpc_id\" {\n  value = vpc.main.id\n}\n"
    "output \"log_id\" {\n  value = log.main.id\n}\n"
    "output \"zone\" {\n  value = data.zone.all.name\n}\n"
    "data \"zone\" \"all\" {\n}\n";

repo::MemoryTree tree(const std::string& text, const std::string& name = "net/main.tf") {
  std::map<RepoPath, repo::MemoryTree::File> files;
  files[RepoPath::of(name)].content = text;
  return repo::MemoryTree(std::move(files));
}

std::string replace(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::optional<Names> changed(const std::string& head_text,
                             states::TouchedConfiguration touched = {{RepoPath::of("net/main.tf")}, {}}) {
  const repo::MemoryTree base = tree(base_text);
  const repo::MemoryTree head = tree(head_text);
  return states::find_changed_outputs(base, head, RepoPath::of("net"), touched);
}

std::optional<Names> read(const std::string& text, std::uint32_t line = 1) {
  return states::find_read_outputs(tree(text, "app/main.tf"), {RepoPath::of("app/main.tf"), line});
}

}  // namespace

TEST_CASE("outputs that lead to what differs may change, through locals too") {
  CHECK(changed(replace(base_text, "10.0.0.0/16", "10.1.0.0/16")) == Names{"vpc_id"});
  CHECK(changed(replace(base_text, "value = log.main.id", "value = log.main.arn")) == Names{"log_id"});
  CHECK(changed(base_text) == Names{});
}

TEST_CASE("what a data source finds may be any resource that differs") {
  CHECK(changed(replace(base_text, "days = 7", "days = 8")) == Names{"log_id", "zone"});
}

TEST_CASE("an output that is removed or added is a changed one") {
  CHECK(changed(replace(base_text, "output \"log_id\"", "output \"other\"")) == Names{"log_id", "other"});
}

TEST_CASE("a line that calls or reads what differs counts as a change of its block") {
  CHECK(changed(base_text, {{}, {{RepoPath::of("net/main.tf"), 2}}}) == Names{"vpc_id", "zone"});
}

TEST_CASE("providers, settings, faults and JSON tell nothing") {
  const std::string text = base_text;
  CHECK_FALSE(changed(text + "provider \"x\" {\n}\n").has_value());
  CHECK_FALSE(changed(text + "terraform {\n  required_version = \"1\"\n}\n").has_value());
  CHECK_FALSE(changed(text + "moved {\n  from = a.b\n  to = a.c\n}\n").has_value());
  CHECK_FALSE(changed(text + "locals {\n  x = [\n").has_value());
  const repo::MemoryTree json = tree("{}", "net/main.tf.json");
  CHECK_FALSE(states::find_changed_outputs(json, json, RepoPath::of("net"), {}).has_value());
}

TEST_CASE("what a remote state is read for stands in all files of its directory") {
  const std::string block = "data \"terraform_remote_state\" \"net\" {\n  backend = \"s3\"\n}\n";
  CHECK(read(block) == Names{});
  CHECK(read(block + "locals {\n  a = data.terraform_remote_state.net.outputs.vpc_id\n}\n") == Names{"vpc_id"});
  CHECK(read(block + "locals {\n  a = data.terraform_remote_state.other.outputs.vpc_id\n}\n") == Names{});
  CHECK_FALSE(read(block + "locals {\n  a = data.terraform_remote_state.net.outputs\n}\n").has_value());
  CHECK_FALSE(read(block, 40).has_value());
}
