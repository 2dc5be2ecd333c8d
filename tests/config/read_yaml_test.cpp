#include "config/read_yaml.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/ruby.hpp"

using namespace statelane;
using config::read_yaml;

namespace {

/// The value; faults fail the test.
YamlValue read(std::string_view text) {
  Diagnostics diagnostics;
  const auto value = read_yaml(text, RepoPath::of("ci.yml"), diagnostics);
  for (const Diagnostic& fault : diagnostics.sorted()) FAIL(render_diagnostic(fault));
  REQUIRE(value.has_value());
  return *value;
}

/// The one diagnostic, whole.
std::string fault_of(std::string_view text) {
  Diagnostics diagnostics;
  CHECK_FALSE(read_yaml(text, RepoPath::of("ci.yml"), diagnostics).has_value());
  const auto faults = diagnostics.sorted();
  REQUIRE(faults.size() == 1);
  return render_diagnostic(faults.front());
}

/// As Ruby's `JSON.generate` writes maps, lists, integers and short strings.
std::string to_json(const YamlValue& value) {
  if (const std::string* text = value.as_string()) return '"' + *text + '"';
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  std::string inner;
  if (const auto* list = value.as_list()) {
    for (const YamlValue& item : *list) inner += (inner.empty() ? "" : ",") + to_json(item);
    return "[" + inner + "]";
  }
  REQUIRE(value.as_map() != nullptr);
  for (const auto& [key, item] : *value.as_map())
    inner += fmt::format("{}\"{}\":{}", inner.empty() ? "" : ",", key, to_json(item));
  return "{" + inner + "}";
}

std::string message_of(std::string_view text) {
  const std::string whole = fault_of(text);
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

TEST_CASE("scalars are typed as GitLab types them, and quotes make strings") {
  const YamlValue value = read("a: on\nb: \"on\"\nc: 017\nd: '017'\ne:\nf: 1.10\n");
  CHECK(*value.find("a") == YamlValue(true));
  CHECK(*value.find("b") == YamlValue("on"));
  CHECK(*value.find("c") == YamlValue(15));
  CHECK(*value.find("d") == YamlValue("017"));
  CHECK(std::holds_alternative<std::nullptr_t>(value.find("e")->data));
  CHECK(std::get<double>(value.find("f")->data) == 1.1);
}

TEST_CASE("aliases are expanded, and << lays a map below the keys that follow it") {
  const YamlValue value = read("base: &base {a: 1, b: 2}\njob:\n  <<: *base\n  b: 3\nlist: [*base]\n");
  CHECK(*value.find("job")->find("a") == YamlValue(1));
  CHECK(*value.find("job")->find("b") == YamlValue(3));
  CHECK(value.find("list")->as_list()->front() == *value.find("base"));
}

TEST_CASE("<< merges where it stands, as Psych does: keys above it are overridden, keys below it win") {
  if (!support::has_ruby()) return;
  const std::string bases = "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\njob:\n";
  std::vector<std::string> texts;
  for (const char* job :
       {"  <<: *base\n  b: 9\n", "  b: 9\n  <<: *base\n", "  a: 8\n  <<: *base\n  b: 9\n", "  <<: [*base, *other]\n",
        "  <<: [*other, *base]\n  c: 9\n", "  b: 9\n  <<: [*other, *base]\n", "  <<: *base\n  <<: *other\n",
        "  <<: *other\n  z: 7\n  <<: *base\n", "  \"<<\": *base\n", "  <<: {a: 5, d: 6}\n  d: 7\n",
        "  b: 9\n  <<: {b: {c: 1}}\n"}) {
    texts.push_back(bases + job);
  }
  const std::vector<std::string> answers = support::ask_psych(texts);
  for (std::size_t index = 0; index < texts.size(); ++index) {
    CAPTURE(texts[index]);
    CHECK("[" + to_json(read(texts[index])) + "]" == answers[index]);
  }
}

TEST_CASE("a reference keeps its path, and every value its place") {
  const YamlValue value = read("job:\n  script: !reference [.base, script]\n");
  const YamlValue* script = value.find("job")->find("script");
  CHECK(std::get<YamlValue::Reference>(script->data).path == std::vector<std::string>{".base", "script"});
  CHECK(script->pos.line == 2);
}

TEST_CASE("an empty text is null") {
  CHECK(std::holds_alternative<std::nullptr_t>(read("").data));
  CHECK(std::holds_alternative<std::nullptr_t>(read("# only a comment\n").data));
}

TEST_CASE("each fault is told with its place") {
  CHECK(fault_of("a: 1\nb: [1, 2\n") == "ci.yml:3:1: error: end of sequence flow not found\n");
  CHECK(fault_of("a: 1\na: 2\n") ==
        "ci.yml:2:1: error: the key \"a\" stands here twice\n"
        "    2 | a: 2\n"
        "      | ^^^^\n");
  CHECK(fault_of("a: \"open\nb: 2\n") ==
        "ci.yml:1:4: error: the quote is not closed\n"
        "    1 | a: \"open\n"
        "      |    ^^^^^\n");
  CHECK(fault_of("on: push\n") ==
        "ci.yml:1:1: error: a key has to be a string; put it in quotes\n"
        "    1 | on: push\n"
        "      | ^^^^^^^^\n");
  CHECK(message_of("a: 2024-01-01\n") ==
        "ci.yml:1:4: error: \"2024-01-01\" is a date or symbol to YAML; put it in quotes");
  CHECK(message_of("a: !!binary aGk=\n") == "ci.yml:1:4: error: unknown tag \"tag:yaml.org,2002:binary\"");
  CHECK(message_of("a: 1\nb: \xff\n") == "ci.yml:2:4: error: these bytes are not UTF-8");
  CHECK(message_of("a: 1\n---\nb: 2\n") == "ci.yml:1:1: error: more than one YAML document");
  CHECK(message_of(std::string_view("a: \0b\n", 6)) == "ci.yml:1:1: error: a NUL byte stands in the file");
  CHECK(message_of("a:\n\tb: 1\n") == "ci.yml:2:1: error: a tab stands in the indentation; YAML takes spaces only");
  CHECK(message_of("a: *nowhere\n") == "ci.yml:1:4: error: the referenced anchor is not defined");
  CHECK(message_of("a:\n  <<: 3\n") == "ci.yml:2:3: error: << takes a map or a list of maps");
  CHECK(message_of("a: !reference [[b], c]\n") == "ci.yml:1:4: error: !reference takes a list of names");
  CHECK(message_of("a: &a [{b: 1}]\nc:\n  <<: *a\n") == "ci.yml:3:3: error: << takes no alias of a list");
}

TEST_CASE("a key that came through << and stands behind it is no duplicate, one that stands twice is") {
  CHECK(*read("x: &x {a: 1}\ny: {<<: *x, a: 2}\n").find("y")->find("a") == YamlValue(2));
  CHECK(message_of("x: &x {a: 1}\ny: {a: 2, <<: *x, a: 3}\n") == "ci.yml:2:19: error: the key \"a\" stands here twice");
}

TEST_CASE("hostile texts are refused before they cost much") {
  CHECK(message_of(std::string(10'000, '[')).find("nested too deeply") != std::string::npos);
  std::string nested = "a: ";
  for (int level = 0; level < 200; ++level) nested += "{a: ";
  CHECK(message_of(nested + "1" + std::string(200, '}')).find("nested deeper than 100 levels") != std::string::npos);
  std::string aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 10; ++level) {
    aliases += fmt::format("a{}: &a{} [", level, level);
    for (int count = 0; count < 10; ++count) aliases += fmt::format("{}*a{}", count == 0 ? "" : ", ", level - 1);
    aliases += "]\n";
  }
  CHECK(message_of(aliases).find("more than 1000000 values; aliases count each time") != std::string::npos);
  CHECK(message_of(std::string(100'000'000, 'a')) == "ci.yml:1:1: error: larger than 2097152 bytes");
  CHECK(message_of("a: &a [*a]\n").find("error: ") != std::string::npos);
}
