// The cases of the HCL specification's own suite (github.com/hashicorp/hcl, specsuite), told in our words: what each
// construct means, or where it is refused.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "hcl/fold.hpp"
#include "hcl/parse.hpp"
#include "hcl/parse_json.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

const RepoPath path = RepoPath::of("case.hcl");

Value value_of(const std::string& expression) {
  Diagnostics diagnostics;
  const File file = parse("x = " + expression + "\n", path, diagnostics);
  CAPTURE(expression);
  REQUIRE_FALSE(diagnostics.has_errors());
  const Scope scope{[](std::string_view root, std::string_view, const SourceRange& range) {
    return root == "word" ? Value::text("Bar") : root == "padded" ? Value::text("  Bar") : Value::unknown("", range);
  }};
  return fold(*file.body().find("x")->value, scope);
}

std::string text_of(const std::string& expression) { return value_of(expression).as_known_string().value_or("?"); }

/// Line and column of every error.
std::vector<std::string> errors_of(const std::string& text) {
  Diagnostics diagnostics;
  parse(text, path, diagnostics);
  std::vector<std::string> result;
  for (const Diagnostic& diagnostic : diagnostics.sorted())
    result.push_back(fmt::format("{}:{}", diagnostic.range->begin.line, diagnostic.range->begin.column));
  return result;
}

}  // namespace

TEST_CASE("specification: a file may be empty, or hold comments only") {
  for (const char* text : {"", "# hash\n", "// slashes\n", "/*\n  several lines\n*/\n", "# no newline at the end"}) {
    Diagnostics diagnostics;
    const File file = parse(text, path, diagnostics);
    CHECK(diagnostics.empty());
    CHECK(file.body().attributes.empty());
    CHECK(file.body().blocks.empty());
  }
  Diagnostics diagnostics;
  CHECK(parse_json("{}", path, {}, diagnostics).body().attributes.empty());
  CHECK(diagnostics.empty());
}

TEST_CASE("specification: literals") {
  CHECK(text_of("5") == "5");
  CHECK(text_of("3.2") == "3.2");
  CHECK(text_of("\"hello\"") == "hello");
  CHECK(text_of("\"ЖЖ\"") == "ЖЖ");
  CHECK(text_of("\"👩‍👩‍👧‍👦\"") == "👩‍👩‍👧‍👦");
  CHECK(text_of("true") == "true");
  CHECK(text_of("false") == "false");
  CHECK(value_of("null") == Value{});
}

TEST_CASE("specification: the words of literals may be names of attributes") {
  Diagnostics diagnostics;
  const File file = parse("true = true\nfalse = false\nnull = null\nfor = 1\nif = 2\nin = 3\n", path, diagnostics);
  CHECK(diagnostics.empty());
  CHECK(file.body().attributes.size() == 6);
}

TEST_CASE("specification: heredocs keep their indentation") {
  CHECK(text_of("<<EOT\nFoo\nBar\nBaz\nEOT") == "Foo\nBar\nBaz\n");
  CHECK(text_of("<<EOT\n    Foo\n    Bar\n    Baz\n  EOT") == "    Foo\n    Bar\n    Baz\n");
  CHECK(text_of("<<EOT\n    Foo\n      Bar\n    Baz\n  EOT") == "    Foo\n      Bar\n    Baz\n");
  CHECK(text_of("<<EOT\n    Foo\n    ${word}\n    Baz\n  EOT") == "    Foo\n    Bar\n    Baz\n");
  CHECK(text_of("<<EOT\nFoo\n\nBar\n\nBaz\nEOT") == "Foo\n\nBar\n\nBaz\n");
  CHECK(text_of("<<EOT\n    Foo\n\n    Bar\n\n    Baz\n  EOT") == "    Foo\n\n    Bar\n\n    Baz\n");
  CHECK(text_of("<<EOT\n    NOT EOT\n  EOT") == "    NOT EOT\n");
}

TEST_CASE("specification: flush heredocs lose what all their lines have before them") {
  CHECK(text_of("<<-EOT\nFoo\nBar\nBaz\nEOT") == "Foo\nBar\nBaz\n");
  CHECK(text_of("<<-EOT\n    Foo\n    Bar\n    Baz\n  EOT") == "Foo\nBar\nBaz\n");
  CHECK(text_of("<<-EOT\n    Foo\n      Bar\n    Baz\n  EOT") == "Foo\n  Bar\nBaz\n");
  CHECK(text_of("<<-EOT\n    Foo\n  Bar\n    Baz\n  EOT") == "  Foo\nBar\n  Baz\n");
  CHECK(text_of("<<-EOT\n    Foo\n    ${word}\n    Baz\n  EOT") == "Foo\nBar\nBaz\n");
  CHECK(text_of("<<-EOT\n    Foo\n      ${word}\n    Baz\n  EOT") == "Foo\n  Bar\nBaz\n");
  CHECK(text_of("<<-EOT\n    Foo\n  ${padded}\n    Baz\n  EOT") == "  Foo\n  Bar\n  Baz\n");
  CHECK(text_of("<<-EOT\n\tFoo\n  Bar\n  Baz\n  EOT") == "Foo\n Bar\n Baz\n");
  CHECK(text_of("<<-EOT\n    \u2003\u2003Foo\n    Bar\n    Baz\n  EOT") == "\u2003\u2003Foo\nBar\nBaz\n");
  CHECK(text_of("<<-EOT\nFoo\n\nBar\n\nBaz\nEOT") == "Foo\n\nBar\n\nBaz\n");
}

TEST_CASE("specification: equality looks at types, order and arithmetic at numbers") {
  const std::pair<const char*, const char*> cases[] = {{"\"a\" == \"a\"", "true"},
                                                       {"\"a\" == \"b\"", "false"},
                                                       {"\"1\" == 1", "false"},
                                                       {"\"true\" == true", "false"},
                                                       {"\"a\" != \"a\"", "false"},
                                                       {"\"a\" != \"b\"", "true"},
                                                       {"\"1\" != 1", "true"},
                                                       {"\"true\" != true", "true"},
                                                       {"1 < 2", "true"},
                                                       {"2 < 1", "false"},
                                                       {"1 < 1", "false"},
                                                       {"1 <= 2", "true"},
                                                       {"2 <= 1", "false"},
                                                       {"1 <= 1", "true"},
                                                       {"1 > 2", "false"},
                                                       {"2 > 1", "true"},
                                                       {"1 > 1", "false"},
                                                       {"1 >= 2", "false"},
                                                       {"2 >= 1", "true"},
                                                       {"1 >= 1", "true"},
                                                       {"2 + 3.5", "5.5"},
                                                       {"3.5 - 2", "1.5"},
                                                       {"2 - 3.5", "-1.5"},
                                                       {"2 * 4.5", "9"},
                                                       {"1 / 10", "0.1"},
                                                       {"11 % 5", "1"},
                                                       {"true && true", "true"},
                                                       {"false && true", "false"},
                                                       {"true && false", "false"},
                                                       {"false && false", "false"},
                                                       {"true || true", "true"},
                                                       {"false || true", "true"},
                                                       {"true || false", "true"},
                                                       {"false || false", "false"},
                                                       {"!true", "false"},
                                                       {"!false", "true"},
                                                       {"true ? \"a\" : \"b\"", "a"},
                                                       {"false ? \"a\" : \"b\"", "b"}};
  for (const auto& [expression, expected] : cases) {
    CAPTURE(expression);
    CHECK(text_of(expression) == expected);
  }
}

TEST_CASE("specification: attributes stand on lines of their own") {
  CHECK(errors_of("a = \"a value\"\nb = \"b value\"\n").empty());
  CHECK(errors_of("a = \"a value\", b = \"b value\"\n") == std::vector<std::string>{"1:14"});
}

TEST_CASE("specification: a block on one line holds one attribute and no block, and closes there") {
  for (const char* text : {"a {}\n", "a {\n\n}\n", "a { b = \"foo\" }\n"}) CHECK(errors_of(text).empty());
  CHECK(errors_of("a { b = \"foo\", c = \"bar\" }\n") == std::vector<std::string>{"1:14"});
  CHECK(errors_of("a { b = \"foo\"\n}\n").size() == 1);
  CHECK(errors_of("a { b = \"foo\"\n  c = \"bar\" }\n").size() == 1);
  CHECK(errors_of("a { b = \"foo\"\n  c = \"bar\"\n}\n").size() == 1);
  CHECK(errors_of("a { d {} }\n") == std::vector<std::string>{"1:5"});
  CHECK(errors_of("a {\n").size() == 1);
}
