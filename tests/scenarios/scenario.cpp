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
  static const std::set<std::string> questions = {"states", "edges", "affected", "inputs", "diagnostics", "unknown"};
  return questions.contains(word);
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
  const std::string trimmed = text.substr(0, text.find('\n'));
  if (word == "delete") {
    scenario.head.erase(target);
  } else if (word == "change") {
    scenario.head[target] = {text, repo::EntryKind::file};
  } else if (word == "change-link") {
    scenario.head[target] = {trimmed, repo::EntryKind::symlink};
  } else {
    const bool is_link = word == "link";
    scenario.base[target] = {is_link ? trimmed : text, is_link ? repo::EntryKind::symlink : repo::EntryKind::file};
    scenario.head[target] = scenario.base[target];
  }
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
