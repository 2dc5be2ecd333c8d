#include "cli/man_page.hpp"

#include <fmt/format.h>

#include "base/replace_all.hpp"
#include "cli/command_table.hpp"
#include "cli/help_text.hpp"

namespace statelane::cli {

namespace {

constexpr const char* start = R"(.TH STATELANE 1 "" "statelane )" STATELANE_VERSION R"(" "User Commands"
.SH NAME
statelane \- every Terraform state gets its own lane to production
.SH SYNOPSIS
.B statelane
.RB [ \-C
.IR DIR ]
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
Finds the states of a repository, says which of them a change touches and why, generates the GitLab child pipeline for
those, and runs Terraform in its jobs. Everything is optional in its configuration, .statelane.yml.
.PP
The command line beats environment variables, and these beat the configuration. A variable that is empty counts as not
set. In the variable of an option that may be repeated, blanks part the values.
)";

constexpr const char* end = R"(.SH EXIT STATUS
.TP
.B 0
done, also when nothing is affected
.TP
.B 1
the user's files have errors, or a check that was asked for struck
.TP
.B 2
usage, unknown state or revision; changes, where a detailed exit code was asked for
.TP
.B 3
git, output, a missing base
.TP
.B 4
affected \-\-exit\-code: file errors
.TP
.B 70
a fault of statelane
.TP
.B 125, 126, 127
run: refused, cannot execute, not found
.TP
.B 128+n
run: killed by signal n
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours, unless \-\-color always
.TP
.B COLUMNS
the width of tables and help
.TP
.B STATELANE_OPT_\fI...\fR
stand for options, as named there
)";

/// A line that begins with a dot would be a request, and a dash would be a hyphen.
std::string escape(std::string_view text) {
  std::string result = text.starts_with(".") || text.starts_with("'") ? "\\&" : "";
  for (const char letter : text) {
    if (letter == '\\') {
      result += "\\e";
    } else if (letter == '-') {
      result += "\\-";
    } else {
      result += letter;
    }
  }
  return result;
}

std::string render_option(const OptionRow& option) {
  std::string result = ".TP\n";
  std::string separator;
  for (const std::string& name : names_of(option)) {
    result += separator + "\\fB" + escape(name) + "\\fR";
    separator = ", ";
  }
  if (!option.value.empty()) result += " \\fI" + escape(option.value) + "\\fR";
  result += "\n" + escape(option.help) + "\n";
  if (!option.variable.empty()) result += fmt::format(".br\nVariable: {}\n", escape(option.variable));
  return result;
}

std::string render_paragraphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find("\n\n"), text.size());
    result += ".PP\n" + escape(text.substr(0, length)) + "\n";
    text.remove_prefix(std::min(text.size(), length + 2));
  }
  return result;
}

std::string render_command(const CommandRow& command) {
  std::string result =
      fmt::format(".SS statelane {} {}\n", escape(command.name), escape(replace_all(usage_of(command), "…", "...")));
  result += escape(command.summary) + "\n" + render_paragraphs(command.description);
  for (const ArgumentRow& argument : command.arguments) {
    result += fmt::format(".TP\n\\fI{}\\fR\n{}\n", escape(argument.name), escape(argument.help));
  }
  for (const OptionGroup& group : command.options) {
    for (const OptionRow& option : group.rows) result += render_option(option);
  }
  for (const Example& example : command.examples) {
    result += fmt::format(".PP\n{}:\n.RS\n.nf\n{}\n.fi\n.RE\n", escape(example.says), escape(example.command));
  }
  return result;
}

}  // namespace

std::string render_man_page() {
  std::string result = std::string(start) + ".SH OPTIONS\n";
  for (const OptionRow& option : common_options().rows) result += render_option(option);
  result += render_option({.names = "-h,--help", .help = "print the help of the program, or of a command"});
  result += render_option({.names = "--version", .help = "print the version"});
  result += ".SH COMMANDS\n";
  for (const CommandRow& command : command_table()) result += render_command(command);
  return result + end;
}

}  // namespace statelane::cli
