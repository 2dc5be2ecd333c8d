#include <doctest/doctest.h>

#include <utility>

#include "hcl/dump.hpp"
#include "hcl/parse.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

/// The names of attributes and blocks, in nested braces.
std::string outline(const Body& body) {
  std::map<std::uint32_t, std::string> items;
  for (const Attribute& attribute : body.attributes) items[attribute.range.begin.offset] = std::string(attribute.name);
  for (const Block& block : body.blocks) {
    items[block.range.begin.offset] = std::string(block.type) + "{" + outline(*block.body) + "}";
  }
  std::string result;
  for (const auto& [offset, text] : items) result += (result.empty() ? "" : " ") + text;
  return result;
}

/// The outline and, line by line, the messages.
std::string read(std::string source) {
  Diagnostics diagnostics;
  const File file = parse(std::move(source), RepoPath::of("main.tf"), diagnostics);
  CHECK(file.has_faults() == diagnostics.has_errors());
  std::string result = outline(file.body());
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    result += "\n" + std::to_string(diagnostic.range->begin.line) + ": " + diagnostic.message;
  }
  return result;
}

}  // namespace

TEST_CASE("a fault in a value is one message, and the next line is read") {
  CHECK(read("a = = 1\nb = 2\n") == "a b\n1: expected an expression, found `=`");
}

TEST_CASE("a fault within an object skips the rest of it") {
  CHECK(read("x {\n  a = {\n    b = = 1\n    c = 2\n  }\n  d = 3\n}\ny {}\n") ==
        "x{a d} y{}\n3: expected an expression, found `=`");
  CHECK(read("a = {\n  b = = 1\n}\nc = 3\n") == "a c\n2: expected an expression, found `=`");
}

TEST_CASE("a bracket that is never closed does not swallow the lines below") {
  CHECK(read("x {\n  a = [1, 2\n  b = 3\n}\ny {}\n") ==
        "x{a b} y{}\n3: expected a comma or the `]` of the list, found `b`");
  CHECK(read("x {\n  a = f(1\n}\ny {}\n") == "x{a} y{}\n3: expected a comma or the `)` in the call of `f`, found `}`");
}

TEST_CASE("a string that is never closed ends with its line") {
  CHECK(read("x {\n  a = \"b\n  c = 2\n}\n") == "x{a c}\n2: this string is never closed");
}

TEST_CASE("an interpolation that is never closed does not swallow the lines below") {
  CHECK(read("x {\n  a = \"${b\n  c = 2\n}\ny {}\n") == "x{a c} y{}\n3: expected the `}` of `${`, found `c`");
  CHECK(read("x {\n  a = \"${b c}\"\n  d = 2\n}\n") == "x{a d}\n2: expected the `}` of `${`, found `c`");
}

TEST_CASE("a fault within a heredoc skips to its end") {
  CHECK(read("a = <<EOT\n${b c}\nd = 1\nEOT\ne = 2\n") == "a e\n2: expected the `}` of `${`, found `c`");
  CHECK(read("a = <<EOT\n${b\nd = 1\nEOT\ne = 2\n") == "a e\n3: expected the `}` of `${`, found `d`");
}

TEST_CASE("what looks like code in a heredoc behind a fault is not read") {
  CHECK(read("x {\n  a = = <<EOT\nb = 1\nEOT\n  c = 2\n}\n") == "x{a c}\n2: expected an expression, found `=`");
}

TEST_CASE("a faulty header skips the block") {
  CHECK(read("x = {\n  a = 1\n}\ny z = {\n  b = 1\n}\nc = 3\n") == "x y{} c\n4: the block `y` cannot have a `=`");
}

TEST_CASE("several faults give several messages") {
  CHECK(read("a = 'b'\nc = 1\nd = ;\ne = 2\n") ==
        "a c d e\n1: expected an expression, found `'`\n3: expected an expression, found `;`");
}

TEST_CASE("a nested block on one line is refused, as Terraform does") {
  CHECK(read("terraform { backend \"local\" {} }\na = 1\n") ==
        "terraform{} a\n1: the block `backend` cannot stand on the line of the block around it");
}

TEST_CASE("a block that is never closed keeps its items") {
  CHECK(read("x {\n  a = 1\n  y {\n    b = 2\n") == "x{a y{b}}\n3: the block `y` is never closed");
}

TEST_CASE("a brace too much is one message") {
  CHECK(read("x {\n}\n}\na = 1\n") == "x{} a\n3: this `}` closes nothing");
}

TEST_CASE("an attribute that is set twice is kept twice") {
  CHECK(read("a = 1\na = 2\n") == "a a\n2: `a` is set twice");
  std::string many;
  for (int index = 0; index < 20; ++index) many += "a" + std::to_string(index) + " = 1\n";
  CHECK(read(many + "a7 = 2\n").ends_with("\n21: `a7` is set twice"));
}

TEST_CASE("bad escapes and bytes do not derail anything") {
  CHECK(read("a = \"\\x\"\nb = \"\xE4\"\nc = 1\n") == "a b c\n1: `\\x` is no escape sequence\n2: this is no UTF-8");
}

TEST_CASE("what could be read of a faulty value is there to be looked through") {
  Diagnostics diagnostics;
  const File file = parse("a = f(file(\"b\"), = )\n", RepoPath::of("main.tf"), diagnostics);
  CHECK(Dump()(*file.body().find("a")->value) == "(invalid (call file (str b)) (invalid))");
}

TEST_CASE("a message shows the line, the place and the remedy") {
  Diagnostics diagnostics;
  parse("module \"vpc\" {\n  source = '../vpc'\n}\n", RepoPath::of("network/main.tf"), diagnostics);
  CHECK(render_diagnostic(diagnostics.sorted().at(0)) ==
        "network/main.tf:2:12: error: expected an expression, found `'`\n"
        "    2 |   source = '../vpc'\n"
        "      |            ^\n"
        "hint: use double quotes for strings\n");
}
