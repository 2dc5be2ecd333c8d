#include "runner/dotenv.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using statelane::Error;
using statelane::runner::check_dotenv_names;
using statelane::runner::render_dotenv;

namespace {

std::string refusal_of_dotenv(const std::vector<std::string>& names, const std::string& value = "\"x\"") {
  try {
    render_dotenv(R"({"o":{"sensitive":false,"value":)" + value + R"(},"s":{"sensitive":true,"value":"x"}})", names);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("outputs are handed on as variables within GitLab's limits") {
  const std::string json =
      R"({"vpc":{"sensitive":false,"value":"v 1"},"n":{"sensitive":false,"value":3},"on":{"sensitive":false,"value":true}})";
  CHECK(render_dotenv(json, {"vpc", "COUNT=n", "on"}) == "vpc=v 1\nCOUNT=3\non=true\n");
  CHECK(refusal_of_dotenv({"gone"}) == "cannot write output 'gone' as a variable: the state has no such output");
  CHECK(refusal_of_dotenv({"s"}) == "cannot write output 's' as a variable: it is sensitive");
  CHECK(refusal_of_dotenv({"o"}, "[1]") ==
        "cannot write output 'o' as a variable: it is not a string, number or boolean");
  CHECK(refusal_of_dotenv({"o"}, R"("a\nb")") == "cannot write output 'o' as a variable: it has a line end");
  CHECK(refusal_of_dotenv({"o"}, R"(" a")") ==
        "cannot write output 'o' as a variable: it begins or ends with a blank, which GitLab would drop");
  CHECK(refusal_of_dotenv({"o"}, R"("a\t")") == refusal_of_dotenv({"o"}, R"(" a")"));
  CHECK(refusal_of_dotenv({"o"}, "\"" + std::string(5117, 'x') + "\"") ==
        "cannot write 5120 bytes of outputs as variables: GitLab takes fewer than 5120");
  CHECK(render_dotenv(R"({"o":{"sensitive":false,"value":")" + std::string(5116, 'x') + "\"}}", {"o"}).size() == 5119);
}

TEST_CASE("what a file of variables cannot carry is told by its reason") {
  using statelane::runner::why_no_variable;
  CHECK(why_no_variable("plain \xC3\xA9").empty());
  CHECK(why_no_variable("\xFF") == "it is not UTF-8");
  CHECK(why_no_variable("a\x1b[0m") == "it has a control character");
  CHECK(why_no_variable(std::string_view("a\0b", 3)) == "it has a control character");
}

TEST_CASE("what is wrong with the request is told before anything is applied") {
  check_dotenv_names({"a", "B_1=c-d"});
  check_dotenv_names(std::vector<std::string>(20, "o"));
  CHECK_THROWS_WITH_AS(check_dotenv_names({"A-B=o"}),
                       "cannot write output 'o' as a variable: 'A-B' is no name of a variable; write VARIABLE=o",
                       Error);
  CHECK_THROWS_AS(check_dotenv_names({"=o"}), Error);
  CHECK_THROWS_WITH_AS(check_dotenv_names(std::vector<std::string>(21, "o")),
                       "cannot write 21 outputs as variables: GitLab takes 20", Error);
}
