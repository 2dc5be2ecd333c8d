#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace statelane::support {

/// One case of a golden file: an input and the answer to it.
struct GoldenCase {
  std::string reader;  ///< the first word behind the input's fence, such as `hcl`
  std::string input;
};

/// Runs all cases of a Markdown file, each a fenced block whose first word names how it is read, and below it a block
/// `answer`; text between them explains. Fails, with the line, where an answer differs. With STATELANE_REWRITE=1 the
/// answers are written into the file instead.
void check_golden_cases(const std::filesystem::path& file, const std::function<std::string(const GoldenCase&)>& answer);

}  // namespace statelane::support
