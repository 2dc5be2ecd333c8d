#include "cli/propose_parent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/add_include.hpp"
#include "cli/hand_written.hpp"
#include "cli/join_pipeline.hpp"
#include "cli/migrate_include.hpp"
#include "cli/output_files.hpp"
#include "cli/pipeline_files.hpp"
#include "emit/parent_pipeline.hpp"
#include "emit/view.hpp"
#include "emit/write_yaml.hpp"
#include "gitlab/branch_condition.hpp"
#include "yaml/read.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_text = std::uint64_t{16} << 20;

/// The text of a file; empty where there is none.
std::string read_text(const fs::path& root, const std::string& name) {
  return files::read({root, name}, largest_text).value_or("");
}

constexpr const char* parent_name = ".gitlab-ci.yml";
constexpr const char* included_name = ".gitlab/statelane.gitlab-ci.yml";
constexpr const char* first_child_file = "statelane.gitlab-ci.yml";

gitlab::Version asked_version(const Options& options, const config::Config& config) {
  const std::string asked =
      !options.gitlab_version.empty() ? options.gitlab_version : config.gitlab_version.value_or("");
  if (asked.empty()) return gitlab::assumed_version;
  const auto version = gitlab::parse_version(asked);
  if (!version) throw Error(ErrorKind::usage, fmt::format("\"{}\" is no version of GitLab", asked), {"as 17.0 is"});
  return *version;
}

/// What holds in pipelines of the branches on which some state is applied.
std::vector<std::string> find_apply_conditions(const states::StateGraph& graph, const std::string& default_branch) {
  const std::string of_default_branch = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
  std::set<std::string> others;
  for (const states::State& state : graph.states()) {
    if (!state.settings.apply_branches) continue;
    for (const std::string& glob : *state.settings.apply_branches) {
      if (glob == default_branch) continue;
      if (auto condition = gitlab::branch_condition(glob)) others.insert(*std::move(condition));
    }
  }
  std::vector<std::string> conditions = {of_default_branch};
  conditions.insert(conditions.end(), others.begin(), others.end());
  return conditions;
}

/// The files that hold all states at once.
std::vector<std::vector<std::string>> find_child_files(const LoadedTree& side, const std::string& default_branch,
                                                       const gitlab::Version& server, Diagnostics& diagnostics) {
  pipeline::PipelineRequest request;
  request.server = server;
  request.default_branch = default_branch;
  const pipeline::TemplateSet templates = load_templates(side, diagnostics);
  const auto capacity = pipeline::find_capacity(request, side.states.graph, templates, side.config);
  std::vector<std::vector<std::string>> files(capacity.children);
  std::size_t index = 0;
  for (const fs::path& name : name_child_files(first_child_file, capacity.children, capacity.files)) {
    files[index++ / capacity.files].push_back(name.string());
  }
  return files;
}

emit::ParentRequest to_request(const LoadedTree& side, const std::string& default_branch, const Options& options,
                               Diagnostics& diagnostics) {
  const gitlab::Version version = asked_version(options, side.config);
  emit::ParentRequest request;
  request.image = options.image.empty() ? placeholder_image : options.image;
  request.first_stage = "prepare";
  request.last_stage = "lanes";
  request.has_gates = options.gates;
  request.has_auto_cancel = gitlab::supports(gitlab::Feature::workflow_auto_cancel, version);
  request.has_mirror = gitlab::supports(gitlab::Feature::strategy_mirror, version);
  request.apply_conditions = find_apply_conditions(side.states.graph, default_branch);
  request.child_files = find_child_files(side, default_branch, version, diagnostics);
  return request;
}

/// Whether a pipeline holds what `init` writes and nothing else, and so is its own to change.
bool is_own(const std::string& text) {
  Diagnostics ignored;
  const auto pipeline = yaml::read_strictly(text, RepoPath::of(parent_name), ignored);
  const yaml::Value::Map* map = pipeline ? pipeline->as_map() : nullptr;
  if (map == nullptr || pipeline->find("statelane-generate") == nullptr) return false;
  return std::all_of(map->begin(), map->end(), [](const auto& entry) {
    return entry.key == "stages" || entry.key == "workflow" || entry.key.starts_with("statelane-");
  });
}

void propose(Proposals& proposals, const fs::path& root, const std::string& name, std::string after) {
  std::string before = read_text(root, name);
  if (before == after) return;
  const bool only_grows = after.starts_with(before);
  proposals.files.push_back({name, std::move(before), std::move(after), only_grows});
}

/// The line that includes the file, or what to write by hand.
void propose_include(Proposals& proposals, const std::string& existing, Diagnostics& diagnostics) {
  if (existing.find(included_name) != std::string::npos) return;
  if (auto including = add_include(existing, included_name)) {
    proposals.files.push_back({parent_name, existing, *std::move(including), true});
    return;
  }
  Diagnostics ignored;
  const auto pipeline = yaml::read_strictly(existing, RepoPath::of(parent_name), ignored);
  const yaml::Value* include = pipeline ? pipeline->find("include") : nullptr;
  if (include != nullptr) {
    diagnostics.error(RepoPath::of(parent_name), SourceRange{include->key_spot.begin, include->key_spot.begin},
                      "one more file cannot be added to \"include\" in this form without touching what is there",
                      {"write it as: " + describe_include(existing, included_name)});
    return;
  }
  diagnostics.error(RepoPath::of(parent_name), std::nullopt,
                    "an \"include\" cannot be added to this file without touching what is there",
                    {"write at its top level: " + describe_include("", included_name)});
}

/// States in that directory are kept by GitLab, under a name that nothing says yet.
bool needs_a_name(const states::StateGraph& graph, const std::string& directory) {
  return std::any_of(graph.states().begin(), graph.states().end(), [&](const states::State& state) {
    return state.directory.display() == directory && state.backend && state.backend->type == "http" &&
           !state.settings.gitlab_state && !state.backend->known.contains("address");
  });
}

/// The rules that give the states of a replaced pipeline the names that they had there.
std::vector<std::string> find_name_rules(const Migration& migration, const LoadedTree& side) {
  std::vector<std::string> rules;
  for (const ReplacedInclude& one : migration.replaced) {
    if (!one.directory || !one.state_name || !needs_a_name(side.states.graph, *one.directory)) continue;
    rules.push_back("- " + emit::write_inline_yaml(yaml::Value::Map{{"match", yaml::Value{*one.directory}},
                                                                    {"gitlab_state", yaml::Value{*one.state_name}}}));
  }
  return rules;
}

void propose_names(Proposals& proposals, const fs::path& root, const std::vector<std::string>& rules) {
  if (rules.empty()) return;
  if (fs::exists(root / config::file_name)) {
    for (const std::string& rule : rules) {
      proposals.hints.push_back("the state keeps its name in GitLab by this entry of states.rules in .statelane.yml: " +
                                rule);
    }
    return;
  }
  std::string text = "# The names under which GitLab keeps the states.\nversion: 1\nstates:\n  rules:\n";
  for (const std::string& rule : rules) text += "    " + rule + "\n";
  propose(proposals, root, std::string(config::file_name), std::move(text));
}

/// GitLab's own jobs for Terraform become these, by state.
void propose_migration(Proposals& proposals, const fs::path& root, const LoadedTree& side, const std::string& existing,
                       const Migration& migration, Diagnostics& diagnostics) {
  const RepoPath path = RepoPath::of(parent_name);
  for (const OrphanedJob& job : migration.orphans) {
    diagnostics.error(path, SourceRange{job.pos, job.pos},
                      fmt::format("\"{}\" is nothing without \"{}\", which comes with the include that is replaced",
                                  job.name, job.needs),
                      {"take it out: each state has a job \"plan: STATE\" and a job \"apply: STATE\" in the child"});
  }
  if (migration.text.empty()) {
    diagnostics.error(path, SourceRange{migration.pos, migration.pos},
                      "the include of GitLab's own jobs cannot be replaced in this form without touching what is there",
                      {"write it as: " + migration.include});
  } else {
    proposals.files.push_back({parent_name, existing, migration.text, true});
  }
  propose_names(proposals, root, find_name_rules(migration, side));
  for (const ReplacedInclude& one : migration.replaced) {
    proposals.hints.push_back(
        fmt::format("in place of {} the child has a plan and an apply job for each state; fmt, "
                    "validate and destroy have none",
                    one.name));
    if (one.directory && one.state_name) continue;
    proposals.hints.push_back(
        fmt::format("the directory or the state's name of {} depends on variables: give states that "
                    "GitLab keeps their names with gitlab_state in .statelane.yml",
                    one.name));
  }
  proposals.hints.emplace_back("policies that add scans or other jobs see the parent pipeline only, not the child");
  proposals.hints.emplace_back(
      "who may not lock a state that GitLab keeps (developers) still plans in merge requests: nothing is locked there");
}

void report_lost_jobs(const ExistingPipeline& existing, Diagnostics& diagnostics) {
  for (const auto& [name, place] : existing.lost_jobs) {
    diagnostics.error(place.path, place.range,
                      fmt::format("\"{}\" is in a stage that came with the include that is replaced", name),
                      {"write: stages: [validate, test, build, deploy, cleanup]"});
  }
}

/// A pipeline that is there already gets a file to include, and the line that includes it.
void propose_included(Proposals& proposals, const fs::path& root, const LoadedTree& side, const std::string& existing,
                      const std::string& default_branch, emit::ParentRequest request, Diagnostics& diagnostics) {
  const auto migration = migrate_include(existing, included_name);
  const std::string& text = migration && !migration->text.empty() ? migration->text : existing;
  const std::map<RepoPath, std::string> texts = {{RepoPath::of(parent_name), text},
                                                 {RepoPath::of(included_name), "{}"}};
  const auto found = read_existing_pipeline(*side.tree, RepoPath::of(parent_name), texts, default_branch, diagnostics);
  if (!found || !join_pipeline(*found, request, diagnostics)) return;
  propose(proposals, root, included_name, emit::render_parent_pipeline(request));
  if (migration) {
    propose_migration(proposals, root, side, existing, *migration, diagnostics);
    report_lost_jobs(*found, diagnostics);
  } else {
    propose_include(proposals, existing, diagnostics);
  }
  if (request.plans_pushes) {
    proposals.hints.emplace_back("no merge request starts a pipeline here: pushes to branches are planned instead");
  }
  for (std::string& hint : find_left_behind(*found)) proposals.hints.push_back(std::move(hint));
}

/// Jobs that people wrote go on beside those of Statelane until somebody takes them away.
void warn_of_own_jobs(Proposals& proposals, const LoadedTree& side) {
  const std::size_t covered = ask_hand_written(side, {}, "").covered.size();
  if (covered == 0) return;
  proposals.hints.push_back(
      fmt::format("jobs in {} plan or apply {} already: they go on beside these until you remove them", parent_name,
                  emit::count_of(covered, "state", "states")));
}

}  // namespace

Proposals propose_parent(const fs::path& root, const LoadedTree& side, const std::string& default_branch,
                         const Options& options, Diagnostics& diagnostics) {
  const emit::ParentRequest request = to_request(side, default_branch, options, diagnostics);
  const std::string existing = read_text(root, parent_name);
  Proposals proposals;
  if (existing.empty() || is_own(existing)) {
    propose(proposals, root, parent_name, emit::render_parent_pipeline(request));
  } else {
    propose_included(proposals, root, side, existing, default_branch, request, diagnostics);
    warn_of_own_jobs(proposals, side);
  }
  const bool has_config = std::any_of(proposals.files.begin(), proposals.files.end(),
                                      [](const Proposal& one) { return one.name == config::file_name; });
  if (options.with_config && !has_config)
    propose(proposals, root, std::string(config::file_name), emit::render_starter_config());
  return proposals;
}

}  // namespace statelane::cli
