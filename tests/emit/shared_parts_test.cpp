#include "emit/shared_parts.hpp"

#include <doctest/doctest.h>

using statelane::emit::SharedParts;
using statelane::emit::take_shared_parts;

using Names = std::vector<std::string>;

TEST_CASE("what all names share is taken from them in whole steps") {
  Names names = {"s3 states/apple/a.tfstate", "", "s3 states/apricot/b.tfstate"};
  const SharedParts shared = take_shared_parts(names);
  CHECK(shared.before == "s3 states/");
  CHECK(shared.after == ".tfstate");
  CHECK(names == Names{"apple/a", "", "apricot/b"});
}

TEST_CASE("names that share nothing stay as they are") {
  Names names = {"s3 a", "gcs b"};
  CHECK(take_shared_parts(names).before.empty());
  CHECK(names == Names{"s3 a", "gcs b"});
}

TEST_CASE("a single name, and names of which nothing would be left, stay whole") {
  for (const Names& whole : {Names{"s3 a/b"}, Names{"s3 a/b", "s3 a/b"}, Names{}}) {
    Names names = whole;
    CHECK(take_shared_parts(names).after.empty());
    CHECK(names == whole);
  }
}
