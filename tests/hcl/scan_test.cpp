#include <doctest/doctest.h>

#include <string>

#include "hcl/scan.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

std::vector<TokenKind> kinds_of(std::string_view source) {
  std::vector<TokenKind> result;
  for (const Token& token : scan(source)) result.push_back(token.kind);
  return result;
}

using K = TokenKind;
using Kinds = std::vector<TokenKind>;

}  // namespace

TEST_CASE("an argument is an identifier, an equals sign and an expression") {
  CHECK(kinds_of("a-b = 1.5e3\n") == Kinds{K::identifier, K::assign, K::number, K::newline, K::end});
}

TEST_CASE("an empty text has no tokens but the end") {
  CHECK(kinds_of("") == Kinds{K::end});
  CHECK(kinds_of("\xEF\xBB\xBF") == Kinds{K::end});
}

TEST_CASE("operators are taken as long as they can be") {
  CHECK(kinds_of("== != <= >= && || => ... ::") == Kinds{K::equal, K::not_equal, K::less_equal, K::greater_equal,
                                                         K::logical_and, K::logical_or, K::arrow, K::ellipsis,
                                                         K::double_colon, K::end});
  CHECK(kinds_of("= ! < > ? : . , + - * / %") == Kinds{K::assign, K::logical_not, K::less, K::greater, K::question,
                                                       K::colon, K::dot, K::comma, K::plus, K::minus, K::star, K::slash,
                                                       K::percent, K::end});
}

TEST_CASE("comments of all three forms are tokens, and a line comment leaves its newline") {
  CHECK(kinds_of("# a\n// b\r\n/* c\n d */ e # f") ==
        Kinds{K::comment, K::newline, K::comment, K::newline, K::comment, K::identifier, K::comment, K::end});
  CHECK(scan("// b\r\n")[0].text == "// b");
}

TEST_CASE("a string's interpolation is scanned as an expression, with braces and strings of its own") {
  CHECK(kinds_of(R"("a${b({"c": "d"})}e")") == Kinds{K::open_quote, K::quoted_literal, K::interpolation, K::identifier,
                                                     K::open_paren, K::open_brace, K::open_quote, K::quoted_literal,
                                                     K::close_quote, K::colon, K::open_quote, K::quoted_literal,
                                                     K::close_quote, K::close_brace, K::close_paren, K::template_end,
                                                     K::quoted_literal, K::close_quote, K::end});
}

TEST_CASE("doubled template markers are text") {
  const std::vector<Token> tokens = scan(R"("$${a} %%{b} $c 5%")");
  REQUIRE(tokens.size() == 4);
  CHECK(tokens[1].text == "$${a} %%{b} $c 5%");
}

TEST_CASE("strip markers belong to the opening and closing of a template sequence") {
  const std::vector<Token> tokens = scan("\"${~ a ~}\"");
  CHECK(tokens[1].text == "${~");
  CHECK(tokens[3].text == "~}");
}

TEST_CASE("a heredoc has one literal a line and ends at its marker alone on a line") {
  const std::vector<Token> tokens = scan("<<EOT\n a EOT\nEOT b\n  EOT\nc");
  REQUIRE(tokens.size() == 7);
  CHECK(tokens[1].text == " a EOT\n");
  CHECK(tokens[2].text == "EOT b\n");
  CHECK(tokens[3].kind == K::close_heredoc);
  CHECK(tokens[3].text == "  EOT");
  CHECK(tokens[4].kind == K::newline);
  CHECK(tokens[5].range == SourceRange{{5, 1, 25}, {5, 2, 26}});
}

TEST_CASE("a heredoc without its marker ends with the text") {
  CHECK(kinds_of("<<EOT\na\nEOT") ==
        Kinds{K::open_heredoc, K::string_literal, K::string_literal, K::unterminated, K::end});
}

TEST_CASE("a string without its quote ends with the line") {
  CHECK(kinds_of("\"a\nb") ==
        Kinds{K::open_quote, K::quoted_literal, K::unterminated, K::newline, K::identifier, K::end});
}

TEST_CASE("bytes that are no UTF-8 become tokens of their own") {
  CHECK(kinds_of("\xFF = \"a\xC3\"") ==
        Kinds{K::invalid, K::assign, K::open_quote, K::quoted_literal, K::invalid, K::close_quote, K::end});
  CHECK(kinds_of(std::string_view("a\0b", 3)) == Kinds{K::identifier, K::invalid, K::identifier, K::end});
}

TEST_CASE("letters of all scripts make identifiers") {
  CHECK(kinds_of("größe 変数 x·y") == Kinds{K::identifier, K::identifier, K::identifier, K::end});
  CHECK(kinds_of("“") == Kinds{K::invalid, K::end});
}

TEST_CASE("places count lines and bytes from one") {
  const std::vector<Token> tokens = scan("a = 1\r\n  ä = 2");
  REQUIRE(tokens.size() == 8);
  CHECK(tokens[3].range == SourceRange{{1, 6, 5}, {2, 1, 7}});
  CHECK(tokens[4].range == SourceRange{{2, 3, 9}, {2, 5, 11}});
}

TEST_CASE("templates that nest without end give one token for the rest") {
  std::string source;
  for (int level = 0; level < 100'000; ++level) source += "\"${";
  const std::vector<Token> tokens = scan(source);
  CHECK(tokens.size() < 3000);
  CHECK(tokens[tokens.size() - 2].kind == K::invalid);
}
