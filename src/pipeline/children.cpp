#include "pipeline/children.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gitlab/branches.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "gitlab/yaml_size.hpp"
#include "pipeline/complete_child.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/lanes.hpp"
#include "pipeline/patterns_of.hpp"
#include "pipeline/split_pipeline.hpp"

namespace statelane::pipeline {

namespace {

/// One child with what was said while it was made.
struct Made {
  Child child;
  std::size_t deploying = 0;
  Diagnostics diagnostics;
};

/// Lanes of several children, and what was made of each part.
struct Parted {
  std::vector<impact::Impact> parts;
  std::vector<Made> made;
};

class ChildrenBuilder {
 public:
  ChildrenBuilder(const PipelineRequest& request, const states::StateGraph& base, const states::StateGraph& head,
                  const TemplateSet& templates, const config::Config& config, const Capacity& capacity)
      : request_(request), base_(base), head_(head), templates_(templates), config_(config), capacity_(capacity) {}

  std::vector<Child> build(const impact::Impact& impact, Diagnostics& diagnostics) const {
    auto [parts, made] = part(impact);
    // Beyond this point it is fixed which lanes are in which child.
    parts.resize(capacity_.children);
    while (made.size() < parts.size()) made.push_back(make(parts[made.size()], made.size() + 1));
    std::vector<Child> children;
    for (std::size_t index = 0; index < made.size(); ++index) {
      if (!fits(made[index])) make_smaller(parts[index], index + 1, made[index], diagnostics);
      diagnostics.merge(made[index].diagnostics);
      children.push_back(std::move(made[index].child));
      complete_child(children.back(), index + 1, capacity_, request_, diagnostics);
    }
    return children;
  }

  /// As many children as it takes, at most `capacity.children`.
  Parted part(const impact::Impact& impact) const {
    Parted result{{impact}, {}};
    // The gates alone tell what cannot be enough, without building it first.
    const std::size_t least =
        std::min(divide_up(count_gates(impact), gitlab::max_environment_jobs), capacity_.children);
    if (least > 1) result.parts = split_into_children(impact, base_, head_, least);
    result.made = make_all(result.parts);
    while (result.parts.size() < capacity_.children && !fit(result.made)) {
      const auto before = find_largest_misfit(result);
      const std::size_t count = std::clamp(least_children(result.made), result.parts.size() + 1, capacity_.children);
      result.parts = split_into_children(impact, base_, head_, count);
      result.made = make_all(result.parts);
      // What stays as large cannot be parted.
      if (find_largest_misfit(result) == before) break;
    }
    return result;
  }

 private:
  /// A part without any lane still is a child, and says why it does nothing.
  Made make(const impact::Impact& part, std::size_t number) const {
    PipelineRequest request = numbered(number);
    if (number > 1 && part.affected.empty()) {
      request.nothing_reason = "nothing to do in this child: every lane is in another one";
    }
    return make(request, part);
  }

  PipelineRequest numbered(std::size_t number) const {
    PipelineRequest request = request_;
    if (capacity_.children > 1) request.child = number;
    return request;
  }

  Made make(const PipelineRequest& request, const impact::Impact& part) const {
    Made made;
    Pipeline pipeline = build_pipeline(request, part, base_, head_, templates_, config_, made.diagnostics);
    made.child = split_into_files(std::move(pipeline), request.server);
    // The gates of a second stage are one pipeline too.
    const bool is_first_stage = request.gates_of.value_or(config_.gates) == config::Gates::changed;
    made.deploying =
        std::max(count_jobs_with(made.child, "environment"), is_first_stage && request.gates ? count_gates(part) : 0);
    return made;
  }

  std::size_t count_gates(const impact::Impact& impact) const {
    return static_cast<std::size_t>(
        std::count_if(impact.affected.begin(), impact.affected.end(), [&](const impact::Affected& affected) {
          const auto index = head_.find(affected.id);
          return index && may_apply(request_, head_.states()[*index]);
        }));
  }

  std::vector<Made> make_all(const std::vector<impact::Impact>& parts) const {
    std::vector<Made> made;
    made.reserve(parts.size());
    for (std::size_t index = 0; index < parts.size(); ++index) made.push_back(make(parts[index], index + 1));
    return made;
  }

  bool fits(const Made& made) const {
    return made.child.size() <= capacity_.files && made.deploying <= gitlab::max_environment_jobs;
  }

  bool fit(const std::vector<Made>& made) const {
    return std::all_of(made.begin(), made.end(), [&](const Made& one) { return fits(one); });
  }

  /// The most lanes of a child that does not fit, and how many children do not.
  std::pair<std::size_t, std::size_t> find_largest_misfit(const Parted& parted) const {
    std::pair<std::size_t, std::size_t> found;
    for (std::size_t index = 0; index < parted.made.size(); ++index) {
      if (fits(parted.made[index])) continue;
      found.first = std::max(found.first, parted.parts[index].affected.size());
      ++found.second;
    }
    return found;
  }

  /// Fewer children than this cannot hold what these hold together.
  std::size_t least_children(const std::vector<Made>& made) const {
    std::size_t full_files = 0;
    std::size_t deploying = 0;
    for (const Made& one : made) {
      full_files += one.child.size() - 1;  // the last one may be nearly empty
      deploying += one.deploying;
    }
    return std::max(divide_up(full_files, capacity_.files), divide_up(deploying, gitlab::max_environment_jobs));
  }

  /// Takes out of a child what it can do without, the least needed first.
  void make_smaller(const impact::Impact& part, std::size_t number, Made& made, Diagnostics& diagnostics) const {
    PipelineRequest request = numbered(number);
    if (made.deploying > gitlab::max_environment_jobs) {
      take_gates_out(made.deploying, request, diagnostics);
      made = make(request, part);
    }
    if (made.child.size() <= capacity_.files) return;
    // The rules only repeat what has been decided: a pipeline without them has the same jobs.
    request.has_room_for_changes = false;
    made = make(request, part);
  }

  void take_gates_out(std::size_t deploying, PipelineRequest& request, Diagnostics& diagnostics) const {
    const std::string text =
        fmt::format("this pipeline only plans: {} jobs would deploy, and GitLab lets {} in one pipeline", deploying,
                    gitlab::max_environment_jobs);
    const std::vector<std::string> hints = {
        fmt::format("for the gates, spread the lanes over more children: --children {} or more",
                    std::max(divide_up(deploying, gitlab::max_environment_jobs), capacity_.children + 1)),
        "states that depend on each other stay in one child: take fewer of them at a time with --state"};
    request.gates = false;
    request.notices.emplace("gates left out", std::vector<std::string>{text, hints.front(), hints.back()});
    diagnostics.warning(RepoPath::of(config::file_name), std::nullopt, text, hints);
  }

  const PipelineRequest& request_;
  const states::StateGraph& base_;
  const states::StateGraph& head_;
  const TemplateSet& templates_;
  const config::Config& config_;
  const Capacity& capacity_;
};

/// Branches on which some state has a gate; a glob stands for the branches that it matches.
std::set<std::string> gated_branches(const states::StateGraph& head, const std::string& default_branch) {
  std::set<std::string> branches;
  for (const states::State& state : head.states()) {
    for (std::string& branch : gitlab::apply_branches(state.settings.apply_branches, default_branch))
      branches.insert(std::move(branch));
  }
  return branches;
}

/// What the patterns of all states add to their pipeline.
std::size_t measure_changes(const states::StateGraph& head) {
  std::size_t size = 0;
  for (const states::State& state : head.states()) {
    const std::vector<std::string> patterns = patterns_of(state);
    const yaml::Value::Map only = {{"changes", yaml::Value::List(patterns.begin(), patterns.end())}};
    size += gitlab::deep_size(
        yaml::Value::Map{{"." + gitlab::job_name("changes", state.id), yaml::Value::Map{{"only", only}}}});
  }
  return size;
}

}  // namespace

std::vector<Child> build_children(const PipelineRequest& request, const impact::Impact& impact,
                                  const states::StateGraph& base, const states::StateGraph& head,
                                  const TemplateSet& templates, const config::Config& config, const Capacity& capacity,
                                  Diagnostics& diagnostics) {
  return ChildrenBuilder(request, base, head, templates, config, capacity).build(impact, diagnostics);
}

Capacity find_capacity(PipelineRequest request, const states::StateGraph& head, const TemplateSet& templates,
                       const config::Config& config) {
  impact::Impact all;
  for (const states::State& state : head.states()) all.affected.push_back({state.id, impact::Change::modified, "", {}});
  request.kind = gitlab::PipelineKind::push_default;
  request.gates = true;
  request.changes_keyword = config::ChangesKeyword::none;
  const Capacity most{max_children, gitlab::max_trigger_includes};
  Capacity needed;
  for (const std::string& branch : gated_branches(head, request.default_branch)) {
    request.branch = branch;
    const Parted parted = ChildrenBuilder(request, {}, head, templates, config, most).part(all);
    needed.children = std::max(needed.children, parted.parts.size());
    for (const Made& made : parted.made) {
      std::size_t size = measure_changes(head) / parted.parts.size();
      for (const Pipeline& file : made.child) size += measure_file(file);
      if (size > gitlab::max_yaml_bytes(request.server)) needed.files = most.files;
    }
  }
  if (needed.children > 1) needed.files = most.files;
  return needed;
}

}  // namespace statelane::pipeline
