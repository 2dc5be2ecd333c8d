#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// What can be said of `names`, which are `OUTPUT` or `VARIABLE=OUTPUT`, before there are outputs. Throws
/// `Error{user_files}` for what is no name of a variable, and for more than the 20 that GitLab takes.
void check_dotenv_names(const std::vector<std::string>& names);

/// The text for GitLab's `reports:dotenv` from the text of `terraform output -json`: one line for each of `names`.
/// Throws `Error{user_files}` also for what such a file cannot carry: an output that is not there, is sensitive or is
/// no string, number or boolean, a value with a line end, more than 5 KiB.
std::string render_dotenv(std::string_view outputs_json, const std::vector<std::string>& names);

}  // namespace statelane::runner
