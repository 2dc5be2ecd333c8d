#include "lint/shell.hpp"

#include <doctest/doctest.h>

#include <random>

using statelane::lint::literal_of;
using statelane::lint::parse_shell;
using statelane::lint::ShellCommand;
using statelane::lint::WordPart;

namespace {

/// Commands as words between bars; a variable is `$NAME`, what is unknown `?`, subshells are parentheses.
std::string outline(std::string_view script) {
  std::string text;
  for (const ShellCommand& command : parse_shell(script)) {
    if (command.kind == ShellCommand::Kind::subshell_begins) text += "( ";
    if (command.kind == ShellCommand::Kind::subshell_ends) text += ") ";
    if (command.kind != ShellCommand::Kind::simple) continue;
    for (const auto& [name, value] : command.assignments) text += name + ":=" + literal_of(value) + " ";
    for (const auto& word : command.words) {
      text += "[";
      for (const WordPart& part : word) {
        text += part.kind == WordPart::Kind::literal    ? part.text
                : part.kind == WordPart::Kind::variable ? "$" + part.text
                                                        : "?";
      }
      text += "] ";
    }
    text += "| ";
  }
  return text;
}

}  // namespace

TEST_CASE("commands are split at separators, words at blanks, quotes hold together") {
  CHECK(outline("cd \"a b\" && terraform plan -out='x y'; echo done") ==
        "[cd] [a b] | [terraform] [plan] [-out=x y] | [echo] [done] | ");
  CHECK(outline("a | b || c & d\ne") == "[a] | [b] | [c] | [d] | [e] | ");
  CHECK(outline("terraform plan \\\n  -out x # comment ; not here\n# nor here\n") ==
        "[terraform] [plan] [-out] [x] | ");
}

TEST_CASE("variables and what is unknown are told apart") {
  CHECK(outline("cd $TF_ROOT/${ENV}/x") == "[cd] [$TF_ROOT/$ENV/x] | ");
  CHECK(outline("cd ${A%%x} \"$(pwd)/y\"") == "( [pwd] | ) [cd] [?] [?/y] | ");
  CHECK(outline("echo '$A' \\$B") == "[echo] [$A] [$B] | ");
}

TEST_CASE("reserved words are dropped, assignments and redirections set apart") {
  CHECK(outline("if [ -f x ]; then terraform apply; fi") == "[[] [-f] [x] []] | [terraform] [apply] | ");
  CHECK(outline("TF=1 B= terraform plan > out.txt 2>&1") == "TF:=1 B:= [terraform] [plan] | ");
  CHECK(outline("for d in a b; do cd $d; done") == "[for] [d] [in] [a] [b] | [cd] [$d] | ");
  CHECK(parse_shell("terraform show -json p > plan.json")[0].output_files.size() == 1);
  CHECK(parse_shell("terraform show -json p | jq .")[0].feeds_pipe);
}

TEST_CASE("a here-document is no command") {
  CHECK(outline("cat <<EOF > x\nterraform apply\nEOF\nls") == "[cat] | [ls] | ");
  CHECK(outline("cat <<-'END'\n\tterraform apply\n\tEND\nls") == "[cat] | [ls] | ");
}

TEST_CASE("lines are counted over quotes, continuations and here-documents") {
  const auto commands = parse_shell("a 'x\ny'\nb \\\n c\ncat <<E\n1\nE\nd\n");
  REQUIRE(commands.size() == 4);
  CHECK(commands[1].line == 2);
  CHECK(commands[3].line == 7);
}

TEST_CASE("any bytes give some commands in bounded steps") {
  std::mt19937 random(7);
  const std::string letters = "ab $`'\"\\(){};|&<>\n#=-/";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int each = 0; each < 60; ++each) text += letters[random() % letters.size()];
    CHECK(parse_shell(text).size() < 200);
  }
  CHECK(parse_shell(std::string(10'000, '(')).size() <= 10'000);
  std::string nested;
  for (int each = 0; each < 2000; ++each) nested += "$(";
  CHECK(parse_shell(nested).size() < 5000);
}
