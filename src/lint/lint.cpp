#include "lint/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "lint/check_habits.hpp"
#include "lint/check_structure.hpp"
#include "lint/check_triggers.hpp"
#include "lint/examine.hpp"
#include "terraform/file_names.hpp"

namespace statelane::lint {

namespace {

/// In a child the source is `parent_pipeline`; all else is the parent's.
std::vector<Situation> situations_for(const ExaminedPipeline& pipeline, const LintSettings& settings) {
  std::vector<Situation> situations = all_situations(settings.default_branch);
  if (!pipeline.is_child) return situations;
  for (Situation& situation : situations) {
    situation.variables["CI_PIPELINE_SOURCE"] = VariableValue::known("parent_pipeline");
  }
  return situations;
}

void add_unseen(const ExaminedPipeline& pipeline, const Report& report, std::set<NotLookedAt>& found) {
  for (const Unseen& unseen : pipeline.pipeline->configuration.unseen) {
    const SourceFile& file = report.files()[unseen.spot.file];
    found.insert({file.path, unseen.spot.begin.line, fmt::format("{}: it is not in this tree", unseen.what)});
  }
  for (const Job& job : pipeline.pipeline->jobs) {
    for (const auto& [node, what] : find_unread_children(job)) {
      found.insert({report.files()[node->spot.file].path, node->spot.begin.line,
                    fmt::format("{}: it is not in this tree", what)});
    }
  }
  // One for each directory of a file, at its first line.
  std::map<std::pair<RepoPath, std::string>, std::pair<std::string, std::set<std::uint32_t>>> stateless;
  for (const ExaminedJob& job : pipeline.jobs) {
    for (const TerraformRun& run : job.states.stateless) {
      const std::string directory = run.directories.front().empty() ? "." : run.directories.front();
      auto& [tool, lines] = stateless[{report.files()[run.spot.file].path, directory}];
      tool = run.tool;
      lines.insert(run.spot.begin.line);
    }
  }
  for (const auto& [place, runs] : stateless) {
    const auto& [tool, lines] = runs;
    const std::size_t others = lines.size() - 1;
    const std::string more =
        others == 0 ? "" : fmt::format(" (and {} more {})", others, others == 1 ? "line" : "lines");
    found.insert(
        {place.first, *lines.begin(),
         fmt::format("{} in {}{}: the directory is no state (it has no backend block and no lock file; name it "
                     "under states.include)",
                     tool, place.second, more)});
  }
}

bool names_working_directory(const repo::Tree& tree, const states::State& state) {
  const auto is_configuration = [](const states::Input& input) {
    return input.kind == states::InputKind::own_directory || input.kind == states::InputKind::module_directory;
  };
  return std::any_of(state.inputs.begin(), state.inputs.end(), [&](const states::Input& input) {
    if (!is_configuration(input)) return false;
    const auto entries = tree.list(input.path);
    return std::any_of(entries.begin(), entries.end(), [&](const repo::TreeEntry& entry) {
      const bool is_file = entry.kind == repo::EntryKind::file || entry.kind == repo::EntryKind::executable;
      return is_file && terraform::is_configuration_name(entry.name) &&
             tree.read(input.path.child(entry.name)).find("path.cwd") != std::string::npos;
    });
  });
}

/// `path.cwd` is where Terraform was started: inputs follow it in the state's directory and at the root. What `-chdir`
/// makes of any other place is told.
void add_other_starts(const ExaminedPipeline& pipeline, const repo::Tree& tree, const states::StateGraph& graph,
                      const Report& report, std::set<NotLookedAt>& found) {
  for (const ExaminedJob& job : pipeline.jobs) {
    for (const TerraformRun& run : job.commands.runs) {
      const bool is_one = run.started_in.size() == 1 && run.directories.size() == 1;
      if (!is_one || run.started_in.front().empty() || run.started_in == run.directories) continue;
      const std::string& directory = run.directories.front();
      const auto state = std::find_if(graph.states().begin(), graph.states().end(),
                                      [&](const states::State& each) { return each.directory.str() == directory; });
      if (state == graph.states().end() || !names_working_directory(tree, *state)) continue;
      found.insert({report.files()[run.spot.file].path, run.spot.begin.line,
                    fmt::format("{} in {} is started in {}: that is path.cwd there, and what is read from it is none "
                                "of the inputs",
                                run.tool, state->directory.display(), run.started_in.front())});
    }
  }
}

std::vector<RepoPath> paths_of(const Report& report) {
  std::set<RepoPath> paths;
  for (const SourceFile& file : report.files()) paths.insert(file.path);
  return {paths.begin(), paths.end()};
}

std::set<std::string> states_of(const ExaminedPipeline& pipeline, const states::StateGraph& graph) {
  std::set<std::string> ids;
  for (const ExaminedJob& job : pipeline.jobs) {
    for (const StateGroup& group : job.states.groups) {
      if (!group.verbs.contains("plan") && !group.verbs.contains("apply")) continue;
      for (const std::uint32_t state : group.states) ids.insert(graph.states()[state].id);
    }
  }
  return ids;
}

[[noreturn]] void refuse_missing(const RepoPath& path) {
  throw Error(ErrorKind::user_files, fmt::format("there is no file {}", path.display()),
              {"name the pipeline file: statelane lint FILE", "statelane init writes a first one"});
}

}  // namespace

LintResult lint_pipeline(const repo::Tree& tree, const RepoPath& path, const states::StateGraph& graph,
                         const LintSettings& settings) {
  const auto entry = tree.find(path);
  if (!entry || (entry->kind != repo::EntryKind::file && entry->kind != repo::EntryKind::executable)) {
    refuse_missing(path);
  }
  Report report;
  LintResult result;
  std::set<NotLookedAt> not_looked_at;
  std::set<std::string> ids;
  for (const ExaminedPipeline& pipeline : examine_pipelines(tree, path, graph, report)) {
    const std::vector<Situation> situations = situations_for(pipeline, settings);
    check_keywords(*pipeline.pipeline, settings.server, report);
    check_needs(*pipeline.pipeline, report);
    check_patterns(pipeline.jobs, tree, report);
    check_missed_inputs(pipeline.jobs, situations, tree, graph, report);
    check_unneeded_triggers(pipeline.jobs, tree, graph, report);
    check_applies(pipeline, situations, report);
    check_lost_states(pipeline, tree, graph, report);
    check_plan_handover(pipeline, situations, tree, report);
    check_backend_credentials(pipeline, report);
    check_leftovers(pipeline, tree, report);
    check_surroundings(pipeline, report);
    check_optional_needs(pipeline, situations, report);
    check_environments(pipeline, graph, report);
    add_unseen(pipeline, report, not_looked_at);
    add_other_starts(pipeline, tree, graph, report, not_looked_at);
    ids.merge(states_of(pipeline, graph));
    result.jobs += pipeline.jobs.size();
  }
  result.files = paths_of(report);
  result.findings = report.take_findings();
  result.not_looked_at.assign(not_looked_at.begin(), not_looked_at.end());
  result.states.assign(ids.begin(), ids.end());
  return result;
}

std::vector<std::string> find_refusals(const repo::Tree& tree, const RepoPath& path, const gitlab::Version& server) {
  Report report;
  if (auto configuration = load_configuration(tree, path, report)) {
    const Pipeline pipeline = build_pipeline(*std::move(configuration));
    check_keywords(pipeline, server, report);
    check_needs(pipeline, report);
  }
  std::vector<std::string> refusals;
  for (const Finding& finding : report.take_findings()) {
    if (describe(finding.rule).severity != Severity::error) continue;
    const Diagnostic& what = finding.diagnostic;
    refusals.push_back(
        fmt::format("{}:{}: {}", what.path.display(), what.range ? what.range->begin.line : 0, what.message));
  }
  return refusals;
}

std::vector<StateTriggers> trigger_lists(const repo::Tree& tree, const RepoPath& path, const states::StateGraph& graph,
                                         const LintSettings& settings) {
  Report report;
  std::map<std::pair<std::string, std::string>, StateTriggers> found;
  for (const ExaminedPipeline& pipeline : examine_pipelines(tree, path, graph, report)) {
    const Situation situation = situations_for(pipeline, settings).front();
    for (const ExaminedJob& job : pipeline.jobs) {
      std::set<std::string> patterns;
      bool always = false;
      for (const Assumption& assumption : job.trigger.assumptions(situation)) {
        always = always || job.trigger.decide(situation, assumption, [](std::size_t) { return false; }).is_created;
        for (const std::size_t index : job.trigger.deciding_lists(situation, assumption)) {
          const ChangesList& list = job.trigger.lists()[index];
          if (list.excludes || list.is_workflow) continue;
          for (const TriggerPattern& pattern : list.patterns) patterns.insert(pattern.text);
        }
      }
      for (const StateGroup& group : job.states.groups) {
        if (group.states.size() != 1 || (!group.verbs.contains("plan") && !group.verbs.contains("apply"))) continue;
        const std::string& id = graph.states()[group.states.front()].id;
        found[{id, job.job->name}] = {id, job.job->name, always, {patterns.begin(), patterns.end()}};
      }
    }
  }
  std::vector<StateTriggers> lists;
  for (auto& [key, triggers] : found) lists.push_back(std::move(triggers));
  return lists;
}

}  // namespace statelane::lint
