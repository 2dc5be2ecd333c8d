#include "comparison/executed_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace statelane::comparison {

namespace {

bool is_same_file(const repo::Tree& one, const repo::Tree& other, const RepoPath& path) {
  return one.content_id(path) == other.content_id(path);
}

/// The words of a state's settings that may name a program of the repository.
std::vector<std::string> called_words(const config::Settings& settings) {
  std::vector<std::string> words = settings.after_plan.value_or(std::vector<std::string>{});
  if (settings.tool) words.push_back(settings.tool->text);
  if (settings.commands) {
    words.insert(words.end(), settings.commands->plan.begin(), settings.commands->plan.end());
    words.insert(words.end(), settings.commands->apply.begin(), settings.commands->apply.end());
  }
  return words;
}

void add_called_files(const LoadedTree& side, const repo::Tree& before, const repo::Tree& after,
                      std::set<std::string>& result) {
  for (const states::State& state : side.states.graph.states()) {
    for (const std::string& word : called_words(state.settings)) {
      const auto path = state.directory.resolve(word);
      if (!path || path->is_root() || (!before.find(*path) && !after.find(*path))) continue;
      if (!is_same_file(before, after, *path)) result.insert(fmt::format("the file {}", path->str()));
    }
  }
}

}  // namespace

std::vector<std::string> find_differences_in(const config::Config& own, const repo::Tree& own_tree,
                                             const config::Config& other, const repo::Tree& other_tree,
                                             config::Deciding deciding) {
  std::vector<std::string> result = config::find_executed_differences(own, other, deciding);
  const bool is_one_file = own.templates && own.templates == other.templates;
  const auto path = is_one_file ? RepoPath::parse(own.templates->text) : std::nullopt;
  if (path && !is_same_file(own_tree, other_tree, *path)) result.push_back(fmt::format("the file {}", path->str()));
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> find_executed_changes(const LoadedTree& base, const LoadedTree& head) {
  if (!base.tree || !head.tree) return {};
  const std::vector<std::string> settings = find_differences_in(base.own_config, *base.tree, head.own_config,
                                                                *head.tree, config::Deciding::executed_and_applied);
  std::set<std::string> result(settings.begin(), settings.end());
  add_called_files(base, *base.tree, *head.tree, result);
  add_called_files(head, *base.tree, *head.tree, result);
  return {result.begin(), result.end()};
}

}  // namespace statelane::comparison
