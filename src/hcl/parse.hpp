#pragma once

#include <string>

#include "base/diagnostics.hpp"
#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// Brackets, blocks, templates and operators may nest this deep; what lies deeper is reported once and skipped.
inline constexpr int nesting_limit = 200;

/// A file may hold this many values: nodes of expressions, blocks and labels. In memory each is far larger than its
/// text, so that 16 MiB of `1,1,1` would take gigabytes.
inline constexpr std::size_t most_values = 1'000'000;

/// Reads a file in HCL's native syntax. Time and memory grow linearly with the text.
/// Each fault gives one error with its place; reading goes on with the next line or behind the closing brace, so the
/// rest of the file is there. An attribute with a faulty value is kept with an `invalid` expression.
/// What `parse` does not do: check names, or whether anything makes sense to Terraform.
File parse(std::string source, const RepoPath& path, Diagnostics& diagnostics);

/// Reads a template file (`templatefile`): the whole text is one template, see `File::expression`.
File parse_template(std::string source, const RepoPath& path, Diagnostics& diagnostics);

/// Reads one expression, see `File::expression`.
File parse_expression(std::string source, const RepoPath& path, Diagnostics& diagnostics);

}  // namespace statelane::hcl
