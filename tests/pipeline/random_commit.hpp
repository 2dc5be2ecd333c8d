#pragma once

#include <random>
#include <set>

#include "gitlab_model.hpp"
#include "hand_made.hpp"

/// A repository before and after a commit, a pipeline for it, and what GitLab knows about that; all from a seed.
class RandomCommit {
 public:
  using Kind = statelane::gitlab::PipelineKind;
  using ChangeKind = statelane::repo::ChangeKind;

  RandomCommit(std::uint32_t seed, Kind kind) : random_(seed * 37 + static_cast<std::uint32_t>(kind)) {
    make_states(seed % 40 == 0 ? 60 + below(20) : 2 + below(9));
    make_configuration();
    make_request(kind);
    find_impact();
  }

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  bool chance(std::size_t percent) { return below(100) < percent; }

  statelane::states::StateGraph base;
  statelane::states::StateGraph head;
  statelane::repo::ChangeSet changes;
  statelane::config::Config config;
  statelane::pipeline::PipelineRequest request;
  statelane::impact::Impact impact;
  gitlab_model::Circumstances circumstances;

 private:
  /// Directory names with what globs, GitLab and shells could take for their own.
  std::string id_of(std::size_t number) const {
    static const std::vector<std::string> parents = {"",        "team a/", "x[1]/", "p$q/",   "100%A%/",
                                                     "{y}, z/", "a*b?/",   "#n/",   "-dash/", "back\\slash/"};
    return parents[number % parents.size()] + "s" + std::to_string(number);
  }

  statelane::states::State make_state(const std::string& id) {
    using statelane::config::Gate;
    auto state = hand_made::state(id);
    for (int module = 0; module < 3; ++module) {
      if (chance(30))
        state.inputs.push_back(hand_made::input(hand_made::InputKind::module_directory, module_path(module)));
    }
    if (chance(20)) state.inputs.push_back(hand_made::input(hand_made::InputKind::file, "shared/[f]$1.json"));
    if (chance(30)) state.settings.gate = std::array{Gate::optional, Gate::automatic, Gate::blocking}[below(3)];
    if (chance(20)) {
      using Names = std::vector<std::string>;
      state.settings.apply_branches = std::array{Names{"main"}, Names{"feature"}, Names{"*"}, Names{}}[below(4)];
    }
    return state;
  }

  static std::string module_path(int number) { return "modules/m{" + std::to_string(number) + "}"; }

  void change(const std::string& path, ChangeKind kind) {
    statelane::repo::FileChange entry;
    entry.path = statelane::RepoPath::of(path);
    entry.kind = kind;
    changes.push_back(entry);
  }

  ChangeKind any_kind() { return std::array{ChangeKind::added, ChangeKind::modified, ChangeKind::deleted}[below(3)]; }

  void make_states(std::size_t count) {
    std::vector<statelane::states::State> before;
    std::vector<statelane::states::State> after;
    std::unordered_map<statelane::RepoPath, statelane::states::DirectoryFiles> directories;
    const std::size_t churn = count > 50 ? 0 : below(3) * 10;  // percent of states that come or go
    for (std::size_t number = 0; number < count; ++number) {
      const std::string id = id_of(number);
      auto state = make_state(id);
      const bool goes = chance(churn);
      const bool comes = !goes && chance(churn);
      if (!comes) before.push_back(state);
      if (!goes) after.push_back(state);
      const bool is_retired = goes && chance(30);
      if (is_retired) directories[state.directory] = {true, true};
      if (comes) change(id + "/main.tf", ChangeKind::added);
      if (goes) change(id + "/main.tf", is_retired ? ChangeKind::modified : ChangeKind::deleted);
      if (!comes && !goes && chance(count > 50 ? 97 : 40)) change(id + "/extra.tf", any_kind());
    }
    for (int module = 0; module < 3; ++module) {
      if (chance(10)) change(module_path(module) + "/main.tf", any_kind());
    }
    if (chance(10)) change("shared/[f]$1.json", any_kind());
    if (chance(20)) change("docs/read.md", any_kind());
    std::sort(changes.begin(), changes.end(),
              [](const auto& left, const auto& right) { return left.path < right.path; });
    base = connect(std::move(before), {});
    head = connect(std::move(after), std::move(directories));
  }

  /// Mostly edges to earlier states; now and then one the other way, so that circles come up.
  statelane::states::StateGraph connect(
      std::vector<statelane::states::State> states,
      std::unordered_map<statelane::RepoPath, statelane::states::DirectoryFiles> directories) {
    using hand_made::EdgeKind;
    std::sort(states.begin(), states.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    // Many dependents of one state now and then, so that barriers come up.
    if (states.size() > 50) {
      for (std::uint32_t from = 0; from + 1 < states.size(); ++from)
        pairs.insert({static_cast<std::uint32_t>(states.size() - 1), from});
    }
    const std::size_t most = states.size() > 50 ? 10 : states.size() * 3 / 2 + 1;
    for (std::size_t count = states.empty() ? 0 : below(most); count > 0; --count) {
      auto from = static_cast<std::uint32_t>(below(states.size()));
      auto to = static_cast<std::uint32_t>(below(states.size()));
      if (from < to && !chance(5)) std::swap(from, to);
      if (from != to) pairs.insert({from, to});
    }
    std::vector<hand_made::Edge> edges;
    for (const auto& [from, to] : pairs) {
      const EdgeKind kind = chance(15) ? EdgeKind::possible : EdgeKind::remote_state;
      edges.push_back({from, to, kind, {states[from].directory.child("upstream.tf"), 1}});
    }
    std::sort(edges.begin(), edges.end());
    return {std::move(states), std::move(edges), std::move(directories), {}};
  }

  void make_configuration() {
    using statelane::config::ChangesKeyword;
    config.changes = std::array{ChangesKeyword::only, ChangesKeyword::rules, ChangesKeyword::none}[below(3)];
    if (chance(30)) config.order = statelane::config::Order::strict;
    if (chance(50)) config.deleted = statelane::config::Deleted::destroy_gate;
  }

  void make_request(Kind kind) {
    request = hand_made::push({});
    request.kind = kind;
    request.branch = kind == Kind::push_branch ? "feature" : "main";
    for (const auto& entry : changes) request.changes.push_back({entry.path, entry.kind});
    circumstances.is_branch = !statelane::gitlab::is_merge_request(kind) && kind != Kind::tag;
    circumstances.is_tag = kind == Kind::tag;
    if (!circumstances.is_branch) request.branch.clear();
    request.comparison.is_push = statelane::gitlab::is_push(kind) && chance(70);
    if (request.comparison.is_push) {
      circumstances.is_compared = true;
      see(100);
    } else if (statelane::gitlab::is_push(kind)) {
      // A force push: another base was taken, while GitLab compares the two tips. Or a new branch.
      request.comparison.base_reason = "merge-base";
      circumstances.is_compared = chance(50);
      see(below(100));
    } else if (statelane::gitlab::is_merge_request(kind)) {
      circumstances.is_compared = true;
      see(below(100));
    }
  }

  /// GitLab sees this share of what changed.
  void see(std::size_t percent) {
    for (const auto& entry : changes) {
      if (!chance(percent)) continue;
      (entry.kind == ChangeKind::deleted ? circumstances.deleted : circumstances.present).push_back(entry.path.str());
    }
  }

  void find_impact() {
    using Reason = statelane::impact::CauseKind;
    const bool compares = statelane::gitlab::is_push(request.kind) || statelane::gitlab::is_merge_request(request.kind);
    if (compares) {
      impact = statelane::impact::find_affected(base, head, {changes, {}, {}});
      if (chance(20)) {
        statelane::impact::add_dependent_lanes(head, statelane::impact::DependentLanes::all, impact);
      }
    } else if (chance(50)) {
      for (const auto& state : head.states()) {
        impact.affected.push_back(
            {state.id, statelane::impact::Change::modified, "", {{{Reason::requested, {}, {}, {}}}}});
      }
    }
  }

  std::mt19937 random_;
};
