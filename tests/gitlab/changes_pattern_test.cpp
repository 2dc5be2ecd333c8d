#include "gitlab/changes_pattern.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ask_ruby.hpp"
#include "gitlab/expansion.hpp"

using namespace statelane::gitlab;

namespace {

using Pieces = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

const Pieces path_pieces = {"a", "b", "c", "A", ".", "-",  "^", "!", " ", "é",  "日", "*",
                            "?", "[", "]", "{", "}", "\\", ",", "$", "%", "\n", "/"};
const Pieces pattern_pieces = {"a",    "b",     "c",         "A",      ".",   "-",     "é",   "日",   "*",
                               "?",    "**/",   "**",        "/",      "/",   "[",     "]",   "[ab]", "[!a]",
                               "[^b]", "[a-c]", "[é]",       "[a-日]", "{",   "}",     ",",   "{a,b", "{a}",
                               "{,b}", "{a,b}", "{a,{b,c}}", "\\",     "\\*", "\\{",   "!",   "[]a]", "[a",
                               "[a-]", "**/*",  "*/",        "$",      "[{]", "[\\]]", "[/]", "[z-a]"};

std::string pick(std::mt19937& random, const Pieces& pieces, unsigned limit) {
  std::string text;
  for (auto length = random() % (limit + 1); length > 0; --length) text += pieces[random() % pieces.size()];
  return text;
}

/// Half of the paths are made from the pattern, so that matches are common.
std::string related_path(std::mt19937& random, const std::string& pattern) {
  std::string path;
  for (const char character : pattern) {
    const bool is_special = std::string_view("*?[]{}!^\\,").find(character) != std::string_view::npos;
    if (!is_special) {
      path += character;
    } else if (random() % 2 == 0) {
      path += path_pieces[random() % 4];
    }
  }
  return path;
}

Pairs generated_pairs(std::size_t count) {
  std::mt19937 random(7);
  Pairs pairs;
  while (pairs.size() < count) {
    std::string pattern = pick(random, pattern_pieces, 7);
    std::string path = random() % 2 == 0 ? related_path(random, pattern) : pick(random, path_pieces, 6);
    if (random() % 50 == 0) path.insert(path.size() / 2, "\xff");
    if (random() % 50 == 0) pattern.insert(pattern.size() / 2, "\xff");
    pairs.emplace_back(std::move(pattern), std::move(path));
  }
  return pairs;
}

/// From the first whole character after the middle.
std::string second_half(const std::string& text) {
  std::size_t begin = text.size() / 2;
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) ++begin;
  return text.substr(begin);
}

std::string join(const Pairs& pairs) {
  std::string text;
  for (const auto& [pattern, path] : pairs) text += pattern + '\0' + path + '\0';
  return text;
}

}  // namespace

TEST_CASE("the documented patterns decide as GitLab does") {
  CHECK(matches_pattern("s/app/**/*", "s/app/main.tf"));
  CHECK(matches_pattern("s/app/**/*", "s/app/.hidden/x.tf"));
  CHECK_FALSE(matches_pattern("s/app/**/*", "s/app"));
  CHECK_FALSE(matches_pattern("s/app/**/*", "s/application/main.tf"));
  CHECK_FALSE(matches_pattern("s/app/**", "s/app/a/b.tf"));
  CHECK_FALSE(matches_pattern("s/app/", "s/app/main.tf"));
  CHECK_FALSE(matches_pattern("./s/app/*", "s/app/main.tf"));
  CHECK(matches_pattern("**/*", ".hidden"));
  CHECK(matches_pattern("{a,b/d}", "b/d"));
  CHECK_FALSE(matches_pattern("a{b", "a{b"));
  CHECK_FALSE(matches_pattern("a[b", "a[b"));
  CHECK_FALSE(matches_pattern("!x/**/*", "y/z"));
}

TEST_CASE("130,000 generated patterns and paths decide as real Ruby decides") {
  if (!has_ruby()) return;
  const Pairs pairs = generated_pairs(130'000);
  const std::string answers = ask_ruby("fnmatch", join(pairs));
  REQUIRE(answers.size() == pairs.size());
  int matches = 0, refused = 0, faults = 0;
  for (std::size_t index = 0; index < pairs.size(); ++index) {
    const auto& [pattern, path] = pairs[index];
    const bool expected = answers[index] == '1';
    matches += expected ? 1 : 0;
    refused += answers[index] == 'e' ? 1 : 0;
    if (answers[index] == 'e' || matches_pattern(pattern, path) == expected) continue;
    if (++faults <= 20) FAIL_CHECK("\"" << pattern << "\" and \"" << path << "\": Ruby says " << expected);
  }
  MESSAGE(matches << " of " << pairs.size() << " match; Ruby raises on " << refused << " that are not UTF-8");
  CHECK(faults == 0);
  CHECK(matches > 10'000);
  CHECK(refused < 1'000);
}

TEST_CASE("rule 19: an escaped path matches itself and nothing else, also for real Ruby") {
  if (!has_ruby()) return;
  std::mt19937 random(11);
  Pairs pairs;
  std::string expected;
  for (int round = 0; round < 20'000; ++round) {
    const std::string literal = pick(random, path_pieces, 8);
    const std::string other = pick(random, path_pieces, 3) + second_half(literal);
    const auto keyword = round % 2 == 0 ? PatternKeyword::only_changes : PatternKeyword::rules_changes;
    pairs.emplace_back(escape_pattern(literal, keyword), literal);
    pairs.emplace_back(escape_pattern(literal, keyword), other);
    expected += other == literal ? "11" : "10";
  }
  std::size_t wrong = 0;
  for (std::size_t index = 0; index < pairs.size(); ++index) {
    if (matches_pattern(pairs[index].first, pairs[index].second) != (expected[index] == '1')) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(ask_ruby("fnmatch", join(pairs)) == expected);
}

TEST_CASE("rule 19: no pattern for rules:changes holds a variable, and each still matches what it matched") {
  std::mt19937 random(13);
  const Pieces pieces = {"$", "%", "{", "}",    "a",   "B",  "_", "1",  "[",
                         "]", "*", "/", "${a}", "%a%", "$a", "!", "\\", ","};
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = pick(random, pieces, 8);
    CHECK_FALSE(is_expanded_by_gitlab(escape_pattern(text, PatternKeyword::rules_changes)));
    const std::string glob = pattern_for(text, PatternKeyword::rules_changes);
    if (is_expanded_by_gitlab(glob)) FAIL_CHECK(text << " becomes " << glob);
    const std::string path = pick(random, pieces, 6);
    for (const std::string& candidate : {path, related_path(random, text)}) {
      if (matches_pattern(glob, candidate) != matches_pattern(text, candidate))
        FAIL_CHECK(text << " becomes " << glob << ", which differs for " << candidate);
    }
  }
  CHECK(pattern_for("a$b/*", PatternKeyword::only_changes) == "a$b/*");
}

TEST_CASE("patterns are written as people write them where nothing needs an escape") {
  CHECK(escape_pattern("network/prod/main.tf") == "network/prod/main.tf");
  CHECK(escape_pattern("a b/[x]{y}*?\\") == "a b/\\[x]\\{y\\}\\*\\?\\\\");
  CHECK(escape_pattern("$a/%b%", PatternKeyword::rules_changes) == "[$]a/[%]b[%]");
  CHECK(escape_pattern("$a/%b%") == "$a/%b%");
  CHECK(pattern_below("network/prod") == "network/prod/**/*");
  CHECK(pattern_below("") == "**/*");
}

TEST_CASE("a component that is not UTF-8 becomes a wildcard, and the rest stays exact") {
  CHECK(escape_pattern("a/\xff.tf/b") == "a/*/b");
  CHECK(pattern_below("a/\xff") == "a/*/**/*");
}
