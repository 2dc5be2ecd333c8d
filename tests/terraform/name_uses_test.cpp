#include "terraform/name_uses.hpp"

#include "terraform/read.hpp"

namespace {

Texts open_names(const std::string& text) {
  const auto facts = read(text);
  return {facts.open_names.begin(), facts.open_names.end()};
}

Texts prefix_names(const std::string& text) {
  const auto facts = read(text);
  return {facts.prefix_names.begin(), facts.prefix_names.end()};
}

}  // namespace

TEST_CASE("a name is open where its value may be used whole") {
  CHECK(open_names("resource \"a\" \"b\" {\n  x = local.a\n  y = [var.b, { k = local.c.d }]\n  z = f(local.e)\n}\n") ==
        Texts{"local.a", "local.c", "local.e", "var.b"});
  CHECK(open_names("locals {\n  x = \"${local.a}${local.b}-\"\n}\n") == Texts{"local.a", "local.b"});
  CHECK(open_names("locals {\n  x = local[each.key]\n  y = [for v in values(var) : v]\n}\n") ==
        Texts{"local.*", "var.*"});
}

TEST_CASE("a name is a prefix in a longer path, as what a function reads, and as a module's source") {
  const std::string text =
      "locals {\n  x = \"${local.a}/x\"\n  y = file(var.b)\n  z = fileset(local.c, \"*\")\n}\n"
      "module \"m\" {\n  source = local.d\n}\n";
  CHECK(open_names(text).empty());
  CHECK(prefix_names(text) == Texts{"local.a", "local.c", "local.d", "var.b"});
  CHECK(open_names("module \"m\" {\n  source = \"./m\"\n  dir = local.d\n}\n") == Texts{"local.d"});
  CHECK(open_names("resource \"a\" \"b\" {\n  source = local.d\n}\n") == Texts{"local.d"});
}
