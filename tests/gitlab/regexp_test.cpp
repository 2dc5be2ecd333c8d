#include "gitlab/regexp.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using statelane::gitlab::finds_regexp;

TEST_CASE("a regular expression is searched for as RE2 does") {
  CHECK(finds_regexp("^release-[0-9]+$", "", "release-12") == true);
  CHECK(finds_regexp("^release-[0-9]+$", "", "release-12\n") == false);
  CHECK(finds_regexp("MAIN", "i", "the main branch") == true);
  CHECK(finds_regexp("(?P<n>a)|b", "", "xb") == true);
  CHECK(finds_regexp("é.$", "", "aéx") == true);
  // What RE2 refuses, or what is no UTF-8, nobody can say.
  CHECK(finds_regexp("a(?=b)", "", "ab") == std::nullopt);
  CHECK(finds_regexp("(a)\\1", "", "aa") == std::nullopt);
  CHECK(finds_regexp("a", "x", "a") == std::nullopt);
  CHECK(finds_regexp("a", "", "\xff") == std::nullopt);
}

TEST_CASE("no regular expression takes long") {
  const std::string subject(3000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  for (const char* pattern :
       {"(a+)+$x", "(a|aa)+$b", "(a*)*c", "(.*)(.*)(.*)(.*)(.*)(.*)x$", "((a{1,100}){1,100}){1,10}b"})
    CHECK(finds_regexp(pattern, "", subject) != true);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}
