#include "scenarios/scenario.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace statelane::test {

namespace {

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool is_question(const std::string& word) {
  static const std::set<std::string> questions = {"states",  "edges",    "affected",  "inputs", "diagnostics",
                                                  "unknown", "left-out", "unmatched", "cycles", "unclaimed",
                                                  "backend", "files",    "readers"};
  return questions.contains(word);
}

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char letter : text) result += letter == '\n' ? std::string("\r\n") : std::string(1, letter);
  return result;
}

void add_block(Scenario& scenario, const std::string& info, const std::string& text, std::size_t line,
               std::size_t lines) {
  std::istringstream words(info);
  std::string word, path;
  words >> word;
  std::getline(words >> std::ws, path);
  if (is_question(word)) {
    scenario.expectations.push_back({info, text, line, lines});
    return;
  }
  const RepoPath target = RepoPath::of(path);
  if (word == "delete") {
    scenario.head.erase(target);
    return;
  }
  repo::MemoryTree::File entry{text, repo::EntryKind::file};
  if (word.ends_with("link")) entry = {text.substr(0, text.find('\n')), repo::EntryKind::symlink};
  if (word.ends_with("submodule")) entry = {text.substr(0, text.find('\n')), repo::EntryKind::submodule};
  if (word == "crlf") entry.content = with_crlf(text);
  if (!word.starts_with("change")) scenario.base[target] = entry;
  scenario.head[target] = std::move(entry);
}

}  // namespace

std::vector<Scenario> read_scenarios(const std::filesystem::path& file) {
  const std::vector<std::string> lines = read_lines(file);
  std::vector<Scenario> scenarios;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const std::string& line = lines[index];
    if (line.starts_with("#")) {
      scenarios.push_back({line.substr(line.find_first_not_of("# ")), file, {}, {}, {}});
      continue;
    }
    if (!line.starts_with("```")) continue;
    if (scenarios.empty()) throw std::runtime_error(file.string() + ": a block before the first heading");
    const std::size_t first = index + 1;
    std::string text;
    for (++index; index < lines.size() && lines[index] != "```"; ++index) text += lines[index] + "\n";
    if (index == lines.size()) throw std::runtime_error(file.string() + ": a block is not closed: " + line);
    add_block(scenarios.back(), line.substr(3), text, first + 1, index - first);
  }
  std::erase_if(scenarios, [](const Scenario& scenario) { return scenario.expectations.empty(); });
  return scenarios;
}

void rewrite_expectation(const Scenario& scenario, const Scenario::Expectation& expectation,
                         const std::string& answer) {
  const std::vector<std::string> lines = read_lines(scenario.file);
  std::ofstream stream(scenario.file);
  for (std::size_t index = 0; index < expectation.line - 1; ++index) stream << lines[index] << '\n';
  stream << answer;
  for (std::size_t index = expectation.line - 1 + expectation.lines; index < lines.size(); ++index)
    stream << lines[index] << '\n';
}

}  // namespace statelane::test
