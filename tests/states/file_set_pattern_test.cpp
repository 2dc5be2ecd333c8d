#include "states/file_set_pattern.hpp"

#include <doctest/doctest.h>

#include <random>

#include "base/glob.hpp"

using namespace statelane;
using namespace statelane::states;

namespace {

/// `base|component|component`, or `outside`.
std::string parsed(std::string_view from, std::string_view text) {
  const auto pattern = parse_file_set(RepoPath::of(from), text);
  if (!pattern) return "outside";
  std::string result = pattern->base.display();
  for (const std::string& component : pattern->components) result += "|" + component;
  return result;
}

std::string glob(std::vector<std::string> components) { return to_glob(components); }

}  // namespace

TEST_CASE("a pattern is cleaned as a path, and begins at its first wildcard") {
  CHECK(parsed("a/b", "../src/**") == "a/src|**");
  CHECK(parsed("a/b", "./x//y/*.json") == "a/b/x/y|*.json");
  CHECK(parsed("a/b", "*/../c") == "a/b/c");
  CHECK(parsed("a/b", "*/c/") == "a/b|*|c");
  CHECK(parsed("a", "../../x") == "outside");
  CHECK(parsed("a", "..") == ".");
  CHECK(parsed("a", "{x,y}/..") == "a");
}

TEST_CASE("components match as doublestar matches them") {
  CHECK(matches_component("[!x]", "!") == true);
  CHECK(matches_component("[!x]", "a") == false);
  CHECK(matches_component("[^x]", "a") == true);
  CHECK(matches_component("{a,{b,c}}.txt", "b.txt") == true);
  CHECK(matches_component("{a,{b,c}}.txt", "b}.txt") == false);
  CHECK(matches_component("a**", "abc") == true);
  CHECK(matches_component("a*", "a") == true);
  CHECK(matches_component("\\*", "*") == true);
  CHECK(matches_component("\\*", "a") == false);
  CHECK(matches_component("?", "\xC3\xA9") == true);
  CHECK_FALSE(matches_component("[a", "a").has_value());
  CHECK_FALSE(matches_component("[]a]", "a").has_value());
  CHECK_FALSE(matches_component("{a", "a").has_value());
  CHECK_FALSE(matches_component("a\\", "ab").has_value());
}

TEST_CASE("the glob says the same in GitLab's language, or more") {
  CHECK(glob({"**"}) == "**/*");
  CHECK(glob({"a", "**"}) == "a/**/*");
  CHECK(glob({"[!x].txt"}) == "[\\!x].txt");
  CHECK(glob({"}q"}) == "\\}q");
  CHECK(glob({"{a,{b,c}}", "x"}) == "*/x");
  CHECK(glob({"[a"}) == "*");
}

TEST_CASE("whatever a component matches its glob matches too") {
  std::mt19937 random(7);
  constexpr std::string_view letters = "ab!*?[]^-{},\\.";
  const auto text = [&](std::string_view from, std::size_t most) {
    std::string result;
    for (std::size_t count = 1 + random() % most; count > 0; --count) result += from[random() % from.size()];
    return result;
  };
  std::size_t matches = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string pattern = text(letters, 7);
    const std::string name = text("ab!.", 4);
    if (!matches_component(pattern, name).value_or(false)) continue;
    ++matches;
    CAPTURE(pattern);
    CAPTURE(name);
    CHECK(matches_glob(glob({pattern}), name));
  }
  CHECK(matches > 1'000);
}
