#include "hcl/parse.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "hcl/dump.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

/// The tree of a text without faults.
std::string tree_of(std::string source) {
  Diagnostics diagnostics;
  const File file = parse(std::move(source), RepoPath::of("main.tf"), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(diagnostic));
  return Dump()(file.body());
}

std::string expression_of(std::string source) {
  Diagnostics diagnostics;
  const File file = parse_expression(std::move(source), RepoPath::of("main.tf"), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(diagnostic));
  return Dump()(*file.expression());
}

std::string template_of(std::string source) {
  Diagnostics diagnostics;
  const File file = parse_template(std::move(source), RepoPath::of("a.tftpl"), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) FAIL_CHECK(render_diagnostic(diagnostic));
  return Dump()(*file.expression());
}

}  // namespace

TEST_CASE("a body keeps attributes and blocks with their places") {
  CHECK(tree_of("a = 1\nb \"c\" d {\n  e = 2\n}\n") == "{a@0-5=(num 1);b c d@6-25{e@18-23=(num 2);};}");
}

TEST_CASE("an operator binds as HCL says, and equals bind to the left") {
  CHECK(expression_of("1 + 2 * 3 - 4") == "(- (+ (num 1) (* (num 2) (num 3))) (num 4))");
  CHECK(expression_of("a || b && !c == d") == "(|| (var a) (&& (var b) (== (! (var c)) (var d))))");
  CHECK(expression_of("a ? b : c ? d : e") == "(if (var a) (var b) (if (var c) (var d) (var e)))");
}

TEST_CASE("a splat keeps what applies to each element apart from what applies to the list") {
  CHECK(expression_of("a[*].b[0]") == "(splat (var a) (index (attr (item) b) (num 0)))");
  CHECK(expression_of("a.*.b[0]") == "(index (splat (var a) (attr (item) b)) (num 0))");
}

TEST_CASE("functions of providers are called by their whole name") {
  CHECK(expression_of("provider::time::parse(a, b...)") == "(call provider::time::parse... (var a) (var b))");
}

TEST_CASE("keys of an object are strings unless they stand in parentheses") {
  CHECK(expression_of("{ a = 1, (b) = 2, \"c\" : 3, true = 4 }") ==
        "(object (str a) (num 1) (var b) (num 2) (str c) (num 3) (str true) (num 4))");
}

TEST_CASE("for expressions keep names, key, value, grouping and condition") {
  CHECK(expression_of("{for k, v in m : k => v... if v != null}") ==
        "(for [k,v] (var m) => (var k) (var v) ... if (!= (var v) (null)))");
  CHECK(expression_of("[for x in m : x.id]") == "(for [,x] (var m) (attr (var x) id))");
}

TEST_CASE("a string without interpolation is a literal with its escapes resolved") {
  CHECK(expression_of(R"("a\tb\u00e4$${c}")") == "(str a\tbä${c})");
}

TEST_CASE("a lone interpolation is not a literal of nothing but the value itself") {
  CHECK(expression_of("\"${a}\"") == "(template (var a))");
  CHECK(expression_of("\"${a}${b}\"") == "(template (var a) (var b))");
}

TEST_CASE("strip markers take the blanks off the literal beside them") {
  CHECK(expression_of("\"a ${~ b ~} c\"") == "(template (str a) (var b) (str c))");
}

TEST_CASE("a flush heredoc loses the indentation that its lines share") {
  CHECK(tree_of("a = <<-EOT\n    x\n      y ${z}\n\n    EOT\n") ==
        "{a@0-38=(template (str x\n  y ) (var z) (str \n\n));}");
  CHECK(tree_of("a = <<EOT\n  x\n  EOT\n") == "{a@0-19=(str   x\n);}");
}

TEST_CASE("a template file is one template") {
  CHECK(template_of("#!/bin/sh\n%{ for f in files ~}\ncat ${f}\n%{ endfor ~}\n") ==
        "(template (str #!/bin/sh\n) (join (for [,f] (var files) (template (str cat ) (var f) (str \n)))) (str ))");
  CHECK(template_of("plain $ % text") == "(str plain $ % text)");
}

TEST_CASE("a literal is a view into the source, and moving a file keeps it") {
  Diagnostics diagnostics;
  File file = parse("a = \"b\"\n", RepoPath::of("main.tf"), diagnostics);
  const Expression* value = file.body().find("a")->value;
  const File moved = std::move(file);
  CHECK(value->text == "b");
  CHECK(value->text.data() == moved.source().data() + 5);
  CHECK(moved.body().find("a")->value == value);
  CHECK(moved.body().find("c") == nullptr);
}

TEST_CASE("windows line ends and a byte order mark change nothing but places") {
  CHECK(tree_of("\xEF\xBB\xBF"
                "a {\r\n  b = [\r\n    1,\r\n  ]\r\n}\r\n") == "{a@3-31{b@10-28=(tuple (num 1));};}");
}

TEST_CASE("a traversal is a variable with constant steps") {
  Diagnostics diagnostics;
  const File file = parse_expression("data.aws_x.y[0][\"z\"].id", RepoPath::of("main.tf"), diagnostics);
  const auto traversal = as_traversal(*file.expression());
  REQUIRE(traversal);
  CHECK(traversal->root == "data");
  CHECK(traversal->steps == std::vector<std::string_view>{"aws_x", "y", "0", "z", "id"});
  const File dynamic = parse_expression("a[b].c", RepoPath::of("main.tf"), diagnostics);
  CHECK_FALSE(as_traversal(*dynamic.expression()));
}

TEST_CASE("an expression is written back on one line, and shortened") {
  const std::string source = "{a = \"x${b[0].c}\", (d) = [for e in f : g(e)[*].h if !i]}";
  Diagnostics diagnostics;
  const File file = parse_expression(source, RepoPath::of("main.tf"), diagnostics);
  CHECK(render_expression(*file.expression()) == source);
  CHECK(render_expression(*file.expression(), 10) == "{a = \"x${b…");
  const File sum = parse_expression("(a + b) * -(c ? d : e)", RepoPath::of("main.tf"), diagnostics);
  CHECK(render_expression(*sum.expression()) == "(a + b) * -(c ? d : e)");
}
