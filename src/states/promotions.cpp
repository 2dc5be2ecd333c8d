#include "states/promotions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/suggest.hpp"
#include "states/instances.hpp"

namespace statelane::states {

namespace {

/// The names by which a state may be meant: its instance, and the directories of its path.
std::vector<std::string> names_of(const State& state) {
  std::vector<std::string> result;
  if (state.instance) result.push_back(*state.instance);
  for (RepoPath path = state.directory; !path.is_root(); path = path.parent()) result.emplace_back(path.name());
  return result;
}

/// The ids of the states that differ from `state` in that it has `to` where this has `from`.
std::vector<std::string> counterparts(const State& state, const std::string& from, const std::string& to) {
  std::vector<std::string> result;
  if (state.instance == from) result.push_back(to_state_id(state.directory, to));
  for (RepoPath path = state.directory; !path.is_root(); path = path.parent()) {
    if (path.name() != from) continue;
    const auto other = path.parent().resolve(to + "/" + std::string(state.directory.within(path)));
    if (other) result.push_back(to_state_id(*other, state.instance));
  }
  return result;
}

std::optional<std::uint32_t> find(const std::vector<State>& states, const std::string& id) {
  const auto found =
      std::lower_bound(states.begin(), states.end(), id,
                       [](const State& candidate, const std::string& wanted) { return candidate.id < wanted; });
  if (found == states.end() || found->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - states.begin());
}

class Checker {
 public:
  Checker(const StateGraph& graph, Diagnostics& diagnostics) : graph_(graph), diagnostics_(diagnostics) {}

  void check_rule(const config::Rule& rule) {
    if (!rule.settings.after) return;
    std::vector<const State*> matched;
    for (const State& state : graph_.states()) {
      if (config::matches_glob(rule.match.text, state.directory.display())) matched.push_back(&state);
    }
    if (matched.empty()) return;  // told as such
    for (const config::Pair& pair : *rule.settings.after) check_pair(rule, pair, matched);
  }

  /// The way back from what it waits for.
  void check_circle(const Promotion& promotion) {
    std::vector<bool> seen(graph_.states().size(), false);
    std::vector<std::uint32_t> open = {promotion.to};
    while (!open.empty()) {
      const std::uint32_t state = open.back();
      open.pop_back();
      if (seen[state]) continue;
      seen[state] = true;
      const auto next = graph_.comes_after(state);
      open.insert(open.end(), next.begin(), next.end());
    }
    if (!seen[promotion.from]) return;
    const std::vector<State>& states = graph_.states();
    error(promotion.range,
          fmt::format("{} would come after itself: it waits for {}, and that for it", states[promotion.from].id,
                      states[promotion.to].id),
          "take one of the two out of after, or what one reads of the other out of the configuration");
  }

 private:
  void error(const SourceRange& range, std::string message, std::string hint) {
    diagnostics_.error(RepoPath::of(config::file_name), range, std::move(message),
                       hint.empty() ? std::vector<std::string>{} : std::vector{std::move(hint)});
  }

  void check_pair(const config::Rule& rule, const config::Pair& pair, const std::vector<const State*>& matched) {
    std::set<std::string> names;
    for (const State* state : matched) {
      const auto found = names_of(*state);
      names.insert(found.begin(), found.end());
      for (const std::string& id : counterparts(*state, pair.key.text, pair.value.text))
        if (graph_.find(id)) return;
    }
    const config::Located& unknown = names.contains(pair.key.text) ? pair.value : pair.key;
    const auto suggestion = find_suggestion(unknown.text, std::vector<std::string>(names.begin(), names.end()));
    error(unknown.range,
          fmt::format("no state of \"{}\" is \"{}\" where another is \"{}\"", rule.match.text, unknown.text,
                      &unknown == &pair.key ? pair.value.text : pair.key.text),
          suggestion ? fmt::format("did you mean \"{}\"?", *suggestion)
                     : "after has names of instances, or of directories in which states lie");
  }

  const StateGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::vector<Promotion> find_promotions(const std::vector<State>& states) {
  std::vector<Promotion> result;
  for (std::uint32_t index = 0; index < states.size(); ++index) {
    if (!states[index].settings.after) continue;
    for (const config::Pair& pair : *states[index].settings.after) {
      for (const std::string& id : counterparts(states[index], pair.key.text, pair.value.text)) {
        const auto to = find(states, id);
        if (to && *to != index) result.push_back({index, *to, pair.value.range});
      }
    }
  }
  const auto key = [](const Promotion& one) { return std::pair(one.from, one.to); };
  std::sort(result.begin(), result.end(),
            [&](const Promotion& left, const Promotion& right) { return key(left) < key(right); });
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void check_promotions(const config::Config& config, const StateGraph& graph, Diagnostics& diagnostics) {
  Checker checker(graph, diagnostics);
  for (const config::Rule& rule : config.rules) checker.check_rule(rule);
  for (const Promotion& promotion : graph.promotions()) checker.check_circle(promotion);
}

}  // namespace statelane::states
