#include "cli/commands.hpp"
#include "cli/option_rows.hpp"

namespace statelane::cli {

namespace {

CommandRow completion_row() {
  return {.name = "completion",
          .section = Section::adopting,
          .summary = "print the completion of bash, zsh or fish",
          .description = "Completes commands, options, their values, revisions and the states of the work tree.",
          .arguments = {{.name = "SHELL",
                         .help = "bash, zsh or fish",
                         .is_required = true,
                         .choices = {"bash", "zsh", "fish"},
                         .field = &Options::shell}},
          .examples = {{"source <(statelane completion bash)", "in ~/.bashrc"},
                       {"statelane completion zsh > ~/.zfunc/_statelane", "with ~/.zfunc in zsh's fpath"},
                       {"statelane completion fish > ~/.config/fish/completions/statelane.fish", "for fish"}},
          .run = run_completion};
}

CommandRow man_row() {
  return {.name = "man",
          .section = Section::adopting,
          .summary = "print the man page",
          .examples = {{"statelane man | man -l -", "read it"},
                       {"statelane man > ~/.local/share/man/man1/statelane.1", "keep it"}},
          .run = run_man};
}

}  // namespace

std::vector<CommandRow> shell_commands() { return {completion_row(), man_row()}; }

}  // namespace statelane::cli
