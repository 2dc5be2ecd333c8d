#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gitlab/needs.hpp"
#include "lint/check_habits.hpp"
#include "lint/check_structure.hpp"
#include "lint/probes.hpp"

namespace statelane::lint {

namespace {

/// Changed paths worth trying: nothing that any list names, and one for each pattern of the two jobs.
std::vector<std::string> sample_paths(const Trigger& job, const Trigger& needed) {
  std::vector<std::string> paths = {"a-path-that-no-list-names"};
  for (const Trigger* trigger : {&job, &needed}) {
    for (const ChangesList& list : trigger->lists()) {
      for (const TriggerPattern& pattern : list.patterns) {
        if (auto path = pattern.is_known ? example_of(pattern.text) : std::nullopt) paths.push_back(*std::move(path));
      }
    }
  }
  return paths;
}

bool is_created(const Trigger& trigger, const Situation& situation, const Assumption& assumption,
                const std::string& path) {
  return trigger.decide(situation, assumption, [&](std::size_t list) { return trigger.lists()[list].matches(path); })
      .is_created;
}

/// A changed path for which GitLab creates the job and not the one that it needs.
std::optional<std::string> find_gap(const Trigger& job, const Trigger& needed, std::span<const Situation> situations) {
  for (const std::string& path : sample_paths(job, needed)) {
    for (const Situation& situation : situations) {
      if (!situation.compares_paths()) continue;
      for (const Assumption& assumption : job.assumptions(situation)) {
        if (is_created(job, situation, assumption, path) && !is_created(needed, situation, assumption, path))
          return path;
      }
    }
  }
  return std::nullopt;
}

std::string_view name_of(Situation::Kind kind) {
  switch (kind) {
    case Situation::Kind::push_default: return "a push to the default branch";
    case Situation::Kind::push_branch: return "a push to another branch";
    case Situation::Kind::merge_request: return "a merge request";
    case Situation::Kind::tag: return "a tag's pipeline";
    case Situation::Kind::schedule: return "a schedule";
    case Situation::Kind::web: return "a pipeline that somebody starts";
  }
  return "";
}

/// A kind of pipeline that has the job and not the one that it needs, whatever changes: only where nothing that is not
/// known decides about either.
std::optional<Situation::Kind> find_kind_without(const Trigger& job, const Trigger& needed,
                                                 std::span<const Situation> situations) {
  if (!job.has_rules() || !job.lists().empty()) return std::nullopt;
  for (const Situation& situation : situations) {
    const std::vector<Assumption> assumptions = job.assumptions(situation);
    if (assumptions.size() > 1 || needed.assumptions(situation).size() > 1) continue;
    if (is_created(job, situation, assumptions.front(), "") && !is_created(needed, situation, assumptions.front(), ""))
      return situation.kind;
  }
  return std::nullopt;
}

/// What is missing when; empty when nothing ever is.
std::string describe_gap(const Trigger& job, const Trigger& needed, std::span<const Situation> situations) {
  if (needed.lists().empty()) {
    const auto kind = find_kind_without(job, needed, situations);
    return kind ? fmt::format("in {}", name_of(*kind)) : "";
  }
  const auto path = find_gap(job, needed, situations);
  return path ? fmt::format("when only {} changes", *path) : "";
}

}  // namespace

void check_optional_needs(const ExaminedPipeline& pipeline, std::span<const Situation> situations, Report& report) {
  std::map<std::string_view, const ExaminedJob*> jobs;
  for (const ExaminedJob& job : pipeline.jobs) jobs.emplace(job.job->name, &job);
  for (const ExaminedJob& job : pipeline.jobs) {
    for (const gitlab::Need& need : gitlab::read_needs(job.job->find("needs")).jobs) {
      const auto needed = jobs.find(need.job);
      if (need.is_optional || needed == jobs.end()) continue;
      if (!job.job->unseen_bases.empty() || !needed->second->job->unseen_bases.empty()) continue;
      const std::string gap = describe_gap(job.trigger, needed->second->trigger, situations);
      if (gap.empty()) continue;
      report.add(Rule::needs_not_optional, need.node->spot, job.job->name,
                 fmt::format("{}, \"{}\" is not there and GitLab creates no pipeline at all", gap, need.job),
                 {fmt::format("needs: [{{job: \"{}\", optional: true}}]", need.job)});
    }
  }
}

}  // namespace statelane::lint
