#include "pipeline/departed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gitlab/names.hpp"
#include "pipeline/apply_order.hpp"
#include "states/backend_identity.hpp"

namespace statelane::pipeline {

namespace {

using impact::Affected;
using impact::Change;
using states::State;
using states::StateGraph;

/// Why a state's resources must not be destroyed by a lane; empty when they may.
class Caution {
 public:
  Caution(const PipelineRequest& request, const impact::Impact& impact, const StateGraph& base, const StateGraph& head)
      : request_(request), impact_(impact), base_(base), head_(head) {}

  std::string find_reason(const State& state) const {
    const Affected* affected = impact_.find(state.id);
    const bool has_base = affected != nullptr && affected->pending && !affected->pending->base.empty();
    if (request_.comparison.base.empty() && !has_base) return "there is no commit to take its files from";
    if (!gitlab::can_carry(state.id)) return "its name is not UTF-8, and GitLab can hold nothing else";
    if (state.kind == states::StateKind::custom) return "it is a lane outside Terraform";
    if (state.kind == states::StateKind::terragrunt) return "it is a unit of Terragrunt";
    // What a local backend stores is not in the job that would destroy it.
    if (!state.backend || state.backend->type == "local") return "its state is stored among its files";
    for (const State& other : head_.states()) {
      if (!other.backend || !states::may_be_same(*state.backend, *other.backend)) continue;
      return fmt::format("\"{}\" {} its state in the same place", other.id,
                         other.backend->is_complete() && state.backend->is_complete() ? "stores" : "may store");
    }
    return find_reader(state);
  }

 private:
  /// Somebody who read it in base and did not change since reads it still.
  std::string find_reader(const State& state) const {
    for (const std::uint32_t index : base_.dependents(base_.find(state.id).value())) {
      const std::string& id = base_.states()[index].id;
      if (head_.find(id) && impact_.find(id) == nullptr) return fmt::format("\"{}\" still depends on it", id);
    }
    return "";
  }

  const PipelineRequest& request_;
  const impact::Impact& impact_;
  const StateGraph& base_;
  const StateGraph& head_;
};

void describe_deleted(const PipelineRequest& request, const config::Config& config, const std::string& caution,
                      Departed& departed) {
  const std::string& id = departed.state.id;
  departed.message = fmt::format("the state \"{}\" was deleted; its resources stay as they are", id);
  const auto successor = request.successors.find(id);
  if (successor != request.successors.end()) {
    departed.message = fmt::format(
        "the state \"{}\" looks moved to \"{}\", which stores its state elsewhere: its resources would be "
        "orphaned, and made again",
        id, successor->second);
    departed.hints.push_back("let the new directory's backend name the place of the old one, or move the stored state");
  } else if (config.deleted == config::Deleted::destroy_gate) {
    departed.message += ", since " + caution;
  }
  const std::string& base = departed.affected->pending ? departed.affected->pending->base : request.comparison.base;
  const std::string commit = base.empty() ? "the commit before" : base;
  departed.hints.push_back(
      fmt::format("to destroy them, check out {} and run \"{} destroy\" there", commit,
                  departed.state.kind == states::StateKind::terragrunt ? "terragrunt" : "terraform"));
  if (config.deleted == config::Deleted::warn) {
    departed.hints.emplace_back("for a gate that does it, set \"pipeline.deleted\" to destroy-gate");
  }
}

void describe_retired(Departed& departed) {
  departed.message = fmt::format("\"{}\" is no state any more, though its directory has configuration; its lane ends",
                                 departed.state.id);
  departed.hints = {"if it still is one, restore its backend block or list it in \"states.include\""};
}

/// Lanes and destructions by the index of their states in base, with the job that others wait for.
std::map<std::uint32_t, std::string> find_last_jobs(const StateGraph& base, const std::vector<Lane>& lanes,
                                                    const std::vector<Departed>& all) {
  std::map<std::uint32_t, std::string> jobs;
  for (const Lane& lane : lanes) {
    const auto index = base.find(lane.state->id);
    if (index && lane.has_apply()) jobs[*index] = lane.apply_job;
  }
  for (const Departed& departed : all) {
    if (!departed.destroy_job.empty()) jobs[base.find(departed.state.id).value()] = departed.destroy_job;
  }
  return jobs;
}

/// Dependents come first: base's order the other way round. What stays in head does not wait for what comes before it
/// in that order, so a destruction waits for all of those itself.
void set_order(const StateGraph& base, const std::vector<Lane>& lanes, std::vector<Departed>& all) {
  const std::map<std::uint32_t, std::string> jobs = find_last_jobs(base, lanes, all);
  std::vector<states::Edge> edges;
  for (const states::Edge& edge : base.edges()) edges.push_back({edge.to, edge.from, edge.kind, edge.place});
  std::sort(edges.begin(), edges.end());
  std::vector<std::uint32_t> indexes;
  std::map<std::uint32_t, std::uint32_t> position_of;
  for (const auto& [index, job] : jobs) {
    position_of[index] = static_cast<std::uint32_t>(indexes.size());
    indexes.push_back(index);
  }
  std::set<std::string> destructions;
  for (const Departed& departed : all) destructions.insert(departed.destroy_job);
  const ApplyOrder order = order_applies(StateGraph(base.states(), std::move(edges), {}, {}), indexes);
  for (Departed& departed : all) {
    if (departed.destroy_job.empty()) continue;
    std::set<std::string> waits_for;
    std::vector<std::uint32_t> open = order.waits_for[position_of[base.find(departed.state.id).value()]];
    while (!open.empty()) {
      const std::uint32_t position = open.back();
      open.pop_back();
      const std::string& job = jobs.at(indexes[position]);
      const bool waits_itself = destructions.contains(job);
      if (!waits_for.insert(job).second || waits_itself) continue;
      const auto& next = order.waits_for[position];
      open.insert(open.end(), next.begin(), next.end());
    }
    departed.waits_for.assign(waits_for.begin(), waits_for.end());
  }
}

Departed find_fate(const PipelineRequest& request, const Affected& affected, const State& state, const Caution& caution,
                   const config::Config& config) {
  Departed departed{&affected, state, "", {}, "", "", {}};
  departed.state.settings = config::settings_for(config, state.directory);
  if (affected.change == Change::retired) {
    describe_retired(departed);
    return departed;
  }
  const std::string reason = caution.find_reason(state);
  if (config.deleted == config::Deleted::warn || request.successors.contains(state.id) || !reason.empty()) {
    describe_deleted(request, config, reason, departed);
    return departed;
  }
  departed.message = fmt::format("the state \"{}\" was deleted; its gate destroys its resources", state.id);
  departed.plan_job = gitlab::job_name("plan destroy", state.id);
  if (may_apply(request, departed.state)) departed.destroy_job = gitlab::job_name("destroy", state.id);
  return departed;
}

}  // namespace

std::vector<Departed> find_departed(const PipelineRequest& request, const impact::Impact& impact,
                                    const StateGraph& base, const StateGraph& head, const std::vector<Lane>& lanes,
                                    const config::Config& config, Diagnostics& diagnostics) {
  const Caution caution(request, impact, base, head);
  std::vector<Departed> all;
  for (const Affected& affected : impact.affected) {
    const auto index = base.find(affected.id);
    if (!index || (affected.change != Change::deleted && affected.change != Change::retired)) continue;
    all.push_back(find_fate(request, affected, base.states()[*index], caution, config));
    const Departed& departed = all.back();
    diagnostics.add({departed.has_lane() ? Severity::note : Severity::warning, departed.state.directory, std::nullopt,
                     departed.message, departed.hints, ""});
  }
  const bool has_order = std::any_of(all.begin(), all.end(), [](const auto& one) { return !one.destroy_job.empty(); });
  if (has_order) set_order(base, lanes, all);
  return all;
}

}  // namespace statelane::pipeline
