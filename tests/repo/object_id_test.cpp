#include "repo/object_id.hpp"

#include <doctest/doctest.h>

using statelane::repo::blob_id;
using statelane::repo::object_digits;

TEST_CASE("the id of a blob is git's") {
  CHECK(object_digits(blob_id(""), 20) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(object_digits(blob_id("hello world\n"), 20) == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
}
