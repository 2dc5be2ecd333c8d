#include "hcl/fold.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>

#include "hcl/parse.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

/// `var.…` is unknown, `local.env` is "prod", `path.module` is "modules/a", `path.cwd` is "/repo/root"; `local.*` else
/// as given.
Value look_up(std::string_view root, std::string_view name, const SourceRange& range) {
  if (root == "path") return Value::text(name == "cwd" || name == working_directory ? "/repo/root" : "modules/a");
  if (root == "local" && name == "env") return Value::text("prod");
  if (root == "local" && name == "list") return Value{Value::List{Value::text("x"), Value::text("y")}};
  return Value::unknown(fmt::format("{}.{} is not known", root, name), range);
}

std::string show(const Value& value);

template <typename Values>
std::string show_all(const Values& values, std::string_view separator) {
  std::string result;
  for (const Value& value : values) {
    if (!result.empty()) result += separator;
    result += show(value);
  }
  return result;
}

/// `*` is an unknown piece, `?` an unknown value, `^` one that may climb, `!` an error, `~[…]` an open list.
std::string show(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_error()) return "!";
  if (value.is_unknown()) return value.may_climb() ? "^" : "?";
  if (const auto* list = value.as_open_list())
    return (list->is_open ? "~[" : list->is_set ? "set[" : "[") + show_all(*list, ", ") + "]";
  if (const auto* one_of = value.as_one_of()) return show_all(one_of->values, " or ");
  if (const auto* map = value.as_map()) {
    std::string result;
    for (const auto& [key, item] : *map) result += (result.empty() ? "" : ", ") + key + "=" + show(item);
    return "{" + result + "}";
  }
  if (const auto* text = value.as_text()) {
    std::string result;
    for (const auto& piece : text->pieces) result += piece ? *piece : text->why.may_climb ? "^" : "*";
    return "'" + result + "'";
  }
  return *value.as_known_string();
}

std::string folded(std::string source) {
  Diagnostics diagnostics;
  const File file = parse_expression(std::move(source), RepoPath::of("main.tf"), diagnostics);
  REQUIRE(diagnostics.empty());
  return show(fold(*file.expression(), Scope{look_up}));
}

}  // namespace

TEST_CASE("a template keeps what is known around what is not") {
  CHECK(folded("\"${path.module}/policies/${var.name}.json\"") == "'modules/a/policies/*.json'");
  CHECK(folded("\"${local.env}-${var.a}${var.b}\"") == "'prod-*'");
  CHECK(folded("join(\"/\", [local.env, var.a, \"x\"])") == "'prod/*/x'");
  CHECK(folded("format(\"%s/%s\", local.env, var.a)") == "'prod/*'");
}

TEST_CASE("an unknown condition leaves both branches") {
  CHECK(folded("var.a ? \"x\" : \"y\"") == "'x' or 'y'");
  CHECK(folded("\"${var.a ? \"x\" : \"y\"}.tf\"") == "'x.tf' or 'y.tf'");
  CHECK(folded("local.env == \"prod\" ? 1 : 2") == "1");
  CHECK(folded("\"a%{ if var.a }b%{ endif }c\"") == "'abc' or 'ac'");
}

TEST_CASE("a template's for is unrolled") {
  CHECK(folded("\"%{ for i, x in local.list }${i}${x};%{ endfor }\"") == "'0x;1y;'");
  CHECK(folded("\"a%{ for x in var.l }${x}%{ endfor }b\"") == "'a*b'");
}

TEST_CASE("keys that are not known keep their values, up to a bound") {
  CHECK(folded("{ for x in [\"a\", \"b\"] : \"${var.p}${x}\" => x }[\"za\"]") == "'a' or !");
  CHECK(folded("{ (var.p) = \"a\", b = \"c\" }.b") == "'a' or 'c' or !");
  CHECK(folded("{ for x in range(100) : \"${var.p}${x}\" => x }[\"z1\"]") == "?");
}

TEST_CASE("cutting off what may not be there says nothing") {
  CHECK(folded("trimprefix(\"a${var.x}\", \"ab\")") == "?");
  CHECK(folded("trimprefix(\"${var.x}c\", \"ab\")") == "?");
  CHECK(folded("trimprefix(\"abc${var.x}\", \"ab\")") == "'c*'");
  CHECK(folded("trimprefix(\"c${var.x}\", \"ab\")") == "'c*'");
  CHECK(folded("trimsuffix(\"${var.x}b\", \"ab\")") == "?");
  CHECK(folded("trimsuffix(\"${var.x}/a.tf\", \".tf\")") == "'*/a'");
}

TEST_CASE("coalesce passes over null and the empty string, and what may be empty stays a possibility") {
  CHECK(folded("coalesce(null, \"\", \"a\")") == "'a'");
  CHECK(folded("coalesce(var.a, \"b\", \"c\")") == "? or 'b'");
  CHECK(folded("coalesce(\"${var.a}${var.b}\", \"c\")") == "'*' or 'c'");
  CHECK(folded("coalesce(\"x${var.a}\", \"c\")") == "'x*'");
}

TEST_CASE("try takes the first that cannot fail") {
  CHECK(folded("try(null, 1)") == "null");
  CHECK(folded("try(var.a.b, \"c\")") == "? or 'c'");
  CHECK(folded("try(\"${var.a.b}-x\", \"c\")") == "'*-x' or 'c'");
  CHECK(folded("try({a = 1}.b, 2)") == "2");
  CHECK(folded("try({a = var.x.y, b = 1}.b, 2)") == "1 or 2");
  CHECK(folded("can(1)") == "true");
}

TEST_CASE("letters beyond ASCII are left to Terraform") {
  CHECK(folded("upper(\"ä\")") == "'*'");
  CHECK(folded("substr(\"äb\", 1, 1)") == "?");
  CHECK(folded("length(\"ä\")") == "?");
}

TEST_CASE("paths are cleaned as Go does") {
  CHECK(folded("abspath(\"../x/./y\")") == "'/repo/x/y'");
  CHECK(folded("dirname(\"a/b/../c.tf\")") == "'a'");
  CHECK(folded("basename(\"a/b/\")") == "'b'");
  CHECK(folded("pathexpand(\"~/x\")") == "?");
}

TEST_CASE("what is not folded says why") {
  Diagnostics diagnostics;
  const File file = parse_expression("file(\"x\")", RepoPath::of("main.tf"), diagnostics);
  const Value value = fold(*file.expression(), Scope{look_up});
  REQUIRE(value.is_unknown());
  CHECK(value.as_unknown()->reason == "file(\"x\"): it is not folded");
}

TEST_CASE("values that double again and again do not fill the memory") {
  // Each local holds the one before it twice, as text and as list.
  const auto grow = [](const char* step) {
    Value current = Value::text("0123456789");
    Diagnostics diagnostics;
    const File file = parse_expression(step, RepoPath::of("main.tf"), diagnostics);
    for (int level = 0; level < 25; ++level) {
      const Value before = current;
      current = fold(*file.expression(), Scope{[&](auto, auto, const SourceRange&) { return before; }});
    }
    return current;
  };
  CHECK(show(grow("\"${a}${a}\"")).size() < 200'000);
  CHECK(show(grow("[a, a]")).size() < 2'000'000);
  CHECK(show(grow("replace(a, \"0\", a)")).size() < 200'000);
  CHECK(show(grow("concat([a], try(concat(a, a), []))")).size() < 2'000'000);
  CHECK(show(grow("{ b = a, c = a }")).size() < 2'000'000);
}

TEST_CASE("nested loops end") {
  CHECK(folded("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a]]]").size() < 2'000'000);
}

TEST_CASE("the keys of a set are its elements, those of a list their positions") {
  CHECK(folded("[for k, v in toset([\"b\", \"a\"]) : k]") == "['a', 'b']");
  CHECK(folded("[for k, v in tolist(toset([\"b\", \"a\"])) : k]") == folded("[0, 1]"));
  CHECK(folded("{for k, v in [\"x\"] : v => k}") == folded("{x = 0}"));
}

TEST_CASE("a text with null in it cannot be evaluated, which try passes over") {
  Diagnostics diagnostics;
  const File file = parse_expression("\"a${null}\"", RepoPath::of("main.tf"), diagnostics);
  CHECK(fold(*file.expression(), Scope{look_up}).is_error());
  CHECK(folded("try(\"a${null}\", \"b\")") == "'b'");
  CHECK(folded("null == null ? \"a\" : \"b\"") == "'a'");
  CHECK(folded("try(pathexpand(null), \"b\")") == "'b'");
  CHECK(folded("pathexpand(coalesce(null, \"-\"))") == "'-'");
}

TEST_CASE("variables of the surroundings come before what is looked up, and functions may be answered") {
  Diagnostics diagnostics;
  const File file =
      parse_expression("\"${each.value.path}-${fileset(\"d\", \"*\")[0]}\"", RepoPath::of("main.tf"), diagnostics);
  const Variable each[] = {{"each", Value{Value::Map{{"value", Value{Value::Map{{"path", Value::text("p")}}}}}}}};
  const Scope scope{look_up, each, [](std::string_view name, std::span<const Value> arguments) -> std::optional<Value> {
                      if (name != "fileset" || arguments.size() != 2) return std::nullopt;
                      return Value{Value::List{Value::text(arguments[0].as_known_string().value() + "/f")}};
                    }};
  CHECK(show(fold(*file.expression(), scope)) == "'p-d/f'");
}
