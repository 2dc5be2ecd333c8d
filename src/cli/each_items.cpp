#include "cli/each_items.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace statelane::cli {

namespace {

using states::StateGraph;

bool is_gone(const impact::Affected& affected) {
  return affected.change == impact::Change::deleted || affected.change == impact::Change::retired;
}

/// Directories of local modules that states of head call.
std::set<RepoPath> find_modules(const StateGraph& head) {
  std::set<RepoPath> result;
  for (const states::State& state : head.states()) {
    for (const states::Input& input : state.inputs)
      if (input.kind == states::InputKind::module_directory) result.insert(input.path);
  }
  return result;
}

/// Of `modules` those that hold a changed path, the innermost of each.
std::set<RepoPath> find_changed(const std::set<RepoPath>& modules, const repo::ChangeSet& changes) {
  std::set<RepoPath> result;
  for (const repo::FileChange& change : changes) {
    for (RepoPath directory = change.path; !directory.is_root();) {
      directory = directory.parent();
      if (!modules.contains(directory)) continue;
      result.insert(directory);
      break;
    }
  }
  return result;
}

/// The nearest of `items` that a state depends on, through whatever lies between.
class Dependencies {
 public:
  Dependencies(const StateGraph& graph, const std::map<std::uint32_t, std::size_t>& items)
      : graph_(graph), items_(items) {}

  std::vector<std::size_t> find(std::uint32_t state) {
    seen_ = {state};
    found_.clear();
    walk(state);
    return {found_.begin(), found_.end()};
  }

 private:
  void walk(std::uint32_t start) {
    std::vector<std::uint32_t> rest = graph_.comes_after(start);
    while (!rest.empty()) {
      const std::uint32_t state = rest.back();
      rest.pop_back();
      if (!seen_.insert(state).second) continue;
      const auto item = items_.find(state);
      if (item != items_.end()) {
        found_.insert(item->second);
        continue;
      }
      const std::vector<std::uint32_t> more = graph_.comes_after(state);
      rest.insert(rest.end(), more.begin(), more.end());
    }
  }

  const StateGraph& graph_;
  const std::map<std::uint32_t, std::size_t>& items_;
  std::set<std::uint32_t> seen_;
  std::set<std::size_t> found_;
};

/// Dependencies first, modules before the states that call them.
void set_order(const StateGraph& graph, std::vector<EachItem>& items) {
  std::map<std::uint32_t, std::size_t> states;
  std::map<RepoPath, std::size_t> modules;
  for (std::size_t index = 0; index < items.size(); ++index) {
    if (items[index].is_module) modules.emplace(items[index].directory, index);
    if (const auto state = graph.find(items[index].id); state && !items[index].is_module) states.emplace(*state, index);
  }
  Dependencies dependencies(graph, states);
  for (const auto& [state, index] : states) {
    items[index].after = dependencies.find(state);
    for (const states::Input& input : graph.states()[state].inputs) {
      const auto module = modules.find(input.path);
      const bool is_call = input.kind == states::InputKind::module_directory && module != modules.end();
      if (is_call) items[index].after.push_back(module->second);
    }
  }
}

void reverse_order(std::vector<EachItem>& items) {
  std::vector<std::vector<std::size_t>> reversed(items.size());
  for (std::size_t index = 0; index < items.size(); ++index)
    for (const std::size_t before : items[index].after) reversed[before].push_back(index);
  for (std::size_t index = 0; index < items.size(); ++index) items[index].after = std::move(reversed[index]);
}

}  // namespace

std::vector<EachItem> find_each_items(const Comparison& comparison, const Options& options) {
  const StateGraph& graph = comparison.head.states.graph;
  std::vector<EachItem> items;
  if (options.each.modules) {
    const std::set<RepoPath> modules = find_modules(graph);
    for (const RepoPath& directory : options.all ? modules : find_changed(modules, comparison.changes))
      items.push_back({directory.display(), true, directory});
  }
  for (const impact::Affected& affected : comparison.impact.affected) {
    const auto index = is_gone(affected) ? std::nullopt : graph.find(affected.id);
    if (!index) continue;
    const states::State& state = graph.states()[*index];
    items.push_back({state.id, false, state.directory, state.instance});
  }
  if (options.each.by_order || options.each.reverse) set_order(graph, items);
  if (options.each.reverse) reverse_order(items);
  return items;
}

std::vector<std::string> find_gone(const Comparison& comparison) {
  std::vector<std::string> result;
  for (const impact::Affected& affected : comparison.impact.affected)
    if (is_gone(affected)) result.push_back(affected.id);
  return result;
}

std::string fill_in(std::string_view word, const EachItem& item) {
  const std::array<std::pair<std::string_view, std::string>, 3> values{
      {{"{id}", item.id}, {"{path}", item.directory.display()}, {"{instance}", item.instance.value_or("")}}};
  std::string result;
  while (!word.empty()) {
    const auto value = std::ranges::find_if(values, [&](const auto& entry) { return word.starts_with(entry.first); });
    const bool is_value = value != values.end();
    result += is_value ? value->second : std::string(word.substr(0, 1));
    word.remove_prefix(is_value ? value->first.size() : 1);
  }
  return result;
}

}  // namespace statelane::cli
