#include "lint/job_states.hpp"

#include <algorithm>
#include <optional>

namespace statelane::lint {

namespace {

using states::State;

bool is_word_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
}

/// `word` stands in `text` between letters that belong to no word.
bool holds_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word_letter(text[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (end == text.size() || !is_word_letter(text[end]))) return true;
  }
  return false;
}

/// `pattern` with unknown parts, each of which may be any text, fits all of `text`.
bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t unknown = pattern.find(unknown_text);
  if (unknown == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, unknown))) return false;
  text.remove_prefix(unknown);
  pattern.remove_prefix(unknown);
  // The parts between unknown ones are taken where they come first.
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t next = std::min(pattern.find(unknown_text), pattern.size());
    const std::string_view literal = pattern.substr(0, next);
    if (next == pattern.size()) return text.ends_with(literal);
    const std::size_t found = text.find(literal);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + literal.size());
    pattern.remove_prefix(next);
  }
  return true;
}

class Finder {
 public:
  Finder(const Job& job, const states::StateGraph& graph, const std::function<bool(std::uint32_t)>& is_for)
      : job_(job), graph_(graph), is_for_(is_for) {}

  void add(const TerraformRun& run) {
    for (const std::string& directory : run.directories) {
      if (run.runs_many) {
        add_all_below(run, directory);
      } else if (directory.find(unknown_text) != std::string::npos) {
        add_possible(run, directory);
      } else {
        add_exact(run, directory);
      }
    }
  }

  JobStates take() { return std::move(found_); }

 private:
  void add_group(const TerraformRun& run, std::vector<std::uint32_t> states) {
    if (states.empty()) return;
    StateGroup group{std::move(states), {}, run.spot};
    auto same = std::find(found_.groups.begin(), found_.groups.end(), group);
    if (same == found_.groups.end()) same = found_.groups.insert(same, std::move(group));
    same->verbs.insert(run.verb);
  }

  void add_all_below(const TerraformRun& run, const std::string& directory) {
    const auto path = RepoPath::parse(directory);
    if (!path) {
      found_.has_unknown = true;
      return;
    }
    for (std::uint32_t index = 0; index < graph_.states().size(); ++index) {
      if (graph_.states()[index].directory.is_within(*path)) add_group(run, {index});
    }
  }

  void add_exact(const TerraformRun& run, const std::string& directory) {
    const auto path = directory.empty() ? std::optional(RepoPath()) : RepoPath::parse(directory);
    if (!path) return;
    const std::vector<std::uint32_t> states = graph_.states_in(*path);
    if (states.empty()) {
      if (graph_.has_configuration(*path)) found_.stateless.push_back(run);
      return;
    }
    add_group(run, choose_instances(run, states));
  }

  /// Those instances whose names the job's texts hold; all when they hold none.
  std::vector<std::uint32_t> choose_instances(const TerraformRun& run, const std::vector<std::uint32_t>& states) const {
    if (states.size() == 1) return states;
    std::vector<std::uint32_t> chosen;
    for (const std::uint32_t index : states) {
      const State& state = graph_.states()[index];
      const auto names = [&](std::string_view text) { return state.instance && holds_word(text, *state.instance); };
      const yaml::Value* name = environment_name(job_);
      const bool is_named = names(job_.name) || std::any_of(run.arguments.begin(), run.arguments.end(), names) ||
                            (name != nullptr && name->as_string() != nullptr && names(*name->as_string()));
      if (is_named) chosen.push_back(index);
    }
    return chosen.empty() ? states : chosen;
  }

  void add_possible(const TerraformRun& run, const std::string& directory) {
    found_.has_unknown = true;
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t index = 0; index < graph_.states().size(); ++index) {
      if (fits(directory, graph_.states()[index].directory.str()) && is_for_(index)) candidates.push_back(index);
    }
    add_group(run, std::move(candidates));
  }

  const Job& job_;
  const states::StateGraph& graph_;
  const std::function<bool(std::uint32_t)>& is_for_;
  JobStates found_;
};

}  // namespace

JobStates find_job_states(const Job& job, const std::vector<TerraformRun>& runs, const states::StateGraph& graph,
                          const std::function<bool(std::uint32_t state)>& is_for) {
  Finder finder(job, graph, is_for);
  for (const TerraformRun& run : runs) finder.add(run);
  return finder.take();
}

}  // namespace statelane::lint
