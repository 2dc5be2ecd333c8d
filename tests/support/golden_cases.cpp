#include "support/golden_cases.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace statelane::support {

namespace {

/// The lines of a block up to its closing fence, which is read too.
std::string read_block(std::istream& in) {
  std::string text;
  for (std::string line; std::getline(in, line) && line != "```";) text += line + "\n";
  return text;
}

}  // namespace

void check_golden_cases(const std::filesystem::path& file,
                        const std::function<std::string(const GoldenCase&)>& answer) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in.good(), file.string());
  std::string rewritten;
  GoldenCase current;
  std::size_t cases = 0;
  for (std::string line; std::getline(in, line);) {
    rewritten += line + "\n";
    if (!line.starts_with("```")) continue;
    const std::string text = read_block(in);
    if (line != "```answer") {
      current = {line.substr(3), text};
      rewritten += text + "```\n";
      continue;
    }
    ++cases;
    std::string found = answer(current);
    if (!found.empty() && !found.ends_with('\n')) found += '\n';
    rewritten += found + "```\n";
    if (std::getenv("STATELANE_REWRITE") == nullptr) {
      INFO("input: ", current.input);
      CHECK(found == text);
    }
  }
  CHECK(cases > 0);
  if (std::getenv("STATELANE_REWRITE") != nullptr) std::ofstream(file) << rewritten;
}

}  // namespace statelane::support
