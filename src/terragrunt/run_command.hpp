#pragma once

#include <span>

#include "terragrunt/file_scope.hpp"

namespace statelane::terragrunt {

/// Notes the files of the repository that a command names, run in `directory`: itself, its arguments, and what a script
/// among them seems to look for by name, which may lie anywhere.
void note_command(FileScope& scope, std::span<const hcl::Value> words, const RepoPath& directory);

/// Names of files that the text of a script mentions: words that end in a dot and letters.
std::vector<std::string> file_names_in(std::string_view script);

}  // namespace statelane::terragrunt
