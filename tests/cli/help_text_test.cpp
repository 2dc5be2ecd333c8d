#include "cli/help_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "cli/completion.hpp"
#include "cli/man_page.hpp"
#include "support/golden_cases.hpp"
#include "support/source_directory.hpp"

using namespace statelane::cli;

namespace {

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    widest = std::max(widest, length);
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  return widest;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("text is broken between words, and an empty line parts paragraphs") {
  CHECK(wrap("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrap("unbreakable word", 0, 4) == "unbreakable\nword\n");
  CHECK(wrap("first\n\nsecond", 1, 20) == " first\n\n second\n");
  CHECK(wrap("", 4, 20) == "\n");
}

TEST_CASE("the help of a command shows usage, arguments, options and examples") {
  CHECK(render_help("completion", 80) == R"(statelane completion: print the completion of bash, zsh or fish

Usage: statelane completion [OPTIONS] SHELL

Completes commands, options, their values, revisions and the states of the work
tree.

Arguments:
  SHELL  bash, zsh or fish

Everywhere:
  -C DIR      run as if started in this directory
      --color auto|always|never
              whether answers are coloured; auto: on a terminal, unless NO_COLOR
              is set
  -h, --help  print this help

Examples:
  source <(statelane completion bash)
      in ~/.bashrc
  statelane completion zsh > ~/.zfunc/_statelane
      with ~/.zfunc in zsh's fpath
  statelane completion fish > ~/.config/fish/completions/statelane.fish
      for fish

Each long option has a variable, as STATELANE_OPT_COLOR stands for --color; the
command line beats the variable, the variable beats .statelane.yml.
)");
}

TEST_CASE("the help of each command and group is known word for word") {
  std::set<std::string> shown;
  const auto help_of = [&](const statelane::support::GoldenCase& one) {
    const std::string name = one.input.substr(0, one.input.size() - 1);
    shown.insert(name);
    return render_help(name, 1000);
  };
  statelane::support::check_golden_cases(statelane::support::source_directory() / "tests/cli/goldens/help.md", help_of);
  for (const CommandRow& command : command_table())
    CHECK_MESSAGE(shown.contains(std::string(command.name)), command.name);
  for (const CommandGroup& group : command_groups()) CHECK_MESSAGE(shown.contains(std::string(group.name)), group.name);
  CHECK(shown.contains(""));
}

TEST_CASE("help fits the width that it is given") {
  for (const CommandRow& command : command_table()) {
    CAPTURE(command.name);
    CHECK(widest_line(render_help(command.name, 80)) <= 80);
    CHECK(widest_line(render_help(command.name, 100)) <= 100);
  }
  CHECK(widest_line(render_help("", 80)) <= 80);
}

TEST_CASE("help, man page and completions know every command and every option") {
  const std::string man = render_man_page();
  const std::string bash = render_bash_completion(), zsh = render_zsh_completion(), fish = render_fish_completion();
  for (const CommandRow& command : command_table()) {
    CAPTURE(command.name);
    const std::string help = render_help(command.name, 80);
    CHECK(contains(render_help("", 80), command.name));
    // In troff a bare hyphen would be a typographic one.
    const std::string escaped = std::regex_replace(command.name, std::regex("-"), "\\-");
    CHECK(contains(man, ".SS statelane " + escaped));
    for (const OptionRow& option : all_options_of(command)) {
      CAPTURE(option.names);
      const std::string name = name_of(option);
      CHECK(contains(help, name));
      CHECK(contains(bash, name));
      CHECK(contains(zsh, name));
      CHECK(contains(fish, name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1)));
    }
  }
}

TEST_CASE("the table is sound: names are said once, every row has what it needs, and a variable means one thing") {
  std::set<std::string> commands;
  std::map<std::string, std::string> meaning;
  for (const CommandRow& command : command_table()) {
    CAPTURE(command.name);
    CHECK(commands.insert(command.name).second);
    CHECK((command.run != nullptr));
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.examples.empty());
    std::set<std::string> names;
    for (const OptionRow& option : all_options_of(command)) {
      CAPTURE(option.names);
      CHECK(static_cast<bool>(option.set));
      CHECK_FALSE(option.help.empty());
      const std::string said = option.names + " " + option.value;
      if (!option.variable.empty()) CHECK(meaning.try_emplace(option.variable, said).first->second == said);
      for (const std::string& name : names_of(option)) CHECK(names.insert(name).second);
    }
    for (const ArgumentRow& argument : command.arguments)
      CHECK((argument.field != nullptr || argument.fields != nullptr));
  }
}
