#include "hcl/parse_json.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "hcl/dump.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

constexpr BlockSchema in_terraform[] = {{"backend", 1}};
constexpr BlockSchema in_file[] = {{"terraform", 0, in_terraform}, {"resource", 2}, {"locals", 0}, {"module", 1}};

/// The tree without places and, line by line, the messages.
std::string read(std::string source) {
  Diagnostics diagnostics;
  const File file = parse_json(std::move(source), RepoPath::of("main.tf.json"), in_file, diagnostics);
  CHECK(file.has_faults() == diagnostics.has_errors());
  std::string result;
  bool skips = false;
  for (const char byte : Dump()(file.body())) {
    if (byte == '@') skips = true;
    if (byte == '=' || byte == '{') skips = false;
    if (!skips) result += byte;
  }
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    result += "\n" + std::to_string(diagnostic.range->begin.line) + ":" +
              std::to_string(diagnostic.range->begin.column) + ": " + diagnostic.message;
  }
  return result;
}

}  // namespace

TEST_CASE("members are attributes unless the schema calls them blocks") {
  CHECK(read(R"({"a": 1, "locals": {"b": [true, null, "x"], "c": {"d": -1.5e3}}})") ==
        "{a=(num 1);locals{b=(tuple (bool true) (null) (str x));c=(object (str d) (- (num 1500)));};}");
}

TEST_CASE("labels are levels of objects, each of which may be an array of objects") {
  const std::string expected = "{resource t a{x=(num 1);};}";
  CHECK(read(R"({"resource": {"t": {"a": {"x": 1}}}})") == expected);
  CHECK(read(R"({"resource": [{"t": [{"a": [{"x": 1}]}]}]})") == expected);
  CHECK(read(R"([{"resource": {"t": {"a": {"x": 1}}}}])") == expected);
}

TEST_CASE("an array at the place of a block is several blocks, null is none") {
  Diagnostics diagnostics;
  const File file =
      parse_json(R"({"module": {"a": [{"x": 1}, {"x": 2}], "b": null}, "resource": {"t": {"c": {}, "d": {}}}})",
                 RepoPath::of("main.tf.json"), in_file, diagnostics);
  CHECK(diagnostics.empty());
  REQUIRE(file.body().blocks.size() == 4);
  CHECK(file.body().blocks[0].labels[0].text == "a");
  CHECK(Dump()(*file.body().blocks[1].body->find("x")->value) == "(num 2)");
  CHECK(file.body().blocks[2].labels[1].text == "c");
  CHECK(file.body().blocks[3].labels[1].text == "d");
}

TEST_CASE("blocks within blocks follow the schema within") {
  CHECK(read(R"({"terraform": {"backend": {"s3": {"key": "k"}}, "required_version": "1"}})") ==
        "{terraform{backend s3{key=(str k);};required_version=(str 1);};}");
}

TEST_CASE("strings are templates, keys of objects too, names of members not") {
  CHECK(read(R"({"a": "x-${var.b}", "c": {"${d}": "$${e}"}, "f": "${g}"})") ==
        "{a=(template (str x-) (attr (var var) b));c=(object (template (var d)) (str ${e}));f=(template (var g));}");
}

TEST_CASE("escapes are resolved before templates are read") {
  CHECK(read(R"({"a": "\u00e4\ud83d\ude00\n\"${b(\"c\")}"})") == "{a=(template (str ä😀\n\") (call b (str c)));}");
}

TEST_CASE("comments are left out of bodies and kept in values") {
  CHECK(read(R"({"//": "note", "locals": {"//": 1, "a": {"//": 2}}})") == "{locals{a=(object (str //) (num 2));};}");
}

TEST_CASE("places point into the file") {
  Diagnostics diagnostics;
  const File file = parse_json("{\n  \"module\": {\n    \"a\": {\"source\": \"./x\"}\n  }\n}\n",
                               RepoPath::of("main.tf.json"), in_file, diagnostics);
  const Block& block = file.body().blocks[0];
  CHECK(block.type_range.begin == SourcePos{2, 3, 4});
  CHECK(block.labels[0].range.begin == SourcePos{3, 5, 20});
  CHECK(block.body->attributes[0].range == SourceRange{{3, 11, 26}, {3, 26, 41}});
}

TEST_CASE("a fault of JSON keeps what came before it") {
  CHECK(read("{\"a\": 1,\n \"b\": x}") == "{a=(num 1);}\n2:7: expected a JSON value, found `x`");
  CHECK(read("{\"locals\": {\"a\": 1, \"b\": [}}") ==
        "{locals{a=(num 1);b=(tuple);};}\n1:27: expected a JSON value, found `}`");
  CHECK(read("{\"a\": 1,}") == "{a=(num 1);}\n1:9: expected a name in double quotes, found `}`");
  CHECK(read("{\"a\" = 1}") == "{}\n1:6: expected `:` after the name, found `=`");
  CHECK(read("{\"a\": \"b") == "{}\n1:7: this string is never closed");
  CHECK(read("{\"a\": 1") == "{a=(num 1);}\n1:1: this object is never closed");
  CHECK(read("{} {}") == "{}\n1:4: expected the end of the file");
  CHECK(read("") == "{}\n1:1: expected a JSON value, found the end of the file");
  CHECK(read("{\"a\": 01}") == "{}\n1:7: `01` is no number");
}

TEST_CASE("a fault of HCL is one message and the rest is there") {
  CHECK(read(R"({"a": "${b c}", "d": 1})") ==
        "{a=(invalid (var b));d=(num 1);}\n1:7: expected the `}` of `${`, found `c`");
  CHECK(read(R"({"resource": {"t": 1}, "a": 1})") ==
        "{a=(num 1);}\n1:20: expected an object with the labels of `resource`");
  CHECK(read(R"({"locals": 1})") == "{}\n1:12: the block `locals` must be an object, or an array of objects");
  CHECK(read(R"({"module": {}})") == "{}\n1:12: the block `module` lacks a label");
  CHECK(read(R"({"a": 1, "a": 2})").ends_with("1:10: `a` is set twice"));
  CHECK(read("3") == "{}\n1:1: expected an object with arguments and blocks");
}

TEST_CASE("a message shows the line and the place") {
  Diagnostics diagnostics;
  parse_json("{\n  \"a\": 'b'\n}\n", RepoPath::of("main.tf.json"), in_file, diagnostics);
  CHECK(render_diagnostic(diagnostics.sorted().at(0)) ==
        "main.tf.json:2:8: error: expected a JSON value, found `'b'`\n"
        "    2 |   \"a\": 'b'\n"
        "      |        ^\n");
}
