#include "base/suggest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

TEST_CASE("a slip of the finger finds its word, another word finds none") {
  const std::vector<std::string> words = {"affected", "generate", "list"};
  CHECK(statelane::find_suggestion("afected", words) == "affected");
  CHECK(statelane::find_suggestion("lsit", words) == "list");
  CHECK_FALSE(statelane::find_suggestion("terraform", words));
}
