#include "hcl/token_digest.hpp"

#include <doctest/doctest.h>

using namespace statelane::hcl;

namespace {

bool same(const std::string& left, const std::string& right) {
  return native_token_digest(left) == native_token_digest(right);
}
bool same_json(std::string_view left, std::string_view right) {
  return json_token_digest(left) == json_token_digest(right);
}

}  // namespace

TEST_CASE("layout and comments do not change the digest") {
  const std::string plain = "a = 1\nb {\n  c = [1, 2]\n}\n";
  CHECK(same(plain, "a    = 1\n\n\nb {\n\tc=[ 1,2 ]\n}\n"));
  CHECK(same(plain,
             "# head\n\na = 1 // one\nb { # block\n  # inside\n  c = /* x */ [\n    1,\n    2 # two\n]\n}\n# tail\n"));
  CHECK(same(plain,
             "\xEF\xBB\xBF"
             "a = 1\r\nb {\r\n  c = [1, 2]\r\n}"));
}

TEST_CASE("what HCL gives meaning changes the digest") {
  CHECK_FALSE(same("a = 1\n", "a = 2\n"));
  CHECK_FALSE(same("a = \"x\"\n", "a = \"x \"\n"));
  CHECK_FALSE(same("a = \"# x\"\n", "a = \"\"\n"));
  CHECK_FALSE(same("a = b\n", "a = \"b\"\n"));
  CHECK_FALSE(same("a = <<EOT\n# x\nEOT\n", "a = <<EOT\nEOT\n"));
  CHECK_FALSE(same("a = <<EOT\n x\nEOT\n", "a = <<EOT\nx\nEOT\n"));
  CHECK_FALSE(same("a = <<EOT\nx\nEOT\n", "a = <<-EOT\nx\nEOT\n"));
  CHECK_FALSE(same("a = <<EOT\nx\nEOT\n", "a = <<EOT\r\nx\r\nEOT\r\n"));
  CHECK_FALSE(same("a = \"x ${y}\"\n", "a = \"x ${~y}\"\n"));
}

TEST_CASE("a newline that ends something counts, one within brackets does not") {
  CHECK_FALSE(same("a = 1\nb = 2\n", "a = 1 b = 2\n"));
  CHECK(same("a = f(1, 2)\n", "a = f(\n  1,\n  2\n)\n"));
  CHECK(same("a = \"${b}\"\n", "a = \"${\n  b\n}\"\n"));
  CHECK_FALSE(same("a = ({\n  b = 1\n  c = 2\n})\n", "a = ({\n  b = 1 c = 2\n})\n"));
  CHECK_FALSE(same("a b {\n}\n", "a b\n{\n}\n"));
}

TEST_CASE("words that stand together differ from words apart") {
  CHECK_FALSE(same("ab c {}\n", "a bc {}\n"));
  CHECK_FALSE(same("a = 12\n", "a = 1 2\n"));
}

TEST_CASE("white space between JSON's tokens does not count, within strings it does") {
  CHECK(same_json(R"({"a": [1, true]})", "{\n\t\"a\" : [ 1,true ]\r\n}\n"));
  CHECK_FALSE(same_json(R"({"a": "b c"})", R"({"a": "bc"})"));
  CHECK_FALSE(same_json(R"({"a": "\"b c"})", R"({"a": "\"bc"})"));
  CHECK_FALSE(same_json("[1 2]", "[12]"));
  CHECK_FALSE(same_json(R"({"a":1,"b":2})", R"({"b":2,"a":1})"));
}

TEST_CASE("a comment of JSON's outermost object does not count, wherever it stands among the others") {
  for (const std::string_view commented :
       {R"({"//": "x", "a": 1, "b": {}})", R"({"a": 1, "//": "x", "b": {}})", R"({"a": 1, "b": {}, "//": "x"})",
        R"({"//": "x", "//": "y", "a": 1, "b": {}, "//": "{"})"})
    CHECK(same_json(commented, R"({"a": 1, "b": {}})"));
  CHECK(same_json(R"({"//": "x"})", "{}"));
}

TEST_CASE("what looks like a comment of JSON elsewhere counts") {
  CHECK_FALSE(same_json(R"({"a": {"//": "x"}})", R"({"a": {}})"));
  CHECK_FALSE(same_json(R"({"a": "//"})", R"({"a": "x"})"));
  CHECK_FALSE(same_json(R"([{"//": "x"}])", R"([{}])"));
  CHECK_FALSE(same_json(R"({"//": {"a": 1}})", "{}"));
  CHECK_FALSE(same_json(R"({"//": "\q"})", "{}"));
  CHECK_FALSE(same_json("{\"//\": \"\n\"}", "{}"));
  CHECK_FALSE(same_json(R"({"//": "x" "a": 1})", R"({"a": 1})"));
  CHECK_FALSE(same_json(R"({"a": 1 "//": "x"})", R"({"a": 1})"));
  CHECK_FALSE(same_json(R"({"a": 1, "//": "x",})", R"({"a": 1})"));
}
