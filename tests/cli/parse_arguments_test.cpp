#include "cli/parse_arguments.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "cli/option_rows.hpp"

using namespace statelane;
using namespace statelane::cli;

namespace {

using Variables = std::map<std::string, std::string>;

ParsedArguments parse(std::vector<const char*> words, const Variables& variables = {}) {
  words.insert(words.begin(), "statelane");
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return parse_arguments(words, environment, 80);
}

/// Message and hints as they are printed.
std::string refusal(std::vector<const char*> words, const Variables& variables = {}) {
  try {
    parse(std::move(words), variables);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    std::string result = error.what();
    for (const std::string& hint : error.hints()) result += "\nhint: " + hint;
    return result;
  }
  return "";
}

}  // namespace

TEST_CASE("a command comes with its options and arguments, in any order") {
  const ParsedArguments parsed = parse({"-C", "infra", "why", "--base=v1", "network/prod", "--all", "HEAD~1"});
  REQUIRE((parsed.command != nullptr));
  CHECK(parsed.command->name == "why");
  CHECK(parsed.options.directory == "infra");
  CHECK(parsed.options.base == "v1");
  CHECK(parsed.options.state == "network/prod");
  CHECK(parsed.options.range == "HEAD~1");
  CHECK(parsed.options.all);
}

TEST_CASE("help is a command too, with or without the name of another one") {
  CHECK(parse({"help"}).text == parse({"--help"}).text);
  CHECK(parse({"help", "affected"}).text == parse({"affected", "--help"}).text);
  CHECK(parse({"help", "run", "plan"}).text == parse({"run", "plan", "--help"}).text);
  CHECK(refusal({"why", "help"}).empty());
}

TEST_CASE("the words after two dashes are a command of its own where there is one, and arguments elsewhere") {
  const ParsedArguments each = parse({"each", "HEAD", "--parallel", "3", "--", "sh", "--all", "--", "x"});
  CHECK(each.options.each.command == std::vector<std::string>{"sh", "--all", "--", "x"});
  CHECK(each.options.range == "HEAD");
  CHECK(each.options.each.parallel == 3);
  CHECK_FALSE(each.options.all);
  CHECK(parse({"why", "--", "-state-"}).options.state == "-state-");
}

TEST_CASE("a command of two words is one command, and a state may be named like a command") {
  const ParsedArguments parsed = parse({"run", "plan", "list", "--detailed-exitcode"});
  REQUIRE((parsed.command != nullptr));
  CHECK(parsed.command->name == "run plan");
  CHECK(parsed.options.state == "list");
  CHECK(parsed.options.run.detailed_exit_code);
}

TEST_CASE("options for every command stand before or after it, and the last one counts") {
  CHECK(parse({"list", "-C", "a"}).options.directory == "a");
  CHECK(parse({"run", "-C", "a", "plan", "x"}).options.directory == "a");
  CHECK(parse({"-C", "a", "list", "-C", "b"}).options.directory == "b");
  CHECK(parse({"list", "--rev", "a", "--rev", "b"}).options.revision == "b");
}

TEST_CASE("a repeatable option takes one value each time and leaves arguments alone") {
  const ParsedArguments parsed = parse({"affected", "--state", "a/*", "--state", "b", "main"});
  CHECK(parsed.options.state_globs == std::vector<std::string>{"a/*", "b"});
  CHECK(parsed.options.range == "main");
}

TEST_CASE("after two dashes a word is an argument") { CHECK(parse({"why", "--", "-odd"}).options.state == "-odd"); }

TEST_CASE("a flag that is on by default has a negation, and the later word wins") {
  CHECK(parse({"affected"}).options.ignore_format);
  CHECK_FALSE(parse({"affected", "--no-ignore-format"}).options.ignore_format);
  CHECK(parse({"affected", "--no-ignore-format", "--ignore-format"}).options.ignore_format);
}

TEST_CASE("where the command line is silent a variable speaks") {
  const Variables variables = {{"STATELANE_OPT_BASE", "v1"},     {"STATELANE_OPT_ALL", "yes"},
                               {"STATELANE_OPT_STATE", "a/* b"}, {"STATELANE_OPT_DEPENDENTS", "direct"},
                               {"STATELANE_OPT_COLOR", "never"}, {"STATELANE_OPT_IGNORE_FORMAT", "false"}};
  const Options options = parse({"affected", "--base", "v2"}, variables).options;
  CHECK(options.base == "v2");
  CHECK(options.all);
  CHECK(options.state_globs == std::vector<std::string>{"a/*", "b"});
  CHECK(options.dependents == config::Dependents::direct);
  CHECK(options.color == Color::never);
  CHECK_FALSE(options.ignore_format);
  CHECK(parse({"affected", "--state", "c"}, variables).options.state_globs == std::vector<std::string>{"c"});
  CHECK(parse({"affected", "--color", "always"}, variables).options.color == Color::always);
}

TEST_CASE("a variable that is empty, or of an option that the command does not have, counts as not set") {
  CHECK_FALSE(parse({"affected"}, {{"STATELANE_OPT_ALL", ""}}).options.all);
  CHECK((parse({"list"}, {{"STATELANE_OPT_DEPENDENTS", "bogus"}}).command != nullptr));
}

TEST_CASE("a value that cannot be is refused under the name it came by") {
  CHECK(refusal({"--color", "alwys", "list"}) ==
        "--color takes auto, always or never, not \"alwys\"\nhint: did you mean \"always\"?");
  CHECK(refusal({"list"}, {{"STATELANE_OPT_COLOR", "alwys"}}) ==
        "STATELANE_OPT_COLOR takes auto, always or never, not \"alwys\"\nhint: did you mean \"always\"?");
  CHECK(refusal({"affected"}, {{"STATELANE_OPT_ALL", "maybe"}}) ==
        "STATELANE_OPT_ALL takes true or false, not \"maybe\"");
  CHECK(refusal({"list", "--json=perhaps"}) == "--json takes true or false, not \"perhaps\"");
  CHECK(refusal({"affected", "--base"}) == "--base wants a value\nhint: statelane affected --help shows the options");
}

TEST_CASE("a word that nothing takes is refused with the one that was meant") {
  CHECK(refusal({"afected"}) ==
        "unknown command \"afected\"\nhint: did you mean \"affected\"?\nhint: statelane --help lists the commands");
  CHECK(refusal({"run", "paln"}) ==
        "unknown command \"run paln\"\nhint: did you mean \"plan\"?\nhint: statelane run --help shows the options");
  CHECK(refusal({"affected", "--bse", "v1"}) ==
        "unknown option \"--bse\"\nhint: did you mean \"--base\"?\nhint: statelane affected --help shows the options");
  CHECK(refusal({"affected", "--no-ignore-fromat"}) ==
        "unknown option \"--no-ignore-fromat\"\nhint: did you mean \"--no-ignore-format\"?\n"
        "hint: statelane affected --help shows the options");
  CHECK(refusal({"list", "-x"}) == "unknown option \"-x\"\nhint: statelane list --help shows the options");
  CHECK(refusal({"list", "all"}) == "list does not take \"all\"\nhint: statelane list --help shows the options");
  CHECK(refusal({"completion", "bsh"}) ==
        "completion takes bash, zsh or fish, not \"bsh\"\nhint: did you mean \"bash\"?");
  CHECK(refusal({"why"}) ==
        "why wants STATE: the state's id, or a path to its directory\nhint: statelane why --help shows the options");
}

TEST_CASE("numbers and spans of time are checked") {
  const ParsedArguments parsed = parse({"run", "plan", "x", "--lock-timeout", "5m", "--init-attempts=2", "--no-lock"});
  CHECK(parsed.options.run.lock_time_out.count() == 300);
  CHECK(parsed.options.run.init_attempts == 2);
  CHECK(parsed.options.run.lock == false);
  CHECK(parse({"generate", "--children", "4", "--files=3"}).options.children == 4);
  CHECK(refusal({"run", "plan", "x", "--lock-timeout", "soon"}) ==
        "--lock-timeout takes a span of time (90, 5m, 200ms), not \"soon\"");
  CHECK(refusal({"generate"}, {{"STATELANE_OPT_FILES", "4"}}) ==
        "STATELANE_OPT_FILES takes a whole number from 1 to 3, not \"4\"");
}

TEST_CASE("each guard has one option that passes it, and newest-commit is switched off") {
  using runner::Guard;
  CHECK(parse({"run", "apply", "x"}).options.run.passed.empty());
  CHECK(parse({"run", "apply", "x", "--allow-expired", "--newest-commit", "off"}).options.run.passed ==
        std::set{Guard::expiry, Guard::newest_commit});
  CHECK(parse({"run", "apply", "x", "--newest-commit", "on"}).options.run.passed.empty());
  CHECK(parse({"run", "apply", "x"}, {{"STATELANE_OPT_ALLOW_DESTROY", "1"}}).options.run.passed ==
        std::set{Guard::max_destroy});
}

TEST_CASE("the variable of an option is made of its long name") {
  CHECK(variable_of("-o,--on-missing-base") == "STATELANE_OPT_ON_MISSING_BASE");
  CHECK(variable_of("-C").empty());
}

TEST_CASE("help and version are texts with exit code 0, and no command at all is help with 2") {
  CHECK(parse({"--version"}).text == "statelane 0.1.0\n");
  CHECK(parse({"--help"}).exit_code == 0);
  CHECK(parse({"why", "-h"}).text.starts_with("statelane why: every chain"));
  CHECK(parse({}).text == parse({"--help"}).text);
  CHECK(parse({}).exit_code == 2);
  CHECK(parse({"run"}).text.starts_with("statelane run: "));
  CHECK(parse({"run"}).exit_code == 2);
}
