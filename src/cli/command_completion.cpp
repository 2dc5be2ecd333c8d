#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/console.hpp"
#include "cli/man_page.hpp"

namespace statelane::cli {

int run_completion(const Options& options) {
  write_output(options.shell == "bash"  ? render_bash_completion()
               : options.shell == "zsh" ? render_zsh_completion()
                                        : render_fish_completion());
  return 0;
}

int run_man(const Options&) {
  write_output(render_man_page());
  return 0;
}

}  // namespace statelane::cli
