#pragma once

#include <string>

#include "lint/lint.hpp"

namespace statelane::emit {

/// Findings in compiler style, each with its line, a caret and remedies, then what could not be looked at and a summary
/// line. What could write to the terminal is spelled out. `color` adds ANSI colours and changes nothing else.
std::string render_lint_text(const lint::LintResult& result, bool color);

/// `statelane/lint/1`
std::string render_lint_json(const lint::LintResult& result);

}  // namespace statelane::emit
