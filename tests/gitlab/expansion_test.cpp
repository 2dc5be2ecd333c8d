#include "gitlab/expansion.hpp"

#include <doctest/doctest.h>

#include <string>

#include "process/command.hpp"

using namespace statelane::gitlab;

TEST_CASE("rule 20: the runner gets two dollar signs for one") {
  CHECK(escape_for_runner("a$b${c}$$d%e%") == "a$$b$${c}$$$$d%e%");
  CHECK(escape_for_runner_glob("a$b[1]/*.bin") == "a$$b\\[1]/\\*.bin");
}

TEST_CASE("rule 16: what GitLab would replace is recognised") {
  for (const char* text : {"$a", "a$_x", "${a}", "x${A1}y", "%a%", "50%a%", "%%a%"}) {
    CAPTURE(text);
    CHECK(is_expanded_by_gitlab(text));
  }
  for (const char* text : {"", "$", "$1", "${}", "${1a}", "${a", "%a", "%1%", "100%", "% a%", "a$-b", "{a}", "%40"}) {
    CAPTURE(text);
    CHECK_FALSE(is_expanded_by_gitlab(text));
  }
}

TEST_CASE("rule 20: data in single quotes is one word to a real shell, whatever is in it") {
  std::string every_byte;
  for (int byte = 1; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const std::string& text : {std::string(), std::string("a b"), std::string("'"), std::string("''\\'"),
                                  std::string("$(id)`id`\n\"$HOME\";*"), std::string("-n"), every_byte}) {
    const auto result = statelane::process::run_captured(
        {{"/bin/sh", "-c", "printf %s " + quote_for_shell(text)}, {}, {}}, std::chrono::seconds(10));
    CHECK(result.status.succeeded());
    CHECK(result.out == text);
  }
}

TEST_CASE("rule 20: an expression's literal takes the quotes that the data does not hold, and refuses data with both") {
  CHECK(quote_for_expression("main") == "\"main\"");
  CHECK(quote_for_expression("a\"b") == "'a\"b'");
  CHECK(quote_for_expression("a'b") == "\"a'b\"");
  CHECK_FALSE(quote_for_expression("a'b\"").has_value());
  CHECK_FALSE(quote_for_expression("a\nb").has_value());
}
