#include "runner/json_scanner.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "support/words_of_error.hpp"

using statelane::runner::JsonEvent;
using statelane::runner::JsonScanner;
using statelane::support::words_of_error;

namespace {

/// The events of `text` in short, read in pieces of `piece` bytes; keys in `skipped` are passed over.
std::string events(std::string_view text, std::size_t piece = 1000, std::string_view skipped = "skip") {
  std::string result;
  JsonScanner scanner("show -json", [&](const JsonEvent& event) {
    constexpr std::string_view marks = "{}[]kst";
    result += marks[static_cast<std::size_t>(event.kind)];
    if (!event.text.empty()) result += "(" + std::string(event.text) + ")";
    const bool skip = event.kind == JsonEvent::Kind::key && event.text == skipped;
    return skip ? JsonScanner::Answer::skip : JsonScanner::Answer::enter;
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) scanner.add(text.substr(0, piece));
  scanner.finish();
  return result;
}

std::string failure(std::string_view text) {
  return words_of_error([&] { events(text); });
}

}  // namespace

TEST_CASE("what a tool says before its JSON is passed over, however it comes in pieces") {
  const std::string text = "\nWarning: no {file}\n [x]\n{\"a\":\n[1]}\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    statelane::runner::JsonStart start;
    std::string found;
    for (std::size_t at = 0; at < text.size(); at += size) found += start.find(std::string_view(text).substr(at, size));
    CHECK(found == "{\"a\":\n[1]}\n");
  }
  statelane::runner::JsonStart none;
  CHECK(none.find("no JSON at all\n").empty());
}

TEST_CASE("a document is told as events, wherever the pieces are cut") {
  const std::string text =
      R"( {"a" : [1, -2.5e+3,true , null,"x"], "skip":{"deep":[{"}":"\"]"}],"s":"\\"},"":{} , "skip":"a,b\"}", "b":[],"skip":17} )";
  const std::string expected = "{k(a)[t(1)t(-2.5e+3)t(true)t(null)s(x)]k(skip)k{}k(skip)k(b)[]k(skip)}";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) CHECK(events(text, piece) == expected);
}

TEST_CASE("strings are decoded") {
  CHECK(events(R"(["a\"b\\\/\b\f\n\r\t","\u003c\u00e9\u20ac","\ud83d\ude00","\ud83d","é"])", 1) ==
        "[s(a\"b\\/\b\f\n\r\t)s(<é€)s(😀)s(\xEF\xBF\xBD)s(é)]");
}

TEST_CASE("a scalar can be the whole document") {
  CHECK(events("17") == "t(17)");
  CHECK(events("\"x\"") == "s(x)");
}

TEST_CASE("what is not JSON is an error with its offset, never a crash") {
  const auto check = [](const std::string& text, int byte, const std::string& what) {
    CAPTURE(text.substr(0, 40));
    CHECK(failure(text) == fmt::format("cannot read the JSON of 'show -json' at byte {}: {}\n"
                                       "hint: the tool must print JSON here and nothing else",
                                       byte, what));
  };
  for (const std::string text : {"", " ", "{", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"skip\":{", "{\"skip\":\""})
    check(text, static_cast<int>(text.size()), "the text ends too early");
  check("[1,2}", 4, "a closing bracket that does not fit");
  check("[1,]", 3, "a closing bracket that does not fit");
  check("{\"a\":1,}", 7, "a closing bracket that does not fit");
  check("]", 0, "a closing bracket that does not fit");
  check("{,}", 1, "a value expected");
  check("[:]", 1, "a value expected");
  check("{\"a\":,}", 5, "a value expected");
  check("nul", 3, "a value expected");
  check("[nope]", 5, "a value expected");
  check("Error: no plan\n", 6, "a value expected");
  check("\xEF\xBB\xBF{}", 3, "a value expected");
  check("[1 2]", 3, "',', ':' or a closing bracket expected");
  check("{\"a\" 1}", 5, "',', ':' or a closing bracket expected");
  check("{1:2}", 1, "a key expected");
  check("[\"\\x\"]", 3, "a bad escape in a string");
  check("[\"\\u12g4\"]", 3, "a bad escape in a string");
  check("1 2", 2, "text after the end of the document");
  check("\"" + std::string((1 << 20) + 1, 'x'), 1048000, "a string is too long");
  check(std::string((1 << 20) + 1, '1'), 1 << 20, "a number is too long");
}

TEST_CASE("deep nesting is passed over in constant memory, or refused where it is wanted") {
  const std::string open(200000, '['), close(200000, ']');
  CHECK(events("{\"skip\":" + open + close + "}") == "{k(skip)}");
  CHECK(failure(open + close).find(": the nesting is too deep\n") != std::string::npos);
}
