#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gitlab_model.hpp"
#include "pipeline/template_set.hpp"
#include "random_commit.hpp"

/// What must be, by the product's own words: which lanes a pipeline has, and what may not start before what.
namespace expected_jobs {

using namespace statelane;
using gitlab::PipelineKind;
using gitlab_model::Run;
using impact::Affected;
using impact::Change;
using Names = std::set<std::string>;

/// Read once for all repositories.
inline const pipeline::TemplateSet& built_in_templates() {
  static const pipeline::TemplateSet templates;
  return templates;
}

/// From index to index, over certain edges, along or against them.
inline std::vector<bool> reach(const states::StateGraph& graph, std::uint32_t from, bool against) {
  std::vector<bool> reached(graph.states().size(), false);
  std::vector<std::uint32_t> open = {from};
  while (!open.empty()) {
    const std::uint32_t state = open.back();
    open.pop_back();
    for (const states::Edge& edge : graph.edges()) {
      const std::uint32_t here = against ? edge.to : edge.from;
      const std::uint32_t there = against ? edge.from : edge.to;
      if (edge.kind == states::EdgeKind::possible || here != state || reached[there]) continue;
      reached[there] = true;
      open.push_back(there);
    }
  }
  return reached;
}

/// What must be, by the product's own words, for one commit.
class Expectation {
 public:
  explicit Expectation(const RandomCommit& commit) : commit_(commit) {
    for (const Affected& affected : commit.impact.affected) add(affected);
    for (const std::string& id : applied_) add_order_of_apply(id);
    for (const std::string& id : destroyed_) add_order_of_destruction(id);
  }

  const Names& lanes() const { return lanes_; }
  bool has_departed() const { return has_departed_; }

  /// Jobs that have to be done before this one may start.
  const Names& before(const std::string& job) { return before_[job]; }

 private:
  bool may_apply(const std::optional<std::vector<std::string>>& branches) const {
    const auto& request = commit_.request;
    if (request.kind != PipelineKind::push_default && request.kind != PipelineKind::push_branch) return false;
    if (!branches) return request.branch == "main";
    return std::any_of(branches->begin(), branches->end(),
                       [&](const std::string& name) { return name == "*" || name == request.branch; });
  }

  void add(const Affected& affected) {
    if (affected.change == Change::retired || affected.change == Change::deleted) {
      has_departed_ = true;
      if (affected.change == Change::deleted && is_destroyed(affected.id)) {
        lanes_.insert("plan destroy: " + affected.id);
        if (may_apply(std::nullopt)) {
          lanes_.insert("destroy: " + affected.id);
          destroyed_.insert(affected.id);
        }
      }
      return;
    }
    const states::State& state = commit_.head.states()[commit_.head.find(affected.id).value()];
    lanes_.insert("plan: " + affected.id);
    if (!may_apply(state.settings.apply_branches)) return;
    lanes_.insert("apply: " + affected.id);
    applied_.insert(affected.id);
    if (commit_.config.order == config::Order::strict || affected.change == Change::dependent)
      strict_.insert(affected.id);
  }

  /// Nobody stores in the same place here; but somebody who does not change may still read it.
  bool is_destroyed(const std::string& id) const {
    if (commit_.config.deleted != config::Deleted::destroy_gate) return false;
    const std::vector<std::uint32_t> readers = commit_.base.dependents(commit_.base.find(id).value());
    return std::none_of(readers.begin(), readers.end(), [&](std::uint32_t index) {
      const std::string& reader = commit_.base.states()[index].id;
      return commit_.head.find(reader) && commit_.impact.find(reader) == nullptr;
    });
  }

  void add_order_of_apply(const std::string& id) {
    const std::string job = "apply: " + id;
    const std::uint32_t index = commit_.head.find(id).value();
    const std::vector<bool> below = reach(commit_.head, index, false);
    const std::vector<bool> above = reach(commit_.head, index, true);
    before_[job].insert("plan: " + id);
    for (std::uint32_t other = 0; other < below.size(); ++other) {
      const std::string& dependency = commit_.head.states()[other].id;
      if (!below[other] || above[other] || !applied_.contains(dependency)) continue;
      before_[job].insert("apply: " + dependency);
      if (strict_.contains(id)) before_["plan: " + id].insert("apply: " + dependency);
    }
  }

  void add_order_of_destruction(const std::string& id) {
    const std::string job = "destroy: " + id;
    const std::uint32_t index = commit_.base.find(id).value();
    const std::vector<bool> below = reach(commit_.base, index, false);
    const std::vector<bool> above = reach(commit_.base, index, true);
    before_[job].insert("plan destroy: " + id);
    for (std::uint32_t other = 0; other < above.size(); ++other) {
      const std::string& reader = commit_.base.states()[other].id;
      if (!above[other] || below[other]) continue;
      if (destroyed_.contains(reader)) before_[job].insert("destroy: " + reader);
      if (applied_.contains(reader)) before_[job].insert("apply: " + reader);
    }
  }

  const RandomCommit& commit_;
  Names lanes_;
  Names applied_;
  Names destroyed_;
  Names strict_;
  bool has_departed_ = false;
  std::map<std::string, Names> before_;
};

inline bool is_lane(const std::string& name) {
  return name.starts_with("plan: ") || name.starts_with("apply: ") || name.starts_with("plan destroy: ") ||
         name.starts_with("destroy: ");
}

inline bool starts_itself(const std::string& name) {
  return name.starts_with("barrier: ") || name.starts_with("deleted: ") || name.starts_with("retired: ") ||
         name.starts_with("left: ") || name == "nothing-to-do";
}

/// Everything that is wrong with how the children's jobs ran, in the order in which they started.
inline std::string find_fault(const std::vector<std::string>& started, const Names& failing, const Names& optional,
                              Expectation& expected) {
  Names done;
  Names seen;
  for (const std::string& job : started) {
    if (!seen.insert(job).second && job.starts_with("apply: ")) return job + " ran twice";
    for (const std::string& earlier : expected.before(job)) {
      if (!done.contains(earlier)) return job + " started before " + earlier;
    }
    // GitLab goes on behind an optional gate whose job failed, as behind every job that may fail.
    if (!failing.contains(job) || optional.contains(job)) done.insert(job);
  }
  return "";
}

/// Presses buttons in any order until none is left, in all children at once.
inline std::vector<std::string> play(std::vector<Run>& children, RandomCommit& random) {
  std::vector<std::string> order;
  std::vector<std::size_t> told(children.size(), 0);
  const auto collect = [&] {
    for (std::size_t child = 0; child < children.size(); ++child) {
      const auto& started = children[child].started();
      order.insert(order.end(), started.begin() + static_cast<std::ptrdiff_t>(told[child]), started.end());
      told[child] = started.size();
    }
  };
  collect();
  for (;;) {
    std::vector<std::pair<std::size_t, std::string>> buttons;
    for (std::size_t child = 0; child < children.size(); ++child) {
      for (std::string& name : children[child].buttons()) buttons.emplace_back(child, std::move(name));
    }
    if (buttons.empty()) return order;
    const auto& [child, name] = buttons[random.below(buttons.size())];
    children[child].press(name);
    collect();
  }
}

}  // namespace expected_jobs
