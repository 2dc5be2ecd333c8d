#include "pipeline/lanes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "gitlab/branches.hpp"
#include "gitlab/names.hpp"
#include "pipeline/apply_order.hpp"

namespace statelane::pipeline {

namespace {

void report_strange_id(const states::State& state, Diagnostics& diagnostics) {
  diagnostics.error(
      state.directory, std::nullopt,
      fmt::format("the state \"{}\" is not UTF-8, and GitLab's configuration can hold nothing else", state.id),
      {"rename the directory"});
}

/// Apply jobs that `position` waits for; a lane without one stands for those that it waits for itself.
std::set<std::string> find_apply_jobs(const std::vector<Lane>& lanes, const ApplyOrder& order, std::uint32_t position,
                                      Waits waits) {
  std::set<std::string> jobs;
  std::vector<bool> seen(lanes.size(), false);
  std::vector<std::uint32_t> open = order.waits_for[position];
  while (!open.empty()) {
    const std::uint32_t other = open.back();
    open.pop_back();
    if (seen[other]) continue;
    seen[other] = true;
    if (lanes[other].has_apply()) jobs.insert(lanes[other].apply_job);
    if (waits == Waits::nearest && lanes[other].has_apply()) continue;
    open.insert(open.end(), order.waits_for[other].begin(), order.waits_for[other].end());
  }
  return jobs;
}

void report_circle(const std::vector<Lane>& lanes, const std::vector<std::uint32_t>& circle, Diagnostics& diagnostics) {
  std::string names;
  std::size_t gates = 0;
  for (const std::uint32_t position : circle) {
    names += (names.empty() ? "" : ", ") + lanes[position].state->id;
    gates += lanes[position].has_apply() ? 1 : 0;
  }
  if (gates < 2) return;
  diagnostics.warning(
      lanes[circle.front()].state->directory, std::nullopt,
      fmt::format("states depend on each other in a circle, so that their applies have no order: {}", names),
      {"take one of the remote state reads out of the circle"});
}

/// What a state depends on directly, or is promoted from, also comes before it, unless both are in one circle.
void set_reads(std::vector<Lane>& lanes, const ApplyOrder& order, const states::StateGraph& head) {
  std::unordered_map<std::uint32_t, std::uint32_t> position_of;
  std::vector<std::size_t> circle_of(lanes.size(), order.circles.size());
  for (std::uint32_t position = 0; position < lanes.size(); ++position) position_of[lanes[position].index] = position;
  for (std::size_t circle = 0; circle < order.circles.size(); ++circle) {
    for (const std::uint32_t position : order.circles[circle]) circle_of[position] = circle;
  }
  for (std::uint32_t position = 0; position < lanes.size(); ++position) {
    std::set<std::string> jobs;
    std::set<std::string> slugs;
    for (const std::uint32_t index : head.comes_after(lanes[position].index)) {
      const auto other = position_of.find(index);
      if (other == position_of.end() || other->second == position || !lanes[other->second].has_apply()) continue;
      const bool same_circle =
          circle_of[position] < order.circles.size() && circle_of[position] == circle_of[other->second];
      if (same_circle) continue;
      jobs.insert(lanes[other->second].apply_job);
      slugs.insert(gitlab::slug(lanes[other->second].state->id));
    }
    lanes[position].read_slugs.assign(slugs.begin(), slugs.end());
    lanes[position].reads.assign(jobs.begin(), jobs.end());
  }
}

}  // namespace

bool may_apply(const PipelineRequest& request, const states::State& state) {
  return request.gates && !state.is_lost_with_job() && is_on_apply_branch(request, state);
}

std::string describe_lost(const states::State& state) {
  if (!state.is_lost_with_job()) return "";
  return fmt::format("no gate: {}, so that what it stores is lost with the job",
                     state.backend ? "the state's backend is local" : "the state has no backend");
}

void warn_of_lost(const std::vector<const states::State*>& states, Diagnostics& diagnostics) {
  if (states.empty()) return;
  constexpr std::size_t most_named = 5;
  std::string names;
  for (std::size_t index = 0; index < std::min(states.size(), most_named); ++index)
    names += (names.empty() ? "" : ", ") + states[index]->id;
  if (states.size() > most_named) names += fmt::format(" and {} more", states.size() - most_named);
  const bool is_one = states.size() == 1;
  diagnostics.warning(
      states.front()->directory, std::nullopt,
      fmt::format("{} no backend that keeps what is stored when the job is gone, so {} no gate: {}",
                  is_one ? "a state has" : fmt::format("{} states have", states.size()),
                  is_one ? "it has" : "they have", names),
      {"give the state a backend, or write \"local_state: kept\" in its rule where the directory outlives the job"});
}

bool is_on_apply_branch(const PipelineRequest& request, const states::State& state) {
  // Schedules, tags and pipelines started by hand compare nothing that a person has reviewed, unless it is what was
  // merged; merge requests are not.
  const bool is_merged = gitlab::is_push(request.kind) || request.offers_pending;
  if (!is_merged || request.branch.empty()) return false;
  const auto branches = gitlab::apply_branches(state.settings.apply_branches, request.default_branch);
  return gitlab::is_apply_branch(branches, request.branch);
}

void set_order(std::vector<Lane>& lanes, const states::StateGraph& head, Waits waits, Diagnostics& diagnostics) {
  if (std::none_of(lanes.begin(), lanes.end(), [](const Lane& lane) { return lane.has_apply(); })) return;
  std::vector<std::uint32_t> indexes;
  indexes.reserve(lanes.size());
  for (const Lane& lane : lanes) indexes.push_back(lane.index);
  const ApplyOrder order = order_applies(head, indexes);
  for (std::uint32_t position = 0; position < lanes.size(); ++position) {
    const std::set<std::string> jobs = find_apply_jobs(lanes, order, position, waits);
    lanes[position].waits_for.assign(jobs.begin(), jobs.end());
  }
  set_reads(lanes, order, head);
  for (const std::vector<std::uint32_t>& circle : order.circles) report_circle(lanes, circle, diagnostics);
}

void block_waited_for_gates(std::vector<Lane>& lanes, const std::vector<std::string>& more, Diagnostics& diagnostics) {
  std::set<std::string> waited_for(more.begin(), more.end());
  for (const Lane& lane : lanes) {
    waited_for.insert(lane.waits_for.begin(), lane.waits_for.end());
    waited_for.insert(lane.reads.begin(), lane.reads.end());
  }
  for (Lane& lane : lanes) {
    const bool is_optional = lane.state->settings.gate == config::Gate::optional;
    if (!is_optional || !lane.has_apply() || !waited_for.contains(lane.apply_job)) continue;
    lane.has_to_block = true;
    diagnostics.warning(RepoPath::of(config::file_name), std::nullopt,
                        fmt::format("the gate of \"{}\" blocks, though it is optional: others wait for its apply, and "
                                    "GitLab would skip them and call the pipeline a success",
                                    lane.state->id),
                        {"set \"apply.gate\" to blocking for states that others depend on"});
  }
}

std::optional<Lane> make_lane(const states::StateGraph& head, std::uint32_t index, Diagnostics& diagnostics) {
  const states::State& state = head.states()[index];
  if (!gitlab::can_carry(state.id)) {
    report_strange_id(state, diagnostics);
    return std::nullopt;
  }
  Lane lane;
  lane.state = &state;
  lane.index = index;
  lane.plan_job = gitlab::job_name("plan", state.id);
  return lane;
}

namespace {

/// GitLab makes one environment of two names with one slug: the jobs of the other fail before they begin.
void refuse_equal_slugs(const std::vector<Lane>& lanes, const states::StateGraph& head, Diagnostics& diagnostics) {
  std::set<std::string> offered;
  for (const Lane& lane : lanes) {
    if (lane.has_apply()) offered.insert(lane.state->id);
  }
  if (offered.empty()) return;
  std::map<std::string, std::string> first;  // slug → id
  for (const states::State& state : head.states()) {
    const std::string slug = gitlab::environment_slug(gitlab::environment_name(state.id));
    const auto [other, is_new] = first.emplace(slug, state.id);
    if (is_new || (!offered.contains(state.id) && !offered.contains(other->second))) continue;
    diagnostics.error(
        state.directory, std::nullopt,
        fmt::format("the environments of \"{}\" and \"{}\" have one slug, \"{}\", and GitLab makes only one of them",
                    other->second, state.id, slug),
        {"rename one of the directories"});
  }
}

}  // namespace

std::vector<Lane> find_lanes(const PipelineRequest& request, const impact::Impact& impact,
                             const states::StateGraph& head, const config::Config& config, Diagnostics& diagnostics) {
  std::vector<Lane> lanes;
  std::vector<const states::State*> lost;
  for (const impact::Affected& affected : impact.affected) {
    const bool has_left = affected.change == impact::Change::deleted || affected.change == impact::Change::retired;
    const auto index = head.find(affected.id);
    if (has_left || !index) continue;
    auto lane = make_lane(head, *index, diagnostics);
    if (!lane) continue;
    lane->affected = &affected;
    lane->waits = affected.pending && affected.pending->is_from_earlier;
    if (may_apply(request, *lane->state)) lane->apply_job = gitlab::job_name("apply", affected.id);
    lane->is_on_apply_branch = is_on_apply_branch(request, *lane->state);
    if (request.gates && lane->is_on_apply_branch && lane->state->is_lost_with_job()) lost.push_back(lane->state);
    lane->plan_waits = config.order == config::Order::strict || affected.change == impact::Change::dependent;
    lanes.push_back(*std::move(lane));
  }
  refuse_equal_slugs(lanes, head, diagnostics);
  warn_of_lost(lost, diagnostics);
  set_order(lanes, head, Waits::nearest, diagnostics);
  return lanes;
}

}  // namespace statelane::pipeline
