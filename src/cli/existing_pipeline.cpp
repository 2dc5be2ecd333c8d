#include "cli/existing_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lint/pipeline.hpp"
#include "lint/situation.hpp"

namespace statelane::cli {

namespace {

using Node = yaml::Value;
using lint::Situation;
using lint::Truth;

/// A tree in which some files have other texts.
class ChangedTree : public repo::Tree {
 public:
  ChangedTree(const repo::Tree& tree, const std::map<RepoPath, std::string>& texts) : tree_(tree), texts_(texts) {}

  std::span<const repo::TreeEntry> list(const RepoPath& directory) const override { return tree_.list(directory); }
  std::string read(const RepoPath& path) const override {
    const auto changed = texts_.find(path);
    return changed != texts_.end() ? changed->second : tree_.read(path);
  }
  ContentId content_id(const RepoPath& path) const override { return tree_.content_id(path); }

 private:
  const repo::Tree& tree_;
  const std::map<RepoPath, std::string>& texts_;
};

/// `rules` with the lists that `!reference` leaves in it flattened.
void flatten(const Node& rules, std::vector<const Node*>& flat) {
  if (rules.as_list() == nullptr) return;
  for (const Node& rule : *rules.as_list()) {
    flatten(rule, flat);
    if (rule.as_map() != nullptr) flat.push_back(&rule);
  }
}

std::string text_of(const Node& map, std::string_view key) {
  const Node* value = map.find(key);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

/// Whether a rule decides in this situation: a condition that is not known may hold, and so may paths.
Truth decides(const Node& rule, const Situation& situation) {
  const std::string condition = text_of(rule, "if");
  const Truth truth =
      condition.empty() ? Truth::yes : evaluate_expression(condition, situation.variables).value_or(Truth::unknown);
  const bool asks_for_paths = rule.find("changes") != nullptr || rule.find("exists") != nullptr;
  return truth == Truth::yes && asks_for_paths ? Truth::unknown : truth;
}

/// The rules that may start a pipeline in the situation.
std::vector<const Node*> starting_rules(const std::vector<const Node*>& rules, const Situation& situation) {
  std::vector<const Node*> found;
  for (const Node* rule : rules) {
    const Truth truth = decides(*rule, situation);
    if (truth == Truth::no) continue;
    if (text_of(*rule, "when") != "never") found.push_back(rule);
    if (truth == Truth::yes) break;
  }
  return found;
}

bool cancels_nothing(const Node* holder) {
  const Node* cancel = holder != nullptr ? holder->find("auto_cancel") : nullptr;
  return cancel != nullptr && text_of(*cancel, "on_new_commit") == "none";
}

class Reader {
 public:
  Reader(const lint::Pipeline& pipeline, const lint::Report& report, const std::string& default_branch)
      : pipeline_(pipeline), report_(report), situations_(lint::all_situations(default_branch)) {}

  ExistingPipeline read() {
    result_.is_partly_unseen = !pipeline_.configuration.unseen.empty();
    for (const Node::Entry& entry : pipeline_.configuration.root)
      result_.jobs.emplace_back(entry.key, place(entry.spot()));
    read_stages();
    if (const Node::Entry* workflow = find_entry(pipeline_.configuration.root, "workflow"))
      read_workflow(workflow->value);
    for (const lint::Job& job : pipeline_.jobs) {
      const Node* stage = job.find("stage");
      const std::string name = stage != nullptr && stage->as_string() != nullptr ? *stage->as_string() : "test";
      const auto& stages = pipeline_.stages;
      const bool is_lost = !result_.is_partly_unseen && std::find(stages.begin(), stages.end(), name) == stages.end();
      if (is_lost) result_.lost_jobs.emplace_back(job.name, place(job.spot));
      if (job.find("rules") == nullptr && job.find("only") == nullptr) result_.unruled_jobs.push_back(job.name);
    }
    read_defaults();
    return std::move(result_);
  }

 private:
  PipelinePlace place(const yaml::Spot& spot) const { return {report_.files()[spot.file].path, to_range(spot)}; }

  void read_stages() {
    const bool are_named = find_entry(pipeline_.configuration.root, "stages") != nullptr;
    for (const std::string& stage : pipeline_.stages) {
      if (stage != ".pre" && stage != ".post") result_.stages.push_back(stage);
    }
    if (are_named || !result_.is_partly_unseen) return;
    // What is included elsewhere may name other stages than GitLab's own: those of visible jobs are there.
    std::vector<std::string> used;
    for (const lint::Job& job : pipeline_.jobs) {
      const Node* stage = job.find("stage");
      const std::string name = stage != nullptr && stage->as_string() != nullptr ? *stage->as_string() : "test";
      const bool is_new = std::find(used.begin(), used.end(), name) == used.end();
      if (is_new && name != ".pre" && name != ".post") used.push_back(name);
    }
    if (!used.empty()) result_.stages = {used.front()};
  }

  void read_workflow(const Node& workflow) {
    const Node* list = workflow.find("rules");
    result_.has_workflow_rules = list != nullptr && list->as_list() != nullptr;
    result_.is_never_cancelled = !result_.has_workflow_rules && cancels_nothing(&workflow);
    if (!result_.has_workflow_rules) return;
    result_.workflow = place(list->spot);
    std::vector<const Node*> rules;
    flatten(*list, rules);
    using Kind = Situation::Kind;
    for (const Situation& situation : situations_) {
      const bool starts = !starting_rules(rules, situation).empty();
      if (situation.kind == Kind::push_default) result_.starts_pushes = starts;
      if (situation.kind == Kind::push_branch) result_.starts_branches = starts;
      if (situation.kind == Kind::merge_request) result_.starts_merge_requests = starts;
    }
    for (const Node* rule : starting_rules(rules, situations_.front())) {
      const bool is_safe = rule->find("auto_cancel") != nullptr ? cancels_nothing(rule) : cancels_nothing(&workflow);
      if (!is_safe) result_.cancellable.push_back(describe(*rule, rules));
    }
  }

  Cancellable describe(const Node& rule, const std::vector<const Node*>& rules) const {
    Cancellable found{place(rule.spot), text_of(rule, "if"), true, false};
    using Kind = Situation::Kind;
    for (const Situation& situation : situations_) {
      const bool is_elsewhere =
          situation.kind == Kind::push_branch || situation.kind == Kind::merge_request || situation.kind == Kind::tag;
      if (!is_elsewhere) continue;
      const auto starting = starting_rules(rules, situation);
      if (std::find(starting.begin(), starting.end(), &rule) != starting.end()) found.is_for_pushes = false;
    }
    for (const Node::Entry& entry : *rule.as_map()) {
      const bool is_plain = entry.key == "if" || entry.key == "when" || entry.key == "auto_cancel";
      found.has_more_keys = found.has_more_keys || !is_plain;
    }
    return found;
  }

  void read_defaults() {
    const Node::Map& root = pipeline_.configuration.root;
    if (const Node::Entry* section = find_entry(root, "default")) {
      for (const Node* tag : yaml::texts_of(section->value.find("tags")))
        result_.default_tags.push_back(*tag->as_string());
    }
    const Node::Entry* variables = find_entry(root, "variables");
    if (variables == nullptr || variables->value.as_map() == nullptr) return;
    for (const Node::Entry& variable : *variables->value.as_map()) result_.variable_names.push_back(variable.key);
  }

  const lint::Pipeline& pipeline_;
  const lint::Report& report_;
  std::vector<Situation> situations_;
  ExistingPipeline result_;
};

}  // namespace

std::optional<ExistingPipeline> read_existing_pipeline(const repo::Tree& tree, const RepoPath& path,
                                                       const std::map<RepoPath, std::string>& texts,
                                                       const std::string& default_branch, Diagnostics& diagnostics) {
  lint::Report report;
  auto configuration = lint::load_configuration(ChangedTree(tree, texts), path, report);
  if (!configuration) {
    for (const lint::Finding& finding : report.take_findings()) diagnostics.add(finding.diagnostic);
    return std::nullopt;
  }
  const lint::Pipeline pipeline = lint::build_pipeline(*std::move(configuration));
  return Reader(pipeline, report, default_branch).read();
}

}  // namespace statelane::cli
