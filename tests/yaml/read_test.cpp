#include "yaml/read.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "support/ruby.hpp"

namespace yaml = statelane::yaml;

namespace {

using Lines = std::vector<std::string>;

/// The first document, if nothing ended the reading; the fault and the remarks with their places.
struct ReadResult {
  std::optional<yaml::Value> document;
  Lines faults;
};

std::string describe(const yaml::Fault& fault) {
  constexpr const char* kinds[] = {"syntax", "value", "reference", "too large", "duplicate", "merge", "tag"};
  return fmt::format("{}:{}: {}: {}", fault.spot.begin.line, fault.spot.begin.column,
                     kinds[static_cast<std::size_t>(fault.kind)], fault.message);
}

ReadResult read(const std::string& text) {
  const yaml::Reading reading = yaml::read(text);
  ReadResult result;
  if (reading.fault) result.faults.push_back(describe(*reading.fault));
  for (const yaml::Fault& remark : reading.remarks) result.faults.push_back(describe(remark));
  if (!reading.fault) result.document = reading.documents.empty() ? yaml::Value() : reading.documents.front();
  return result;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      result += std::string("\\") + letter;
    } else if (letter == '\n') {
      result += "\\n";
    } else if (letter == '\t') {
      result += "\\t";
    } else {
      result += letter;
    }
  }
  return result + "\"";
}

/// As Ruby's `JSON.generate` writes it.
std::string to_json(const yaml::Value& node) {
  if (const auto* text = node.as_string()) return quoted(*text);
  if (const auto* number = node.as_integer()) return std::to_string(*number);
  if (const auto* truth = node.as_bool()) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&node.data)) {
    if (std::isinf(*number)) return *number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return *number == std::floor(*number) ? fmt::format("{:.1f}", *number) : fmt::format("{}", *number);
  }
  std::string result;
  if (const auto* list = node.as_list()) {
    for (const yaml::Value& item : *list) result += (result.empty() ? "" : ",") + to_json(item);
    return "[" + result + "]";
  }
  if (const auto* map = node.as_map()) {
    for (const yaml::Value::Entry& entry : *map) {
      result += (result.empty() ? "" : ",") + quoted(entry.key) + ":" + to_json(entry.value);
    }
    return "{" + result + "}";
  }
  return "null";
}

/// A map of random shape with values that YAML 1.1 types, anchors, aliases and merges.
class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed) {}

  std::string make() {
    std::string text =
        "base: &base\n  a: 1\n  b: " + scalar() + "\nother: &other {b: " + scalar() + ", c: [x, *base]}\n";
    for (int key = 0; key < 6; ++key) text += entry(key);
    return text;
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  std::string scalar() {
    static const std::vector<std::string> scalars = {
        "yes",         "No",   "on",      "017",  "0x1F", "1_000", "1:30",  "1e3",   "1.5",
        "~",           "null", "\"yes\"", "'no'", "x y",  ".5",    "1,000", "-3",    "0b11",
        "+7",          "089",  "\"017\"", "a#b",  "main", "12e03", "v1.2",  "1.2.3", "!!str 12",
        "\"\\u00e9\"", "é",    "-",       ".",    "0",    "00",    "1__0",  ".inf",  "-.INF"};
    return scalars[pick(scalars.size())];
  }

  std::string entry(int key) {
    const std::string name = "k" + std::to_string(pick(5));
    switch (pick(9)) {
      case 0: return name + ": " + scalar() + "\n";
      case 1: return name + ":\n  - " + scalar() + "\n  - [" + flow() + "]\n";
      case 2: return name + ":\n  x: " + scalar() + "\n  <<: *base\n  b: " + scalar() + "\n";
      case 3: return name + ":\n  <<: [*base, *other]\n  z: " + scalar() + "\n";
      case 7: return name + ": {b: 1, <<: [*other, *base], \"<<\": {c: " + flow() + "}, a: 2}\n";
      case 8: return name + ": {l: &list [*other], <<: *list, b: 3}\n";
      case 4: return name + ": |\n  one\n   two\n\n  three\n";
      case 5: return name + ": >-\n  one\n  two\n\n  three\n";
      default: return name + ": {u: " + flow() + ", v: " + std::to_string(key) + ", b: *other}\n";
    }
  }

  std::string flow() {
    std::string text = scalar();
    return text == "-" || text == "." || text == "1,000" ? "x" : text;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a document is typed as YAML 1.1 and keeps the places of keys and values") {
  const auto [document, faults] = read("job:\n  retry: 017\n  \"script\": [\"yes\", yes]\n");
  REQUIRE(document);
  CHECK(faults.empty());
  const yaml::Value* job = document->find("job");
  CHECK(*job->find("retry")->as_integer() == 15);
  const yaml::Value::Entry* script = job->find_entry("script");
  CHECK(script->spot().begin.line == 3);
  CHECK(script->spot().begin.column == 3);
  CHECK(script->spot().length == 8);
  CHECK(script->value.as_list()->at(0).as_string() != nullptr);
  CHECK(*script->value.as_list()->at(1).as_bool());
}

TEST_CASE("of equal keys the last one counts, and that is reported") {
  const auto [document, faults] = read("a: 1\nb: 2\na: 3\n");
  CHECK(*document->find("a")->as_integer() == 3);
  CHECK(faults == Lines{"3:1: duplicate: \"a\" stands here twice, and the one in line 1 is dropped"});
}

TEST_CASE("a merge below a key overrides it, as in Psych, and that is reported") {
  const auto [document, faults] = read(".x: &x {image: a, tags: b}\njob:\n  image: c\n  <<: *x\n  tags: d\n");
  CHECK(*document->find("job")->find("image")->as_string() == "a");
  CHECK(*document->find("job")->find("tags")->as_string() == "d");
  CHECK(faults == Lines{"4:3: merge: this << replaces \"image\", which stands above it"});
}

TEST_CASE("a merge above the keys is laid below them in silence") {
  const auto [document, faults] = read(".x: &x {image: a}\njob:\n  <<: *x\n  image: c\n");
  CHECK(*document->find("job")->find("image")->as_string() == "c");
  CHECK(faults.empty());
}

TEST_CASE("what GitLab would refuse to read is a fault with its place") {
  CHECK(read("a: [\n").faults == Lines{"2:1: syntax: a list that begins with \"[\" is not closed with \"]\""});
  CHECK(read("a: \"x\nb: y\n").faults == Lines{"1:4: syntax: the quote is not closed"});
  CHECK(read("on: x\n").faults == Lines{"1:1: value: \"on\" is true or false to GitLab's parser, no key"});
  CHECK(read("a: 2024-01-01\n").faults ==
        Lines{"1:4: value: \"2024-01-01\" is a date, a time or a symbol to GitLab's parser"});
  CHECK(read("a: \xFF\n").faults == Lines{"1:4: syntax: these bytes are not UTF-8"});
  CHECK(read("a: &x [*x]\n").faults == Lines{"1:8: syntax: the alias stands inside its own anchor"});
}

TEST_CASE("an empty text holds no document") {
  CHECK(yaml::read("").documents.empty());
  CHECK(read("# nothing\n").document->is_null());
}

TEST_CASE("documents are parted at lines that begin with dashes, and places count from the beginning of the file") {
  const yaml::Reading reading = yaml::read("spec:\n  inputs:\n    x:\n---\njob:\n  script: x\n");
  REQUIRE(reading.documents.size() == 2);
  CHECK(reading.documents[0].find("spec") != nullptr);
  CHECK(reading.documents[1].find_entry("job")->spot().begin.line == 5);
  CHECK(yaml::read("--- \na: 1\n").documents.size() == 1);
}

TEST_CASE("a number is a key by its digits, as a variable's name may be one") {
  CHECK(*read("variables: {1: x, 0x1F: y}\n").document->find("variables")->find("31")->as_string() == "y");
  CHECK(*read("variables: {1: x}\n").document->find("variables")->find("1")->as_string() == "x");
}

TEST_CASE("a tag that Psych does not know is passed over, one that makes an object of Ruby is refused") {
  const auto [document, faults] = read("a: !secret 017\nb: !!int \"3\"\nc: !!str 12\nd: !Ref [x]\n");
  CHECK(*document->find("a")->as_integer() == 15);
  CHECK(*document->find("b")->as_integer() == 3);
  CHECK(*document->find("c")->as_string() == "12");
  CHECK(document->find("d")->as_list()->size() == 1);
  CHECK(faults == Lines{"1:4: tag: GitLab does not know the tag \"!secret\" and reads the value without it",
                        "4:4: tag: GitLab does not know the tag \"!Ref\" and reads the value without it"});
  CHECK(read("a: !ruby/object:Foo {}\n").faults == Lines{"1:4: syntax: GitLab refuses the tag \"!ruby/object:Foo\""});
  CHECK(read("a: !reference x\n").faults == Lines{"1:4: reference: !reference takes a list of names"});
  CHECK(read("a: !reference [[b], c]\n").faults == Lines{"1:16: reference: !reference takes a list of names"});
}

TEST_CASE("hostile texts end soon, with a finding") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 30; ++level) {
    laughs += fmt::format("a{}: &a{} [", level, level);
    for (int each = 0; each < 10; ++each) laughs += fmt::format("{}*a{}", each == 0 ? "" : ", ", level - 1);
    laughs += "]\n";
  }
  CHECK(read(laughs).faults.at(0).find("too large: more than 300000 values, aliases counted each time") !=
        std::string::npos);
  CHECK(read(std::string(100'000, '[')).faults.size() == 1);
  CHECK(read("a: " + std::string(150, '[') + std::string(150, ']')).faults ==
        Lines{"1:103: too large: nested deeper than 100 levels"});
  CHECK(read(std::string(3 << 20, 'x')).faults.at(0).find("too large: larger than 2097152 bytes") != std::string::npos);
  CHECK(read(",").document->is_null());
}

TEST_CASE("values and merges are those of Psych on random texts") {
  if (!statelane::support::has_ruby()) return;
  std::vector<std::string> texts;
  for (unsigned seed = 0; seed < 2000; ++seed) texts.push_back(RandomText(seed).make());
  const std::vector<std::string> answers = statelane::support::ask_psych(texts);
  std::size_t read_by_both = 0;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    const auto [document, faults] = read(texts[index]);
    CAPTURE(texts[index]);
    const std::string ours = document ? "[" + to_json(*document) + "]" : "refused";
    REQUIRE(ours == answers[index]);
    read_by_both += document ? 1 : 0;
  }
  CHECK(read_by_both > 1500);
}

TEST_CASE("a question mark inside a plain scalar is one of its characters, between braces too") {
  const auto first = [](const std::string& text) {
    const auto reading = statelane::yaml::read(text);
    REQUIRE_MESSAGE(!reading.fault, text);
    return reading.documents.at(0);
  };
  using statelane::yaml::Value;
  CHECK(*first("{if: $A =~ /^v?1/, b: sure?, c: d}").find("if") == Value("$A =~ /^v?1/"));
  CHECK(*first("{if: x ?y, b: sure?}").find("b") == Value("sure?"));
  CHECK(*first("{if: x ?y}").find("if") == Value("x ?y"));
  CHECK(*first("{a: \"?\", b: '?'}").find("a") == Value("?"));
  CHECK(first("{a?: b}").find("a?") != nullptr);
  CHECK(first("? a\n: b\n").find("a") != nullptr);
  CHECK(first("- ? a\n  : b\n").as_list()->front().find("a") != nullptr);
  CHECK(*first("a: |\n  why?\n").find("a") == Value("why?\n"));
  CHECK(*first("a: why?\n").find("a") == Value("why?"));
}
