#include <doctest/doctest.h>

#include <array>
#include <ctime>
#include <string_view>
#include <vector>

#include "hcl/parse.hpp"
#include "hcl/parse_json.hpp"
#include "hcl/token_digest.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t index = 0; index < count; ++index) result += text;
  return result;
}

struct Outcome {
  std::size_t messages = 0;
  std::string first;  ///< message and hints
  std::string last;
  std::size_t tree_bytes = 0;
};

std::string words_of(const Diagnostic& diagnostic) {
  std::string words = diagnostic.message;
  for (const std::string& hint : diagnostic.hints) words += "\nhint: " + hint;
  return words;
}

/// Reads it in a time of the processor that allows for slow machines and sanitizers, not for quadratic work.
Outcome read(std::string source) {
  const std::clock_t begin = std::clock();
  Diagnostics diagnostics;
  const File file = parse(std::move(source), RepoPath::of("main.tf"), diagnostics);
  CHECK(std::clock() - begin < 20 * CLOCKS_PER_SEC);
  const auto sorted = diagnostics.sorted();
  if (sorted.empty()) return {0, "", "", file.tree_bytes()};
  return {sorted.size(), words_of(sorted.front()), words_of(sorted.back()), file.tree_bytes()};
}

}  // namespace

TEST_CASE("a file of opening brackets is answered at once") {
  const Outcome bare = read(repeat("[", 5'000'000));
  CHECK(bare.messages == 1);
  const Outcome value = read("a = " + repeat("[", 5'000'000));
  CHECK(value.messages == 1);
  CHECK(value.first == "this is nested more than 200 levels deep\nhint: move a part into a value or file of its own");
  CHECK(value.tree_bytes < 1'000'000 * 20);
}

TEST_CASE("blocks nested a hundred thousand deep are reported once, and what is around them is read") {
  const Outcome closed = read(repeat("a {\n", 100'000) + repeat("}\n", 100'000) + "b = 1\n");
  CHECK(closed.messages == 1);
  CHECK(closed.first == "this is nested more than 200 levels deep\nhint: move a part into a value or file of its own");
  const Outcome open = read(repeat("a {\n", 100'000));
  CHECK(open.messages == 2);
}

TEST_CASE("all that nests is bounded") {
  for (const std::string_view piece : {"(", "{a=", "f(", "!", "-", "\"${", "a?", "a[", "[for x in ", "a ? b : ", "a[*]",
                                       "<<A\n${", "\"%{if a}", "a.b(", "{(", "a.*."}) {
    CAPTURE(piece);
    CHECK(read("a = " + repeat(piece, 300'000)).messages >= 1);
  }
}

TEST_CASE("chains are bounded too, since others walk the tree") {
  CHECK(read("a = b" + repeat(".c", 100'000) + "\n").first ==
        "this expression has more than 500 steps\nhint: break it up with local values");
  CHECK(read("a = 1" + repeat(" + 1", 100'000) + "\n").messages == 1);
  CHECK(read("a = b" + repeat(".c", 400) + "\n").messages == 0);
}

TEST_CASE("a thousand faults give fifty messages") {
  const Outcome outcome = read(repeat("a = =\nb\n", 1000));
  CHECK(outcome.messages == 50);
  CHECK(outcome.first.find("further faults") == std::string::npos);
  CHECK(outcome.last.ends_with("\nhint: further faults of this file are not shown"));
}

TEST_CASE("a file that is too large is not read, and says what to do") {
  CHECK(read(std::string((std::size_t{64} << 20) + 1, ' ')).first ==
        "the file has more than 16 MiB and was not read\nhint: keep data in files of their own, and name them");
}

TEST_CASE("a heredoc of megabytes is one literal that is not copied") {
  const Outcome outcome = read("a = <<EOT\n" + repeat("some text in a line\n", 200'000) + "EOT\n");
  CHECK(outcome.messages == 0);
  CHECK(outcome.tree_bytes < 4'000'000);
}

TEST_CASE("a heredoc of millions of short lines is one value, and what a marker strips is the last line") {
  const Outcome outcome = read("a = <<EOT\n" + repeat("x\n", 5'000'000) + "EOT\n");
  CHECK(outcome.messages == 0);
  CHECK(outcome.tree_bytes < 2'000'000);
  Diagnostics diagnostics;
  const File file = parse_template("a\n\n\n${~ b ~}\n\n\nc", RepoPath::of("a.tftpl"), diagnostics);
  REQUIRE(file.expression()->operands.size() == 3);
  CHECK(file.expression()->operands[0]->text == "a\n\n");
  CHECK(file.expression()->operands[2]->text == "\n\nc");
}

TEST_CASE("a file with too many values is read no further, whatever they are, and says what to do") {
  for (const auto& [begin, piece, end] : std::vector<std::array<std::string, 3>>{
           {"a = [", "1,", "]"},
           {"a = [", "{},", "]"},
           {"a = {", "b=1\n", "}"},
           {"a = [", "\"\",", "]"},
           {"a = [", "\"${b}\",", "]"},
           {"a = \"", "${b}", "\""},
           {"a = f(", "-1,", ")"},
           {"a = <<-EOT\n", "x\n", "EOT"},
           {"", "a{}\n", ""},
           {"b ", "a ", "{}"},
       }) {
    CAPTURE(piece);
    const Outcome outcome = read(begin + repeat(piece, (std::size_t{15} << 20) / piece.size()) + end + "\n");
    CHECK(outcome.messages == 1);
    CHECK(outcome.first ==
          "the file has more than 1000000 values and was read no further\nhint: keep data in files of their own, and "
          "name them");
    CHECK(outcome.tree_bytes < std::size_t{256} << 20);
  }
}

TEST_CASE("JSON with too many values is read no further either, those in its strings counted") {
  for (const auto& [begin, piece, end] : std::vector<std::array<std::string, 3>>{
           {"{\"a\":[", "1,", "1]}"},
           {"{\"a\":[", "{\"\":1},", "1]}"},
           {"{\"a\":[", "\"${[" + repeat("1,", 1000) + "]}\",", "1]}"},
       }) {
    CAPTURE(begin);
    Diagnostics diagnostics;
    const File file = parse_json(begin + repeat(piece, (std::size_t{15} << 20) / piece.size()) + end,
                                 RepoPath::of("main.tf.json"), {}, diagnostics);
    CHECK(words_of(diagnostics.sorted().at(0))
              .starts_with("the file has more than 1000000 values and was read no further\nhint: keep data"));
    CHECK(file.has_faults());
    CHECK(file.tree_bytes() < std::size_t{256} << 20);
  }
}

TEST_CASE("a thousand faults of JSON give fifty messages") {
  Diagnostics diagnostics;
  parse_json("{\"a\":[" + repeat("\"${\",\n", 1000) + "1]}", RepoPath::of("main.tf.json"), {}, diagnostics);
  CHECK(diagnostics.sorted().size() == 50);
}

TEST_CASE("faults that end late do not cost quadratic time") {
  for (const std::string_view piece : {"a = <<A\n", "a = \"${\n", "a = /*\n", "a = <<A\n${b c}\n", "a = \"\n",
                                       "a = [\n", "a = {\n", "}\n", "\"", "a {", "a \"${b}\" {\n"}) {
    CAPTURE(piece);
    read(repeat(piece, 200'000));
  }
}

TEST_CASE("deep JSON is bounded") {
  for (const std::string_view piece : {"[", "{\"a\":", "[{\"a\":["}) {
    Diagnostics diagnostics;
    parse_json(repeat(piece, 1'000'000), RepoPath::of("main.tf.json"), {}, diagnostics);
    CHECK(diagnostics.sorted().at(0).message == "this is nested more than 200 levels deep");
  }
}

TEST_CASE("a digest of brackets without end is taken at once") {
  CHECK(native_token_digest(repeat("[", 1'000'000)).size() == 64);
  CHECK(native_token_digest(repeat("\"${", 1'000'000)).size() == 64);
}
