#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// The text for GitLab's `reports:dotenv` from the text of `terraform output -json`: one line for each of `names`,
/// which are `OUTPUT` or `VARIABLE=OUTPUT`. Throws `Error{user_files}` for what such a file cannot carry: an output
/// that is not there, is sensitive or is no string, number or boolean, a value with a line end, more than 20 variables,
/// more than 5 KiB.
std::string render_dotenv(std::string_view outputs_json, const std::vector<std::string>& names);

}  // namespace statelane::runner
