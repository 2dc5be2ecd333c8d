#include "gitlab/code_owners.hpp"

#include <doctest/doctest.h>

#include <map>

using statelane::gitlab::find_owners;
using statelane::gitlab::Ownership;
using statelane::gitlab::parse_code_owners;

namespace {

using Owners = std::vector<std::string>;

/// The owners by section.
std::map<std::string, Owners> owners_of(std::string_view text, std::string_view path) {
  std::map<std::string, Owners> result;
  for (const Ownership& found : find_owners(parse_code_owners(text), path)) result[found.section] = found.owners;
  return result;
}

/// Those of the lines before any heading.
Owners owners(std::string_view text, std::string_view path) { return owners_of(text, path)[""]; }

// The example file of "Code Owners syntax and error handling", in the order of its reference.
constexpr std::string_view example = R"(
# app/ @commented-rule
* @default-codeowner
* @multiple @code @owners
*.rb @ruby-owner
\#file_with_pound.rb @owner-file-with-pound
CODEOWNERS @multiple @code @owners
LICENSE @legal this_does_not_match janedoe@gitlab.com
README @group @group/with-nested/subgroup
/docs/ @all-docs
/docs/* @root-docs
/docs/**/*.md @md-docs
lib/ @lib-owner
/config/ @config-owner
path\ with\ spaces/ @space-owner
)";

}  // namespace

TEST_CASE("the example of GitLab's reference is read as it says") {
  CHECK(owners(example, "main.tf") == Owners{"@multiple", "@code", "@owners"});
  CHECK(owners(example, "deep/below/a.rb") == Owners{"@ruby-owner"});
  CHECK(owners(example, "#file_with_pound.rb") == Owners{"@owner-file-with-pound"});
  CHECK(owners(example, "LICENSE") == Owners{"@legal", "janedoe@gitlab.com"});
  CHECK(owners(example, "sub/README") == Owners{"@group", "@group/with-nested/subgroup"});
  CHECK(owners(example, "docs/a/b.txt") == Owners{"@all-docs"});
  CHECK(owners(example, "docs/b.txt") == Owners{"@root-docs"});
  CHECK(owners(example, "docs/a/b.md") == Owners{"@md-docs"});
  CHECK(owners(example, "docs/b.md") == Owners{"@md-docs"});
  CHECK(owners(example, "a/lib/b/c.tf") == Owners{"@lib-owner"});
  CHECK(owners(example, "config/db.tf") == Owners{"@config-owner"});
  CHECK(owners(example, "a/config/db.tf") == Owners{"@multiple", "@code", "@owners"});
  CHECK(owners(example, "x/path with spaces/a.tf") == Owners{"@space-owner"});
}

TEST_CASE("the last line that matches counts, also when it names nobody") {
  CHECK(owners("/a/ @one\n/a/b/ @two\n", "a/b/c.tf") == Owners{"@two"});
  CHECK(owners("/a/b/ @two\n/a/ @one\n", "a/b/c.tf") == Owners{"@one"});
  CHECK(owners("/a/ @one\n/a/b/\n", "a/b/c.tf").empty());
  CHECK(owners("/a/ @one\n/a/b/ nobody\n", "a/b/c.tf").empty());
  CHECK(owners("/a/ @@developer @@maintainers\n", "a/x") == Owners{"@@developer", "@@maintainers"});
  CHECK(owners("internal/README.md @u\n", "internal/README.md") == Owners{"@u"});
  CHECK(owners("internal/README.md @u\n", "docs/internal/README.md") == Owners{"@u"});
  CHECK(owners("/.hidden/* @u\n", ".hidden/.file") == Owners{"@u"});
  CHECK(owners("/{a,b}/ @u\n", "a/x").empty());
  CHECK(owners("/{a,b}/ @u\n", "{a,b}/x") == Owners{"@u"});
  CHECK(owners("/a[bc]/** @u\r\n", "ab/x") == Owners{"@u"});
  CHECK(owners("/a[bc]/** @u\n", "ab/x/y").empty());  // as Ruby's fnmatch has it: ** spans directories before a slash
}

TEST_CASE("each section counts by itself, with its defaults, and sections of one name are one") {
  constexpr std::string_view text =
      "* @everybody\n[Network] @net\n/network/\n/network/dns/ @dns\n^[Docs][3] @docs\n*.md\n"
      "[NETWORK][2] @net2\n/network/vpn/\n";
  CHECK(owners_of(text, "network/main.tf") ==
        std::map<std::string, Owners>{{"", {"@everybody"}}, {"Network", {"@net"}}});
  CHECK(owners_of(text, "network/dns/a.md") ==
        std::map<std::string, Owners>{{"", {"@everybody"}}, {"Network", {"@dns"}}, {"Docs", {"@docs"}}});
  const auto vpn = find_owners(parse_code_owners(text), "network/vpn/x.md");
  REQUIRE(vpn.size() == 3);
  CHECK(vpn[1] == Ownership{"Network", false, 2, {"@net2"}, 8});
  CHECK(vpn[2] == Ownership{"Docs", true, 3, {"@docs"}, 6});
}

TEST_CASE("a section that stands twice is required where one of its headings is not optional") {
  const auto is_optional = [](std::string_view text, std::string_view path) {
    const auto found = find_owners(parse_code_owners(text), path);
    REQUIRE(found.size() == 1);
    return found.front().is_optional;
  };
  constexpr std::string_view text =
      "[Documentation]\n*.md @root\n\n[Ruby]\n*.rb @root\n\n^[Go]\n*.go @root\n\n^[Documentation]\n*.txt @root\n";
  CHECK_FALSE(is_optional(text, "a.md"));
  CHECK_FALSE(is_optional(text, "a.txt"));
  CHECK_FALSE(is_optional(text, "a.rb"));
  CHECK(is_optional(text, "a.go"));
  CHECK(is_optional("^[A]\n*.md @root\n^[a]\n*.txt @root\n", "a.md"));
}

TEST_CASE("what a section excludes it does not own, whatever stands below") {
  constexpr std::string_view text = "* @all\n!/network/\n/network/x/ @x\n[Other]\n/network/ @net\n";
  CHECK(owners_of(text, "network/x/a.tf") == std::map<std::string, Owners>{{"Other", {"@net"}}});
  CHECK(owners_of(text, "app/a.tf") == std::map<std::string, Owners>{{"", {"@all"}}});
}

TEST_CASE("a heading that cannot be read is a line like others, and no text is a fault") {
  CHECK(owners("[ @x\n* @y\n", "a") == Owners{"@y"});
  CHECK(owners("[]\n* @y\n", "a") == Owners{"@y"});
  CHECK(owners("[Name\n/a @y\n", "a") == Owners{"@y"});
  CHECK(owners("[Name][x] @z\n/a @y\n", "a") == Owners{"@y"});
  CHECK(parse_code_owners("").empty());
  CHECK(parse_code_owners("\n#\n\n").empty());
  CHECK(owners(std::string("\xff\\ @u\n/") + '\0' + " @v", "\xff ").empty());
}
