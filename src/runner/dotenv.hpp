#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/output_digests.hpp"

namespace statelane::runner {

/// What can be said of `names`, which are `OUTPUT` or `VARIABLE=OUTPUT`, before there are outputs. Throws
/// `Error{user_files}` for what is no name of a variable, and for more than the 20 that GitLab takes.
void check_dotenv_names(const std::vector<std::string>& names);

/// Why an output cannot be a variable.
inline constexpr std::string_view no_variable_type = "it is not a string, number or boolean";
inline constexpr std::string_view sensitive_variable = "it is sensitive";

/// Why a value cannot be a variable as it is; empty where it can.
std::string why_no_variable(std::string_view value);

/// Throws `Error{user_files}` for what the plan already tells of `names`: an output that it will not leave, or one that
/// cannot be a variable. What is only known after the apply passes.
void check_planned_outputs(const SeenOutputs& outputs, const std::vector<std::string>& names);

/// The text for GitLab's `reports:dotenv` from the text of `terraform output -json`: one line for each of `names`.
/// Throws `Error{user_files}` also for what such a file cannot carry: an output that is not there, is sensitive or is
/// no string, number or boolean, a value with a line end, more than 5 KiB.
std::string render_dotenv(std::string_view outputs_json, const std::vector<std::string>& names);

}  // namespace statelane::runner
