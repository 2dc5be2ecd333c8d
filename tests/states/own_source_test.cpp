#include "states/own_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "facts/fact_store.hpp"
#include "states/loaded.hpp"

using statelane::states::find_own_source;
using statelane::states::normalise_repository;

TEST_CASE("all ways to one repository are one address") {
  for (const char* address :
       {"https://gitlab.example.com/group/infra.git", "https://ci:token@GitLab.example.com:8443/group/infra",
        "ssh://git@gitlab.example.com:2222/group/infra.git", "git@gitlab.example.com:group/infra.git",
        "git::https://gitlab.example.com/group/infra.git/", "git::ssh://git@gitlab.example.com/group/infra"}) {
    CAPTURE(address);
    CHECK(normalise_repository(address) == "gitlab.example.com/group/infra");
  }
  CHECK(normalise_repository("/srv/git/infra.git") == normalise_repository("file:///srv/git/infra"));
}

TEST_CASE("a module's source names a directory and a ref of this repository, or it is another's") {
  const std::array<std::string, 1> own = {"git@gitlab.example.com:group/infra.git"};
  const auto check = [&](const char* source, const char* directory, const char* ref) {
    CAPTURE(source);
    const auto found = find_own_source(source, own);
    REQUIRE(found);
    CHECK(found->directory.display() == directory);
    CHECK(found->ref == ref);
  };
  check("git::https://gitlab.example.com/group/infra.git//modules/vpc?ref=v1.2&depth=1", "modules/vpc", "v1.2");
  check("git::ssh://git@gitlab.example.com/group/infra.git//modules/vpc?depth=1&ref=main", "modules/vpc", "main");
  check("git@gitlab.example.com:group/infra.git//modules/vpc", "modules/vpc", "");
  check("git::https://gitlab.example.com/group/infra.git", ".", "");
  for (const char* source : {"git::https://gitlab.example.com/group/other.git//modules/vpc", "../vpc",
                             "hashicorp/vpc/aws", "https://gitlab.example.com/group/infra/vpc.zip"}) {
    CHECK_FALSE(find_own_source(source, own));
  }
}

TEST_CASE("of a source that is known in part all of this repository counts that it may name") {
  using statelane::states::find_own_beginning;
  const std::array<std::string, 1> own = {"https://gitlab.example.com/group/infra.git"};
  const std::string address = "git::https://gitlab.example.com/group/infra.git";
  const auto check = [&](const std::string& beginning, const char* directory, bool is_whole) {
    CAPTURE(beginning);
    const auto found = find_own_beginning(beginning, own);
    REQUIRE(found);
    CHECK(found->directory.display() == directory);
    CHECK(found->is_whole == is_whole);
  };
  check(address + "//modules/vpc?ref=", "modules/vpc", true);
  check(address + "//modules/net-", "modules", false);
  check(address + "//modules/", "modules", false);
  check(address + "//", ".", false);
  check("git::https://gitlab.example.com/group/", ".", false);
  check("git::https://gitlab.example.com/gr", ".", false);
  check("git@gitlab.example.com:", ".", false);
  check("git::", ".", false);
  for (const std::string other : {"git::https://gitlab.example.com/other/", "git::https://github.com/",
                                  "git::https://gitlab.example.com/group/other.git//m/", "hashicorp/", "./"}) {
    CHECK_FALSE(find_own_beginning(other, own));
  }
}

namespace {

/// Who reads `m/main.tf`, called by `source`.
Texts readers(const std::string& source) {
  const Loaded files(
      {{"s/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\nmodule \"m\" {\n  source "
        "= \"" +
            source + "\"\n}\nvariable \"x\" {}\n"},
       {"m/main.tf", "output \"t\" {\n  value = file(\"${path.module}/../data/t.txt\")\n}\n"},
       {"data/t.txt", ""}});
  CHECK(files.readers("m/main.tf").empty());
  statelane::facts::FactStore facts;
  facts.set_own_repository(
      {{"https://gitlab.example.com/group/infra.git"}, [](const std::string& ref) { return ref == "v1"; }});
  statelane::Diagnostics diagnostics;
  const auto loaded = statelane::states::load_states(files.tree, files.config, facts, diagnostics);
  CHECK(diagnostics.empty());
  CHECK(loaded.graph.is_claimed(statelane::RepoPath::of("data/t.txt")) ==
        loaded.graph.is_claimed(statelane::RepoPath::of("m/main.tf")));
  Texts result;
  for (const auto& claim : loaded.graph.claims(statelane::RepoPath::of("m/main.tf")))
    result.push_back(loaded.graph.states()[claim.state].id);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace

TEST_CASE("what a branch of this repository holds is read like a local module, a tag or a commit is not") {
  const std::string address = "git::https://gitlab.example.com/group/infra.git//m";
  CHECK(readers(address) == Texts{"s"});
  CHECK(readers(address + "?ref=main") == Texts{"s"});
  CHECK(readers(address + "?ref=v1").empty());
  CHECK(readers(address + "?ref=0123456789012345678901234567890123456789").empty());
  CHECK(readers("git::https://gitlab.example.com/group/other.git//m").empty());
  // A part that is not known may be any.
  for (const std::string source : {"git::https://gitlab.example.com/group/infra.git//m?ref=${var.x}",
                                   "git::https://gitlab.example.com/group/infra.git//${var.x}",
                                   "git::https://gitlab.example.com/group/${var.x}.git//m"}) {
    CAPTURE(source);
    CHECK(readers(source) == Texts{"s"});
  }
  CHECK(readers("git::https://gitlab.example.com/other/${var.x}.git//m").empty());
}
