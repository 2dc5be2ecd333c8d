#include "runner/json_scanner.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"

using statelane::Error;
using statelane::runner::JsonEvent;
using statelane::runner::JsonScanner;

namespace {

/// The events of `text` in short, read in pieces of `piece` bytes; keys in `skipped` are passed over.
std::string events(std::string_view text, std::size_t piece = 1000, std::string_view skipped = "skip") {
  std::string result;
  JsonScanner scanner([&](const JsonEvent& event) {
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
  try {
    events(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

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
  CHECK(failure("[1,2}") == "cannot read JSON at byte 4: a closing bracket that does not fit");
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"skip\":{",
                           "{\"skip\":\"",
                           "[1,]",
                           "{,}",
                           "{\"a\":1,}",
                           "[1 2]",
                           "{1:2}",
                           "{\"a\" 1}",
                           "nul",
                           "[nope]",
                           "[\"\\x\"]",
                           "[\"\\u12g4\"]",
                           "1 2",
                           "]",
                           "[:]",
                           "{\"a\":,}",
                           "Error: no plan\n",
                           "\xEF\xBB\xBF{}"}) {
    CAPTURE(text);
    CHECK_FALSE(failure(text).empty());
  }
}

TEST_CASE("deep nesting is passed over in constant memory, or refused where it is wanted") {
  const std::string open(200000, '['), close(200000, ']');
  CHECK(events("{\"skip\":" + open + close + "}") == "{k(skip)}");
  CHECK(failure(open + close).ends_with("the nesting is too deep"));
}
