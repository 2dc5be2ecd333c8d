#include "terraform/name_uses.hpp"

#include "terraform/read.hpp"

namespace {

Texts open_names(const std::string& text) {
  const auto facts = read(text);
  return {facts.open_names.begin(), facts.open_names.end()};
}

Texts source_names(const std::string& text) {
  const auto facts = read(text);
  return {facts.source_names.begin(), facts.source_names.end()};
}

}  // namespace

TEST_CASE("a name is open wherever it is mentioned") {
  CHECK(open_names("resource \"a\" \"b\" {\n  x = local.a\n  y = [var.b, { k = local.c.d }]\n  z = f(local.e)\n  "
                   "source = local.f\n}\n") == Texts{"local.a", "local.c", "local.e", "local.f", "var.b"});
  CHECK(open_names("locals {\n  x = \"${local.a}/${local.b}\"\n}\n") == Texts{"local.a", "local.b"});
  CHECK(open_names("locals {\n  x = local[each.key]\n  y = [for v in values(var) : v]\n}\n") ==
        Texts{"local.*", "var.*"});
}

TEST_CASE("but in the source of a module") {
  const std::string text = "module \"m\" {\n  source = \"${local.root}/${var.name}\"\n  dir = local.d\n}\n";
  CHECK(open_names(text) == Texts{"local.d"});
  CHECK(source_names(text) == Texts{"local.root", "var.name"});
}
