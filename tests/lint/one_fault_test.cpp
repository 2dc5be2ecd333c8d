#include <algorithm>
#include <fstream>

#include "lint/linted.hpp"
#include "support/source_directory.hpp"

namespace {

/// A line of one_fault.md.
struct OneFault {
  bool is_taken = false;
  std::string text;  ///< the whole file
  std::string reason;
};

std::string with_line_ends(std::string text) {
  for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) text.replace(at, 2, "\n");
  return text;
}

std::string without_braces(const std::string& keywords) {
  return keywords.starts_with('{') ? keywords.substr(1, keywords.size() - 2) : keywords;
}

OneFault parse_line(const std::string& line) {
  OneFault fault;
  fault.is_taken = line[0] == '+';
  const std::size_t behind = line.rfind(" ## ");
  REQUIRE(behind != std::string::npos);
  fault.reason = line.substr(behind + 4);
  const std::size_t blank = line.find(' ');
  const std::string kind = line.substr(1, blank - 1);
  const std::string piece = line.substr(blank + 1, behind - blank - 1);
  if (kind == "file") {
    fault.text = with_line_ends(piece) + "\n";
  } else {
    fault.text = "j: {" + std::string(kind.empty() ? "script: echo, " : "") + without_braces(piece) + "}\n";
  }
  return fault;
}

std::vector<OneFault> read_corpus() {
  std::ifstream file(statelane::support::source_directory() / "tests/lint/one_fault.md");
  std::vector<OneFault> faults;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('+') || line.starts_with('-')) faults.push_back(parse_line(line));
  }
  return faults;
}

}  // namespace

TEST_CASE("what GitLab refuses is an error, and nothing else is") {
  const std::vector<OneFault> corpus = read_corpus();
  REQUIRE(corpus.size() > 400);
  for (const OneFault& fault : corpus) {
    CAPTURE(fault.text);
    CAPTURE(fault.reason);
    std::string errors;
    for (const auto& finding :
         lint_files({{".gitlab-ci.yml", fault.text}, {"a.yml", "k: {script: echo}\n"}}).findings) {
      if (finding.diagnostic.severity == statelane::Severity::error) errors += finding.diagnostic.message + "\n";
    }
    CAPTURE(errors);
    CHECK(errors.empty() == fault.is_taken);
  }
}
