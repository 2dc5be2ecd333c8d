#include "comparison/branch_line.hpp"

#include <doctest/doctest.h>

using statelane::comparison::describe_merged;

TEST_CASE("what was merged is named oldest first, once, and three at most") {
  CHECK(describe_merged({"!41"}) == "!41 was merged and not applied");
  CHECK(describe_merged({"!42", "!41"}) == "!41 and !42 were merged and not applied");
  CHECK(describe_merged({"!42", "!42", "!41"}) == "!41 and !42 were merged and not applied");
}
