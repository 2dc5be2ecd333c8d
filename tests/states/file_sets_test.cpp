#include "states/file_sets.hpp"

#include <doctest/doctest.h>

#include "states/loaded.hpp"
#include "states/module_scope.hpp"

using namespace statelane;
using namespace statelane::states;

namespace {

const Loaded& sample() {
  static const Loaded loaded({{"s/a.json", ""},
                              {"s/b.yml", ""},
                              {"s/.hidden.json", ""},
                              {"s/d/c.json", ""},
                              {"s/d/e/f.json", ""},
                              {"s/linked.json", "-> d/c.json"},
                              {"dirs/x", "-> ../s"},
                              {"dirs/y.json", ""}});
  return loaded;
}

std::optional<Texts> list(std::string_view directory, std::string_view pattern) {
  return list_file_set(sample().tree, RepoPath::of("w"), directory, pattern);
}

}  // namespace

TEST_CASE("fileset lists files as Terraform does: hidden ones and links to files too, directories not") {
  CHECK(list("../s", "*") == Texts{".hidden.json", "a.json", "b.yml", "linked.json"});
  CHECK(list("../s", "*.json") == Texts{".hidden.json", "a.json", "linked.json"});
  CHECK(list("../s", "**/*.json") == Texts{".hidden.json", "a.json", "d/c.json", "d/e/f.json", "linked.json"});
  CHECK(list("../s", "**") == list("../s", "**/*"));
  CHECK(list("../s", "d/*") == Texts{"d/c.json"});
  CHECK(list("../s", "*/*/*.json") == Texts{"d/e/f.json"});
  CHECK(list("../s", "{a,b}.{json,yml}") == Texts{"a.json", "b.yml"});
  CHECK(list("../absent", "*") == Texts{});
}

TEST_CASE("a link to a directory is followed under its own name") {
  CHECK(list("../dirs", "*") == Texts{"y.json"});
  CHECK(list("..", "dirs/*.json") == Texts{"dirs/y.json"});
  for (const char* pattern : {"x/*.json", "*/*.json"}) {
    CAPTURE(pattern);
    CHECK(list("../dirs", pattern) == Texts{"x/.hidden.json", "x/a.json", "x/linked.json"});
  }
  CHECK(list("../dirs", "**/c.json") == Texts{"x/d/c.json"});
  CHECK(list("../dirs", "**").value().size() == 7);
  CHECK(list("..", "dirs/x/b*") == Texts{"dirs/x/b.yml"});
}

TEST_CASE("directory and pattern are joined and cleaned before anything is matched") {
  CHECK(list("../s", "./*.yml") == Texts{"b.yml"});
  CHECK(list("../s", "/a.json") == Texts{"a.json"});
  CHECK(list("../s", "d//c.json") == Texts{"d/c.json"});
  CHECK(list("../s", "*/../a.json") == Texts{"a.json"});
  CHECK(list("../s", "d/*/") == Texts{"d/c.json"});
  CHECK(list("../s", "../dirs/*.json") == Texts{"../dirs/y.json"});
  CHECK(list("../absent", "../s/*.yml") == Texts{"../s/b.yml"});
  CHECK(list(".", "../s/{a,b}.*") == Texts{"../s/a.json", "../s/b.yml"});
  CHECK(list("../s/**", "c.json") == Texts{"../d/c.json"});
  CHECK(list("../s/a.json", "") == Texts{"."});
  CHECK(list("../s", "") == Texts{});
}

TEST_CASE("the pattern's language is doublestar's") {
  CHECK(list("../s", "[!a].json") == Texts{"a.json"});
  CHECK(list("../s", "[^a].*") == Texts{"b.yml"});
  CHECK(list("../s", "[a-b].*") == Texts{"a.json", "b.yml"});
  CHECK(list("../s", "**.yml") == Texts{"b.yml"});
  CHECK(list("../s", "\\a.json") == Texts{"a.json"});
  CHECK(list("../s", "{a,{b,c}}.*") == Texts{"b.yml"});
  CHECK(list("../s", "{**,q}/c.json") == Texts{"d/c.json"});
  CHECK(list("../s", "?.json") == Texts{"a.json"});
}

TEST_CASE("what is not certain is not listed") {
  CHECK_FALSE(list("../s", "{d/c,a}.json"));
  CHECK_FALSE(list("../s", "[a"));
  CHECK_FALSE(list("../../out", "*"));
  CHECK_FALSE(list("../dirs", "../../out/*"));
  CHECK_FALSE(list("/etc", "*"));
}

TEST_CASE("fileset of null is an error, as in Terraform") {
  facts::FactStore store;
  Diagnostics diagnostics;
  const Scan scan;
  ModuleIndex modules(sample().tree, scan, store, diagnostics);
  const Lane lane{sample().tree, RepoPath::of("w"), "", modules};
  const std::vector<hcl::Value> arguments = {hcl::Value{}, hcl::Value::text("*")};
  const auto answer = call_file_function(lane, "fileset", arguments);
  REQUIRE(answer.has_value());
  CHECK(answer->is_error());
}
