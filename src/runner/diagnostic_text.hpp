#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// An error as Terraform and OpenTofu print it, without escapes and box. What a program or a provider says in its own
/// words is only in `detail` and `lines`, or in the title of an error that has a `subject`.
struct ToolError {
  std::string title;    ///< what stands behind `Error: `
  std::string subject;  ///< `with ADDRESS,`: whose error it is; empty: the tool's own
  std::string place;    ///< `main.tf:7`, from the state directory; empty where there is none
  std::string lines;    ///< all that follows the title
  std::string detail;   ///< the same, every run of blanks and line ends as one blank: it is wrapped anywhere
};

/// The errors in a tool's output, in their order. Where one is drawn in a box, only what has a box is one.
std::vector<ToolError> find_errors(std::string_view output);

/// One of the output's lines, without escapes and box, is this.
bool has_line(std::string_view output, std::string_view line);

/// A whole output as one line, without escapes and boxes.
std::string flatten(std::string_view output);

/// Every run of blanks and line ends as one blank.
std::string unwrap(std::string_view text);

}  // namespace statelane::runner
