#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <utility>

#include "hcl/dump.hpp"
#include "hcl/parse.hpp"
#include "process/command.hpp"
#include "support/source_directory.hpp"

namespace statelane::hcl {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What HashiCorp's library says of each text. Empty where there is no oracle; under CI that is a failure.
std::vector<std::string> ask_oracle(const std::vector<std::string>& texts) {
  const std::string program = STATELANE_HCL_ORACLE;
  if (program.empty() || !fs::exists(program)) {
    MESSAGE("skipped: the HCL oracle was not built; it needs Go and golang-github-hashicorp-hcl-v2-dev");
    CHECK(std::getenv("CI") == nullptr);
    return {};
  }
  const fs::path file = fs::temp_directory_path() / ("statelane-hcl-oracle-" + std::to_string(std::random_device{}()));
  {
    std::ofstream stream(file, std::ios::binary);
    for (const std::string& text : texts) stream << text.size() << '\n' << text;
  }
  process::Command command;
  command.argv = {program, file.string()};
  const process::Captured captured = process::run_captured(command, std::chrono::minutes(2));
  fs::remove(file);
  REQUIRE(captured.status.succeeded());
  const std::vector<std::string> answers = split_lines(captured.out);
  REQUIRE(answers.size() == texts.size());
  return answers;
}

/// Newer versions than the oracle's know `::` in names of functions.
bool is_beyond_oracle(const std::string& text) { return text.find("::") != std::string::npos; }

void check_agreement(const std::vector<std::string>& texts) {
  const std::vector<std::string> answers = ask_oracle(texts);
  int disagreements = 0;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (std::size_t index = 0; index < answers.size() && disagreements < 10; ++index) {
    if (answers[index] == "panic" || is_beyond_oracle(texts[index])) continue;
    Diagnostics diagnostics;
    const File file = parse(texts[index], RepoPath::of("x.tf"), diagnostics);
    const bool is_accepted = answers[index].starts_with("ok ");
    const std::string ours = "ok " + Dump(Dump::Strings::hexadecimal)(file.body());
    ++(is_accepted ? accepted : refused);
    const bool agrees = file.has_faults() != is_accepted && (!is_accepted || ours == answers[index]);
    if (agrees) continue;
    ++disagreements;
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics.sorted()) said += render_diagnostic(diagnostic);
    FAIL_CHECK("text:\n" << texts[index] << "\noracle: " << answers[index] << "\nours:   " << ours << "\n" << said);
  }
  MESSAGE("compared " << accepted << " texts that are accepted, " << refused << " that are refused");
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The texts of tests/hcl/cases: several to a file, divided by lines of `-----`.
std::vector<std::string> read_cases() {
  std::vector<std::string> cases;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(statelane::support::source_directory() / "tests/hcl/cases")) {
    std::string current;
    for (const std::string& line : split_lines(read_file(entry.path()))) {
      if (line == "-----") {
        cases.push_back(std::exchange(current, {}));
      } else {
        current += line + "\n";
      }
    }
    cases.push_back(current);
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::vector<std::string> read_fixtures() {
  std::vector<std::string> texts;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(statelane::support::source_directory() / "fixtures")) {
    if (entry.path().extension() == ".tf" || entry.path().extension() == ".tfvars")
      texts.push_back(read_file(entry.path()));
  }
  return texts;
}

/// One to four edits: a byte removed, doubled, replaced or a piece of another text put in.
std::string mutate(std::string text, const std::vector<std::string>& texts, std::mt19937& random) {
  static constexpr std::string_view pieces[] = {
      "\"",      "${",      "}",  "{", "[",  "]",        "(",    ")",  "\n",   "=",    ",", ".", "*",
      "<<EOT\n", "\nEOT\n", "%{", "~", "#",  "/*",       "*/",   "\\", "for ", " in ", "?", ":", "=>",
      "...",     "1",       "a",  " ", "\r", "\xC3\xA4", "\xFF", "$",  "%",    "if ",  "-", "!"};
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t place = below(text.size() + 1);
    switch (below(4)) {
      case 0: text.erase(place, 1 + below(3)); break;
      case 1: text.insert(place, pieces[below(std::size(pieces))]); break;
      case 2: text.insert(place, text.substr(place, 1 + below(8))); break;
      default: {
        const std::string& other = texts[below(texts.size())];
        text.insert(place, other.substr(below(other.size() + 1), 1 + below(20)));
      }
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the parser agrees with HashiCorp's library on the hand-written cases") {
  std::vector<std::string> texts = read_cases();
  const std::size_t count = texts.size();
  for (std::size_t index = 0; index < count; ++index) {
    std::string with_crlf;
    for (const char byte : texts[index]) with_crlf += byte == '\n' ? "\r\n" : std::string(1, byte);
    texts.push_back(with_crlf);
    texts.push_back("\xEF\xBB\xBF" + texts[index]);
    if (!texts[index].empty()) texts.push_back(texts[index].substr(0, texts[index].size() - 1));
  }
  check_agreement(texts);
}

TEST_CASE("the parser agrees with HashiCorp's library on the files of the fixtures") {
  check_agreement(read_fixtures());
}

TEST_CASE("the parser agrees with HashiCorp's library on every prefix of the hand-written cases") {
  std::vector<std::string> texts;
  for (const std::string& text : read_cases()) {
    for (std::size_t size = 0; size < text.size(); ++size) texts.push_back(text.substr(0, size));
  }
  check_agreement(texts);
}

TEST_CASE("the parser agrees with HashiCorp's library on mutations of the hand-written cases") {
  const std::vector<std::string> cases = read_cases();
  const char* seed_text = std::getenv("STATELANE_HCL_SEED");
  std::mt19937 random(seed_text == nullptr ? 1 : static_cast<unsigned>(std::atoi(seed_text)));
  std::vector<std::string> lines;
  for (const std::string& text : cases) {
    for (const std::string& line : split_lines(text)) lines.push_back(line);
  }
  std::vector<std::string> texts;
  for (int count = 0; count < 10000; ++count) {
    texts.push_back(mutate(cases[random() % cases.size()], cases, random));
    texts.push_back(mutate(lines[random() % lines.size()], cases, random));
  }
  check_agreement(texts);
}

}  // namespace statelane::hcl
