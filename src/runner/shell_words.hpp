#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// `argv` as one types it into a POSIX shell, quoted only where it has to be.
std::string to_shell_words(const std::vector<std::string>& argv);

/// The words that Terraform reads in TF_CLI_ARGS: blanks part them, quotes and backslashes as in a shell. A quote that
/// is not closed ends with the text.
std::vector<std::string> split_shell_words(std::string_view text);

/// Cuts the values, which may be secrets, from `-var=name=value`, `-var name=value` and the same of `-backend-config`.
std::vector<std::string> without_values(std::vector<std::string> words);

}  // namespace statelane::runner
