#include "cli/commands.hpp"
#include "cli/option_rows.hpp"

namespace statelane::cli {

namespace {

CommandRow templates_row() {
  return {.name = "templates",
          .section = Section::adopting,
          .summary = "the hidden jobs in effect, with the origin of each key",
          .description =
              "Jobs are made of hidden jobs. A hidden job of the same name in the file that pipeline.templates "
              "names is laid over the built-in one, as extends merges.",
          .options = {{"Answer",
                       {text("--eject", "DIR|FILE", &Options::eject,
                             "write the built-in templates there instead: one file, or one for each", Offers::files),
                        answer_options().rows[0], answer_options().rows[1]}},
                      tree_options()},
          .examples = {{"statelane templates", "every key, and which file and line it comes from"},
                       {"statelane templates --eject ci/lanes.yml", "to begin a file of templates"}},
          .run = run_templates};
}

CommandRow config_row() {
  using config::ChangesKeyword;
  using config::Dependents;
  using config::Gates;
  return {
      .name = "config",
      .section = Section::adopting,
      .summary = "the configuration in effect, defaults included",
      .options =
          {{"Answer",
            {flag("--show-origin", &Options::show_origin,
                  "where each value comes from: default, file and line, variable or option"),
             answer_options().rows[0], answer_options().rows[1]}},
           {"Values that beat the file",
            {choice<ChangesKeyword>(
                 "--changes", &Options::changes,
                 {{"only", ChangesKeyword::only}, {"rules", ChangesKeyword::rules}, {"none", ChangesKeyword::none}},
                 "as generate takes it"),
             choice<Dependents>("--dependents", &Options::dependents,
                                {{"none", Dependents::none}, {"direct", Dependents::direct}, {"all", Dependents::all}},
                                "as generate takes it"),
             choice<Gates>("--gates-for", &Options::gates_for,
                           {{"affected", Gates::affected}, {"changed", Gates::changed}}, "as generate takes it"),
             choice<config::Jobs>("--jobs", &Options::jobs,
                                  {{"helper", config::Jobs::helper}, {"shell", config::Jobs::shell}},
                                  "as generate takes it")}},
           tree_options()},
      .examples = {{"statelane config --show-origin", "what is in effect here, and why"}},
      .run = run_config};
}

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

/// In `init` gates are the second step, so here they are off unless asked for.
OptionRow gates_row() {
  OptionRow row = flag("--gates", &Options::gates, "the second step: manual applies too, on the default branch");
  row.variable.clear();
  return row;
}

CommandRow init_row() {
  return {
      .name = "init",
      .section = Section::adopting,
      .summary = "show, and with --write write, the parent pipeline that this repository needs",
      .description =
          "Shows what would be written as a diff. Where there is a .gitlab-ci.yml already, the jobs go to a file that "
          "it includes. The first pipelines only plan; gates are a second, deliberate step.",
      .options = {{"Write",
                   {flag("--write", &Options::write, "write the files; what is there already is not overwritten"),
                    flag("--force", &Options::force, "write them also where they are there and differ"), gates_row(),
                    flag("--with-config", &Options::with_config, "a commented .statelane.yml too")}},
                  {"Pipeline",
                   {text("--image", "IMAGE", &Options::image,
                         "container image of the jobs: statelane, git, a shell and Terraform"),
                    text("--gitlab-version", "VERSION", &Options::gitlab_version,
                         "the server's version (default: gitlab.version of .statelane.yml, else 17.0)")}}},
      .examples = {{"statelane init", "look at the diff; nothing is written"},
                   {"statelane init --write --image registry.example.com/statelane:1", "plan in the next pipeline"},
                   {"statelane init --write --force --gates", "later: manual applies"}},
      .defaults = [](Options& options) { options.gates = false; },
      .run = run_init};
}

}  // namespace

std::vector<CommandRow> shell_commands() {
  return {init_row(), templates_row(), config_row(), completion_row(), man_row()};
}

}  // namespace statelane::cli
