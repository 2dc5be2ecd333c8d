#include "cli/each_items.hpp"

#include <doctest/doctest.h>

using statelane::RepoPath;
using statelane::cli::EachItem;
using statelane::cli::fill_in;

TEST_CASE("placeholders are filled in once, and what they bring is data") {
  const EachItem item{"{path}/$(x)", false, RepoPath::of("net/{id}"), "prod", {}};
  CHECK(fill_in("{id}:{path}:{instance}:{other}:{", item) == "{path}/$(x):net/{id}:prod:{other}:{");
  CHECK(fill_in("--dir={path}", {"root", false, RepoPath(), {}, {}}) == "--dir=.");
  CHECK(fill_in("{instance}", {"root", false, RepoPath(), {}, {}}).empty());
}
