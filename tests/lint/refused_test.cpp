#include "lint/linted.hpp"
#include "support/golden_cases.hpp"
#include "support/source_directory.hpp"

namespace {

std::string file_of(std::string line) {
  if (!line.starts_with("file ")) {
    if (line.starts_with('{')) line = line.substr(1, line.size() - 2);
    return "j: {" + std::string(line.starts_with("script") || line.starts_with("run") ? "" : "script: x, ") + line +
           "}\n";
  }
  line.erase(0, 5);
  for (std::size_t at = line.find("\\n"); at != std::string::npos; at = line.find("\\n")) line.replace(at, 2, "\n");
  return line + "\n";
}

/// The errors of a file, each with its hints.
std::string errors_of(const std::string& line) {
  std::string text = line.substr(0, 100) + "\n";
  const auto result = lint_files({{".gitlab-ci.yml", file_of(line)}, {"a.yml", "k: {script: x}\n"}});
  for (const auto& finding : result.findings) {
    if (finding.diagnostic.severity != statelane::Severity::error) continue;
    text += fmt::format("  {}: {}\n", describe(finding.rule).id, finding.diagnostic.message);
    for (const std::string& hint : finding.diagnostic.hints) text += fmt::format("    {}\n", hint);
  }
  return text;
}

}  // namespace

TEST_CASE("what GitLab refuses is said with the keyword, what it takes, and what stands there") {
  statelane::support::check_golden_cases(statelane::support::source_directory() / "tests/lint/goldens/refused.md",
                                         [](const statelane::support::GoldenCase& one) {
                                           std::string text;
                                           for (std::size_t begin = 0; begin < one.input.size();) {
                                             const std::size_t end =
                                                 std::min(one.input.find('\n', begin), one.input.size());
                                             text += errors_of(one.input.substr(begin, end - begin));
                                             begin = end + 1;
                                           }
                                           return text;
                                         });
}
