#include "emit/write_yaml.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <set>
#include <stdexcept>

#include "other_readers.hpp"

namespace yaml = statelane::yaml;
using statelane::emit::write_yaml;
using statelane::pipeline::Job;
using statelane::pipeline::Pipeline;
using List = yaml::Value::List;
using Map = yaml::Value::Map;

TEST_CASE("strings are double-quoted, everything else is plain") {
  CHECK(write_yaml(Map{{"when", "manual"}, {"allow_failure", false}, {"max", 2}, {"nothing", yaml::Value{}}}) ==
        "when: \"manual\"\nallow_failure: false\nmax: 2\nnothing: null\n");
  CHECK(write_yaml(yaml::Value("on")) == "\"on\"\n");
}

TEST_CASE("keys are plain only where no reader can take them for something else") {
  const Map map = {{"script", 1}, {"a/b.c-d_e", 1}, {".hidden-job", 1}, {"on", 1},   {"Yes", 1},
                   {"n", 1},      {"1.10", 1},      {".5", 1},          {".inf", 1}, {":sym", 1},
                   {"a b", 1},    {"", 1},          {"plan: a", 1},     {"<<", 1}};
  CHECK(write_yaml(map) ==
        "script: 1\na/b.c-d_e: 1\n.hidden-job: 1\n\"on\": 1\n\"Yes\": 1\n\"n\": 1\n\"1.10\": 1\n"
        "\".5\": 1\n\".inf\": 1\n\":sym\": 1\n\"a b\": 1\n\"\": 1\n\"plan: a\": 1\n\"<<\": 1\n");
}

TEST_CASE("lists and maps of scalars stand on one line while they fit") {
  CHECK(write_yaml(Map{{"stages", List{"plan", "apply"}}, {"needs", List{Map{{"job", "a"}, {"artifacts", true}}}}}) ==
        "stages: [\"plan\", \"apply\"]\nneeds:\n  - {job: \"a\", artifacts: true}\n");
  const std::string long_name(70, 'x');
  CHECK(write_yaml(Map{{"paths", List{long_name, long_name}}}) ==
        "paths:\n  - \"" + long_name + "\"\n  - \"" + long_name + "\"\n");
  CHECK(write_yaml(Map{{"rules", List{Map{{"changes", List{long_name, long_name}}, {"when", "always"}}}}}) ==
        "rules:\n  - changes:\n      - \"" + long_name + "\"\n      - \"" + long_name + "\"\n    when: \"always\"\n");
}

TEST_CASE("empty lists and maps are written as such") {
  CHECK(write_yaml(Map{{"needs", List{}}, {"variables", Map{}}}) == "needs: []\nvariables: {}\n");
}

TEST_CASE("several lines are a literal block where that keeps the value") {
  CHECK(write_yaml(Map{{"script", List{"set -e\n\n  ls\n", "one"}}, {"text", "a\nb"}}) ==
        "script:\n  - |\n    set -e\n\n      ls\n  - \"one\"\ntext: |-\n  a\n  b\n");
  CHECK(write_yaml(Map{{"a", " x\ny"}, {"b", "x \ny"}, {"c", "x\n\n"}, {"d", "x\r\ny"}, {"e", "\n"}}) ==
        "a: \" x\\ny\"\nb: \"x \\ny\"\nc: \"x\\n\\n\"\nd: \"x\\r\\ny\"\ne: \"\\n\"\n");
}

TEST_CASE("what a reader would refuse or take for a line break is escaped") {
  CHECK(write_yaml(yaml::Value("\"\\\t\x01\x7F\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF\xF0\x9F\xBF\xBF é🚀")) ==
        "\"\\\"\\\\\\t\\x01\\x7f\\x85\\u2028\\ufeff\\U0001ffff é🚀\"\n");
}

TEST_CASE("a string that is not UTF-8 is never written as something else") {
  CHECK_THROWS_WITH_AS(write_yaml(yaml::Value("a\xFF")), "a string for YAML is not UTF-8", std::logic_error);
}

TEST_CASE("numbers keep their type") {
  CHECK(write_yaml(List{yaml::Value(-3)}) == "- -3\n");
  yaml::Value large;
  large.data = 1e30;
  yaml::Value half;
  half.data = 0.5;
  const yaml::Value document = Map{{"large", large}, {"half", half}};
  CHECK(write_yaml(document) == "large: 1.0e+30\nhalf: 0.5\n");
  check_other_readers(write_yaml(document), document);
}

TEST_CASE("what is no finite number is written as YAML names it") {
  yaml::Value most, least, none;
  most.data = std::numeric_limits<double>::infinity();
  least.data = -std::numeric_limits<double>::infinity();
  none.data = std::numeric_limits<double>::quiet_NaN();
  CHECK(write_yaml(List{most, least, none}) == "- .inf\n- -.inf\n- .nan\n");
}

TEST_CASE("a key of 120 bytes is plain, a longer one is quoted") {
  const std::string longest(120, 'k');
  CHECK(write_yaml(Map{{longest, 1}}) == longest + ": 1\n");
  CHECK(write_yaml(Map{{longest + "k", 1}}).starts_with("\"k"));
}

TEST_CASE("a line that begins with a tab, or ends with one, is in no literal block") {
  CHECK(write_yaml(Map{{"a", "x\n\ty"}, {"b", "\tx\ny"}, {"c", "x\t\ny"}}) ==
        "a: \"x\\n\\ty\"\nb: \"\\tx\\ny\"\nc: \"x\\t\\ny\"\n");
}

TEST_CASE("a reference keeps its tag") {
  yaml::Value reference;
  reference.data = yaml::Value::Reference{{".setup", "script"}};
  CHECK(write_yaml(Map{{"script", List{reference, "ls"}}}) ==
        "script: [!reference [\".setup\", \"script\"], \"ls\"]\n");
}

TEST_CASE("a pipeline is written as head, globals, templates and jobs") {
  Pipeline pipeline;
  pipeline.comments = {"made by a test", "", "--- no document start: a\nb\xE2\x80\xA8\xFF"};
  pipeline.globals = {{"stages", List{"plan"}}, {"variables", Map{{"A", "1"}}}};
  pipeline.templates = {{".base", {}, {{"script", List{"true"}}}}};
  pipeline.jobs = {{"plan: a", {"because of a"}, {{"extends", ".base"}}}};
  CHECK(write_yaml(pipeline) == R"(# made by a test
#
# --- no document start: a\nb\u2028\xff

stages: ["plan"]

variables: {A: "1"}

.base:
  script: ["true"]

# because of a
"plan: a":
  extends: ".base"
)");
}

namespace {

/// Words that YAML 1.1 readers type, indicators, and characters that end lines for some reader.
const std::vector<std::string> hard_strings = {"",
                                               " ",
                                               "  a",
                                               "a ",
                                               "~",
                                               "null",
                                               "Null",
                                               "yes",
                                               "NO",
                                               "on",
                                               "off",
                                               "y",
                                               "N",
                                               "true",
                                               "False",
                                               "1",
                                               "1.10",
                                               "017",
                                               "0x1F",
                                               "0b101",
                                               "0o17",
                                               "1_000",
                                               "1,000",
                                               "1:30",
                                               "08:30",
                                               "190:20:30",
                                               "1e3",
                                               "1.",
                                               ".5",
                                               "-.5",
                                               ".inf",
                                               "-.Inf",
                                               ".NaN",
                                               "+1",
                                               "2024-01-01",
                                               "2024-01-01 10:00:00 +1",
                                               ":sym",
                                               ":",
                                               "a: b",
                                               "a:",
                                               "- a",
                                               "-",
                                               "---",
                                               "--- a",
                                               "...",
                                               "a # b",
                                               "#a",
                                               "&a",
                                               "*a",
                                               "!a",
                                               "!!str a",
                                               "!reference [a]",
                                               "%a",
                                               "@a",
                                               "`a`",
                                               "'",
                                               "''",
                                               "\"",
                                               "\\",
                                               "\\n",
                                               "[",
                                               "]",
                                               "{",
                                               "}",
                                               "{{ a }}",
                                               ",",
                                               "?",
                                               "? a",
                                               "|",
                                               ">",
                                               "=",
                                               "<<",
                                               "a\nb",
                                               "a\n",
                                               "\n",
                                               "a\n\nb\n",
                                               "a\n\n",
                                               "\na",
                                               " a\nb",
                                               "a\n b",
                                               "a\n\tb",
                                               "\ta",
                                               "a\tb",
                                               "a\r\nb",
                                               "\r",
                                               "\x01",
                                               "\x1b[31m",
                                               "\x7f",
                                               "\xC2\x80",
                                               "\xC2\x85",
                                               "\xC2\xA0",
                                               "\xE2\x80\xA8",
                                               "\xE2\x80\xA9",
                                               "\xEF\xBB\xBF",
                                               "a\xEF\xBB\xBF",
                                               "\xEF\xBF\xBE",
                                               "\xEF\xBF\xBF",
                                               "\xEF\xB7\x90",
                                               "é",
                                               "e\xCC\x81",
                                               "日本",
                                               "🚀",
                                               "👩‍🚀",
                                               "\xF4\x8F\xBF\xBF",
                                               "$a",
                                               "${a}",
                                               "$(a)",
                                               "$$",
                                               "%a%",
                                               "a;b",
                                               "a && b",
                                               "<a>",
                                               "a|b",
                                               "~/a",
                                               "$[[ inputs.a ]]"};

class HardStrings {
 public:
  explicit HardStrings(unsigned seed) : random_(seed) {}

  std::string next() {
    if (below(3) == 0) return hard_strings[below(hard_strings.size())];
    const std::size_t pieces = below(20) == 0 ? 30 + below(200) : 1 + below(6);
    std::string text;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      text += below(2) == 0 ? hard_strings[below(hard_strings.size())]
                            : std::string(1, static_cast<char>(0x20 + below(95)));
    }
    return text;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("hard strings as keys and values, in every place, come back with value and type") {
  HardStrings strings(20240229);
  Map document;
  std::set<std::string> seen;
  while (document.size() < 3000) {
    const std::string key = strings.next();
    if (!seen.insert(key).second) continue;
    const std::string a = strings.next();
    const std::string b = strings.next();
    switch (strings.below(6)) {
      case 0: document.emplace_back(key, List{a, b}); break;
      case 1: document.emplace_back(key, Map{{a, b}}); break;
      case 2: document.emplace_back(key, List{Map{{"first", a}, {b, List{a}}}, b}); break;
      case 3: document.emplace_back(key, Map{{"in", Map{{a, List{List{b}, Map{}}}}}}); break;
      default: document.emplace_back(key, a); break;
    }
  }
  check_other_readers(write_yaml(document), document);
}

TEST_CASE("keys longer than readers look ahead come back") {
  Map document;
  for (const std::size_t length : {119U, 121U, 400U, 499U, 501U, 1100U, 5000U}) {
    document.emplace_back(std::string(length, 'k'),
                          Map{{std::string(length, 'i'), List{Map{{std::string(length, 'l'), "v"}}}}});
  }
  check_other_readers(write_yaml(document), document);
}
