#include "yaml/read.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/ruby.hpp"

using namespace statelane;

namespace {

/// The value; faults fail the test.
yaml::Value read(std::string_view text) {
  Diagnostics diagnostics;
  const auto value = yaml::read_strictly(text, RepoPath::of("ci.yml"), diagnostics);
  for (const Diagnostic& fault : diagnostics.sorted()) FAIL(render_diagnostic(fault));
  REQUIRE(value.has_value());
  return *value;
}

/// The one diagnostic, whole.
std::string fault_of(std::string_view text) {
  Diagnostics diagnostics;
  CHECK_FALSE(yaml::read_strictly(text, RepoPath::of("ci.yml"), diagnostics).has_value());
  const auto faults = diagnostics.sorted();
  REQUIRE(faults.size() == 1);
  return render_diagnostic(faults.front());
}

/// As Ruby's `JSON.generate` writes maps, lists, integers and short strings.
std::string to_json(const yaml::Value& value) {
  if (const std::string* text = value.as_string()) return '"' + *text + '"';
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  std::string inner;
  if (const auto* list = value.as_list()) {
    for (const yaml::Value& item : *list) inner += (inner.empty() ? "" : ",") + to_json(item);
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
  const yaml::Value value = read("a: on\nb: \"on\"\nc: 017\nd: '017'\ne:\nf: 1.10\n");
  CHECK(*value.find("a") == yaml::Value(true));
  CHECK(*value.find("b") == yaml::Value("on"));
  CHECK(*value.find("c") == yaml::Value(15));
  CHECK(*value.find("d") == yaml::Value("017"));
  CHECK(std::holds_alternative<std::nullptr_t>(value.find("e")->data));
  CHECK(std::get<double>(value.find("f")->data) == 1.1);
}

TEST_CASE("aliases are expanded, and << lays a map below the keys that follow it") {
  const yaml::Value value = read("base: &base {a: 1, b: 2}\njob:\n  <<: *base\n  b: 3\nlist: [*base]\n");
  CHECK(*value.find("job")->find("a") == yaml::Value(1));
  CHECK(*value.find("job")->find("b") == yaml::Value(3));
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
  const yaml::Value value = read("job:\n  script: !reference [.base, script]\n");
  const yaml::Value* script = value.find("job")->find("script");
  CHECK(std::get<yaml::Value::Reference>(script->data).path == std::vector<std::string>{".base", "script"});
  CHECK(script->spot.begin.line == 2);
}

TEST_CASE("an empty text is null") {
  CHECK(std::holds_alternative<std::nullptr_t>(read("").data));
  CHECK(std::holds_alternative<std::nullptr_t>(read("# only a comment\n").data));
}

TEST_CASE("what YAML does not allow is told in words for the person who wrote it") {
  const auto first_line = [](std::string_view text) {
    const std::string fault = fault_of(text);
    return fault.substr(0, fault.find('\n'));
  };
  CHECK(first_line("a: {b: 1\n") == "ci.yml:2:1: error: a map that begins with \"{\" is not closed with \"}\"");
  CHECK(first_line("- a\nb: 1\n") ==
        "ci.yml:2:1: error: this line belongs to nothing above it: what belongs together stands in one column");
  CHECK(first_line("a:\n  - b\n  c: d\n") ==
        "ci.yml:3:3: error: this line belongs to no map: each key ends with \": \", all keys in one column");
  CHECK(first_line("a: b: c\n") ==
        "ci.yml:1:5: error: \": \" stands in a text without quotes, or a key in the wrong column: quote the text");
  CHECK(first_line("a: - b\n") ==
        "ci.yml:1:4: error: \"- \" stands where no list can begin: start the list on a line of its own");
  CHECK(first_line("a: ]\n") == "ci.yml:1:4: error: \"]\" or \"}\" closes nothing: quote the text, or remove it");
  CHECK(first_line("a: `x`\n") == "ci.yml:1:4: error: no value begins with this character: quote the text");
  CHECK(first_line("a: \"\\q\"\n") ==
        "ci.yml:1:7: error: unknown escape in double quotes: write \"\\\\\" for a backslash, or use single quotes");
  CHECK(first_line("a: \"\\xzz\"\n") ==
        "ci.yml:1:9: error: hexadecimal digits must follow \"\\x\", \"\\u\" and \"\\U\"");
  CHECK(first_line("a: \"\\uD800\"\n") == "ci.yml:1:11: error: this escape stands for no character");
  CHECK(first_line("a: *\n") == "ci.yml:1:5: error: a name must follow \"*\": quote a text that begins with it");
  CHECK(first_line("a: & b\n") == "ci.yml:1:5: error: a name must follow \"&\": quote a text that begins with it");
  CHECK(first_line("a: *x\n") == "ci.yml:1:4: error: no anchor (\"&name\") of this name stands before");
  CHECK(first_line("a: &x &y b\n") == "ci.yml:1:7: error: one value has two anchors (\"&name\")");
  CHECK(first_line("a: !x !y b\n") == "ci.yml:1:7: error: one value has two tags (\"!name\")");
  CHECK(first_line("a: 1\nb\n") ==
        "ci.yml:2:1: error: a key without \":\": write it, or join the text to what it belongs to");
  for (const char* text : {"a: 1\nb\n", "a: 1\n[b]\n", "- a\nb\n", "[a]\nb: 1\n", "{a: 1}\nb: 1\n", "a\nb: 1\n"}) {
    CAPTURE(text);
    CHECK(first_line(text) != "");
  }
}

TEST_CASE("each fault is told with its place") {
  CHECK(fault_of("a: 1\nb: [1, 2\n") == "ci.yml:3:1: error: a list that begins with \"[\" is not closed with \"]\"\n");
  CHECK(fault_of("a: 1\na: 2\n") ==
        "ci.yml:2:1: error: \"a\" stands here twice, and the one in line 1 is dropped\n"
        "    2 | a: 2\n"
        "      | ^\n");
  CHECK(fault_of("a: \"open\nb: 2\n") ==
        "ci.yml:1:4: error: the quote is not closed\n"
        "    1 | a: \"open\n"
        "      |    ^\n");
  CHECK(fault_of("on: push\n") ==
        "ci.yml:1:1: error: \"on\" is true or false to GitLab's parser, no key\n"
        "    1 | on: push\n"
        "      | ^^\n"
        "hint: put it in quotes\n");
  CHECK(message_of("a: 2024-01-01\n") ==
        "ci.yml:1:4: error: \"2024-01-01\" is a date, a time or a symbol to GitLab's parser");
  CHECK(message_of("a: !!binary aGk=\n") == "ci.yml:1:4: error: GitLab refuses the tag \"tag:yaml.org,2002:binary\"");
  CHECK(message_of("a: 1\nb: \xff\n") == "ci.yml:2:4: error: these bytes are not UTF-8");
  CHECK(message_of("a: 1\n---\nb: 2\n") == "ci.yml:3:1: error: more than one YAML document");
  CHECK(message_of(std::string_view("a: \0b\n", 6)) == "ci.yml:1:4: error: a NUL byte stands here");
  CHECK(message_of("a:\n\tb: 1\n") == "ci.yml:2:1: error: a tab stands in the indentation; YAML takes spaces only");
  CHECK(message_of("a: *nowhere\n") == "ci.yml:1:4: error: no anchor (\"&name\") of this name stands before");
  CHECK(message_of("a:\n  <<: [3]\n") == "ci.yml:2:8: error: << takes a map or a list of maps");
  CHECK(message_of("a: !reference [[b], c]\n") == "ci.yml:1:16: error: !reference takes a list of names");
}

TEST_CASE("a key that came through << and stands behind it is no duplicate, one that stands twice is") {
  CHECK(*read("x: &x {a: 1}\ny: {<<: *x, a: 2}\n").find("y")->find("a") == yaml::Value(2));
  CHECK(message_of("x: &x {a: 1}\ny: {a: 2, <<: *x, a: 3}\n") ==
        "ci.yml:2:19: error: \"a\" stands here twice, and the one in line 1 is dropped");
}

TEST_CASE("hostile texts are refused before they cost much") {
  CHECK(message_of(std::string(10'000, '[')) == "ci.yml:1:1: error: a list cannot be a key");
  std::string nested = "a: ";
  for (int level = 0; level < 200; ++level) nested += "{a: ";
  CHECK(message_of(nested + "1" + std::string(200, '}')).find("nested deeper than 100 levels") != std::string::npos);
  std::string aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 10; ++level) {
    aliases += fmt::format("a{}: &a{} [", level, level);
    for (int count = 0; count < 10; ++count) aliases += fmt::format("{}*a{}", count == 0 ? "" : ", ", level - 1);
    aliases += "]\n";
  }
  CHECK(message_of(aliases).find("more than 300000 values, aliases counted each time") != std::string::npos);
  CHECK(message_of(std::string(100'000'000, 'a')) == "ci.yml:1:1: error: larger than 2097152 bytes");
  CHECK(message_of("a: &a [*a]\n").find("error: ") != std::string::npos);
}
