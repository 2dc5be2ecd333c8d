#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "lint/check_triggers.hpp"
#include "lint/probes.hpp"

namespace statelane::lint {

namespace {

using states::Input;
using states::InputKind;

constexpr std::array<std::string_view, 3> verbs_that_matter = {"plan", "apply", "destroy"};

bool is_tree(InputKind kind) {
  return kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
}

/// Per probe, in a kind of pipeline.
using Flags = std::vector<char>;

/// What a job makes of the changes of a group's probes.
struct Outcome {
  std::map<Situation::Kind, Flags> started;  ///< with some assumption
  /// List → kind of pipeline → probes that it misses.
  std::map<std::size_t, std::map<Situation::Kind, Flags>> missed;
};

class Check {
 public:
  Check(std::span<const ExaminedJob> jobs, std::span<const Situation> situations, const repo::Tree& tree,
        const states::StateGraph& graph, Report& report)
      : jobs_(jobs), situations_(situations), tree_(tree), graph_(graph), report_(report) {
    for (std::size_t index = 0; index < jobs.size(); ++index) {
      for (const StateGroup& group : jobs[index].states.groups) by_states_[group.states].push_back(index);
    }
  }

  void run() {
    for (std::size_t index = 0; index < jobs_.size(); ++index) {
      for (const StateGroup& group : jobs_[index].states.groups) check(index, group);
    }
  }

 private:
  static bool matters(const StateGroup& group) {
    return std::any_of(verbs_that_matter.begin(), verbs_that_matter.end(),
                       [&](std::string_view verb) { return group.verbs.contains(std::string(verb)); });
  }

  void check(std::size_t index, const StateGroup& group) {
    if (jobs_[index].trigger.lists().empty() || !matters(group)) return;
    const std::vector<Probe> probes = common_probes(group);
    Outcome outcome = examine(jobs_[index].trigger, group, probes);
    for (auto& [list, by_kind] : outcome.missed) {
      Flags missed(probes.size(), 0);
      for (auto& [kind, flags] : by_kind) {
        take_away_others(index, group, kind, probes, flags);
        for (std::size_t probe = 0; probe < probes.size(); ++probe) missed[probe] |= flags[probe];
      }
      if (std::count(missed.begin(), missed.end(), 1) > 0) report_missed(index, list, group, probes, missed);
    }
  }

  /// What all states of the group read.
  std::vector<Probe> common_probes(const StateGroup& group) {
    std::vector<Probe> common = probes_of(group.states.front());
    for (std::size_t each = 1; each < group.states.size() && !common.empty(); ++each) {
      const std::vector<Probe>& other = probes_of(group.states[each]);
      std::erase_if(common, [&](const Probe& probe) { return !std::binary_search(other.begin(), other.end(), probe); });
    }
    return common;
  }

  const std::vector<Probe>& probes_of(std::uint32_t state) {
    const auto [place, is_new] = probes_.try_emplace(state);
    if (is_new) place->second = find_probes(tree_, graph_, state);
    return place->second;
  }

  Outcome examine(const Trigger& trigger, const StateGroup& group, const std::vector<Probe>& probes) {
    std::vector<Flags> matched;
    for (const ChangesList& list : trigger.lists()) {
      Flags& flags = matched.emplace_back();
      for (const Probe& probe : probes) flags.push_back(list.matches(probe.path) ? 1 : 0);
    }
    Outcome outcome;
    const std::vector<std::string> own = own_paths(group, probes);
    for (const Situation& situation : situations_) {
      if (!situation.compares_paths()) continue;
      Flags& started_at_all = outcome.started[situation.kind];
      started_at_all.resize(probes.size());
      for (const Assumption& assumption : trigger.assumptions(situation)) {
        Flags started;
        for (std::size_t probe = 0; probe < probes.size(); ++probe) {
          const auto matches = [&](std::size_t list) { return matched[list][probe] != 0; };
          started.push_back(trigger.decide(situation, assumption, matches).is_created ? 1 : 0);
          started_at_all[probe] |= started.back();
        }
        if (!starts_for(trigger, situation, assumption, own)) continue;
        note_missed(trigger, situation, assumption, matched, started, outcome);
      }
    }
    return outcome;
  }

  /// Paths in the state's own directory: a job that a change of one starts is there for the state. Several states may
  /// share only what lies elsewhere, so that a new file in each stands for them.
  std::vector<std::string> own_paths(const StateGroup& group, const std::vector<Probe>& probes) const {
    std::vector<std::string> paths;
    const std::vector<Input>& inputs = graph_.states()[group.states.front()].inputs;
    for (const Probe& probe : probes) {
      if (inputs[probe.input].kind == InputKind::own_directory) paths.push_back(probe.path);
    }
    if (group.states.size() == 1) return paths;
    for (const std::uint32_t state : group.states) {
      paths.push_back(graph_.states()[state].directory.child("new-file.tf").str());
    }
    return paths;
  }

  static bool starts_for(const Trigger& trigger, const Situation& situation, const Assumption& assumption,
                         const std::vector<std::string>& paths) {
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
      const auto matches = [&](std::size_t list) { return trigger.lists()[list].matches(path); };
      return trigger.decide(situation, assumption, matches).is_created;
    });
  }

  static void note_missed(const Trigger& trigger, const Situation& situation, const Assumption& assumption,
                          const std::vector<Flags>& matched, const Flags& started, Outcome& outcome) {
    const std::vector<std::size_t> lists = trigger.deciding_lists(situation, assumption);
    for (std::size_t probe = 0; probe < started.size(); ++probe) {
      if (started[probe] != 0) continue;
      const auto guilty = std::find_if(lists.begin(), lists.end(), [&](std::size_t list) {
        return trigger.lists()[list].excludes == (matched[list][probe] != 0);
      });
      if (guilty == lists.end()) continue;
      Flags& flags = outcome.missed[*guilty][situation.kind];
      flags.resize(started.size());
      flags[probe] = 1;
    }
  }

  /// Probes that start another job with a verb of this one for the same states.
  void take_away_others(std::size_t index, const StateGroup& group, Situation::Kind kind,
                        const std::vector<Probe>& probes, Flags& flags) {
    for (const std::size_t other : by_states_[group.states]) {
      if (other == index) continue;
      const auto& groups = jobs_[other].states.groups;
      const auto same = std::find(groups.begin(), groups.end(), group);
      const bool does_the_same =
          std::any_of(verbs_that_matter.begin(), verbs_that_matter.end(), [&](std::string_view verb) {
            return group.verbs.contains(std::string(verb)) && same->verbs.contains(std::string(verb));
          });
      if (!does_the_same) continue;
      const Flags started = examine(jobs_[other].trigger, group, probes).started[kind];
      for (std::size_t probe = 0; probe < flags.size(); ++probe) {
        if (started[probe] != 0) flags[probe] = 0;
      }
    }
  }

  void report_missed(std::size_t index, std::size_t list_index, const StateGroup& group,
                     const std::vector<Probe>& probes, const Flags& missed) {
    const ChangesList& list = jobs_[index].trigger.lists()[list_index];
    const states::State& state = graph_.states()[group.states.front()];
    std::map<std::uint32_t, std::vector<const Probe*>> by_input;
    for (std::size_t probe = 0; probe < probes.size(); ++probe) {
      if (missed[probe] != 0) by_input[probes[probe].input].push_back(&probes[probe]);
    }
    std::vector<std::string> hints;
    std::vector<std::string> missing;
    std::vector<std::string> patterns;
    for (const auto& [input, paths] : by_input) {
      describe(state, state.inputs[input], paths, probes, hints);
      for (const Probe* probe : paths) missing.push_back(probe->path);
      add_patterns(state.inputs[input], paths, list.keyword, patterns);
    }
    std::sort(patterns.begin(), patterns.end());
    patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
    hints.push_back(render_fix(list, patterns));
    Finding& finding = report_.add(Rule::missed_inputs, list.spot, jobs_[index].job->name,
                                   message_for(list, group, missing.size()), std::move(hints));
    if (group.states.size() == 1) finding.state = state.id;
    finding.missing = std::move(missing);
    finding.add = list.excludes ? std::vector<std::string>{} : std::move(patterns);
  }

  std::string message_for(const ChangesList& list, const StateGroup& group, std::size_t count) const {
    std::string names = fmt::format("state \"{}\"", graph_.states()[group.states.front()].id);
    if (group.states.size() > 1) {
      names = fmt::format("each of {} states, such as \"{}\"", group.states.size(),
                          graph_.states()[group.states.front()].id);
    }
    const std::string what = count == 1 ? "an input" : fmt::format("{} inputs", count);
    return fmt::format("this list {} {} of {}", list.excludes ? "keeps out" : "misses", what, names);
  }

  /// `missed: modules/vpc (9 files), read in env/prod/main.tf:3`
  void describe(const states::State& state, const Input& input, const std::vector<const Probe*>& paths,
                const std::vector<Probe>& probes, std::vector<std::string>& hints) const {
    const auto index = static_cast<std::uint32_t>(&input - state.inputs.data());
    const auto is_of_input = [&](const Probe& probe) { return probe.input == index && probe.exists; };
    const auto all = static_cast<std::size_t>(std::count_if(probes.begin(), probes.end(), is_of_input));
    const auto gone = static_cast<std::size_t>(
        std::count_if(paths.begin(), paths.end(), [](const Probe* probe) { return probe->exists; }));
    std::string text = input.path.display();
    if (is_tree(input.kind) && gone == 0) {
      text = fmt::format("files that are added to {}", input.path.display());
    } else if (is_tree(input.kind) && gone == all) {
      text += fmt::format(" ({} {})", gone, gone == 1 ? "file" : "files");
    } else if (gone > 0) {
      text = paths.front()->path;
      for (std::size_t each = 1; each < std::min<std::size_t>(paths.size(), 4); ++each)
        text += ", " + paths[each]->path;
      if (paths.size() > 4) text += fmt::format(" and {} more", paths.size() - 4);
    } else if (!input.glob.empty()) {
      text = input.glob;
    } else {
      text += ", which may be added";
    }
    const states::Place& place = input.reached.front().place;
    const bool is_said = input.kind != InputKind::own_directory && !place.file.is_root() && place.line > 0;
    if (is_said) text += fmt::format(", read in {}:{}", place.file.str(), place.line);
    hints.push_back("missed: " + text);
  }

  static void add_patterns(const Input& input, const std::vector<const Probe*>& paths, gitlab::PatternKeyword keyword,
                           std::vector<std::string>& patterns) {
    if (input.kind == InputKind::own_directory && input.path.is_root()) {
      patterns.emplace_back("*");
    } else if (is_tree(input.kind)) {
      patterns.push_back(gitlab::pattern_below(input.path.str(), keyword));
    } else if (!input.glob.empty()) {
      patterns.push_back(gitlab::pattern_for(input.glob, keyword));
    } else {
      for (const Probe* probe : paths) patterns.push_back(gitlab::escape_pattern(probe->path, keyword));
    }
  }

  static std::string render_fix(const ChangesList& list, const std::vector<std::string>& patterns) {
    if (list.excludes) return "take from this list what matches them, or they plan nothing when they change alone";
    std::string text = "add to this list:";
    for (const std::string& pattern : patterns) text += fmt::format("\n        - \"{}\"", escape_quotes(pattern));
    return text;
  }

  static std::string escape_quotes(std::string_view text) {
    std::string result;
    for (const char letter : text) {
      if (letter == '"' || letter == '\\') result += '\\';
      result += letter;
    }
    return result;
  }

  std::span<const ExaminedJob> jobs_;
  std::span<const Situation> situations_;
  const repo::Tree& tree_;
  const states::StateGraph& graph_;
  Report& report_;
  std::map<std::vector<std::uint32_t>, std::vector<std::size_t>> by_states_;
  std::map<std::uint32_t, std::vector<Probe>> probes_;
};

}  // namespace

void check_missed_inputs(std::span<const ExaminedJob> jobs, std::span<const Situation> situations,
                         const repo::Tree& tree, const states::StateGraph& graph, Report& report) {
  Check(jobs, situations, tree, graph, report).run();
}

}  // namespace statelane::lint
