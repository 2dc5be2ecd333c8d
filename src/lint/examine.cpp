#include "lint/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/limits.hpp"

namespace statelane::lint {

namespace {

/// Paths of the local files that a trigger job's child is made of.
std::vector<RepoPath> child_files(const Job& job) {
  std::vector<RepoPath> files;
  const auto add = [&](const yaml::Value* node) {
    const std::string* text = node != nullptr ? node->as_string() : nullptr;
    if (text == nullptr || text->find('$') != std::string::npos) return;
    if (const auto path = RepoPath::parse(std::string_view(*text).substr(text->starts_with('/') ? 1 : 0))) {
      files.push_back(*path);
    }
  };
  const yaml::Value* trigger = job.find("trigger");
  const yaml::Value* include = trigger != nullptr ? trigger->find("include") : nullptr;
  if (include == nullptr) return files;
  add(include);
  add(include->find("local"));
  if (include->as_list() == nullptr) return files;
  for (const yaml::Value& item : *include->as_list()) {
    add(&item);
    add(item.find("local"));
  }
  return files;
}

/// The trigger job's variables become the child pipeline's, over its own.
void forward_variables(const Job& parent, yaml::Value::Map& root) {
  yaml::Value::Entry* own = yaml::find_entry(root, "variables");
  if (own == nullptr || own->value.as_map() == nullptr) {
    yaml::set_value(root, "variables", yaml::Value(parent.variables, parent.spot));
    return;
  }
  for (const auto& [name, value] : parent.variables) yaml::set_value(*own->value.as_map(), name, value);
}

class Examiner {
 public:
  Examiner(const repo::Tree& tree, const states::StateGraph& graph, Report& report)
      : tree_(tree), graph_(graph), report_(report) {}

  /// The index of the pipeline in the result; empty when it cannot be read.
  std::optional<std::size_t> examine(const RepoPath& path, const Job* parent, std::size_t level) {
    auto configuration = load_configuration(tree_, path, report_);
    if (!configuration) return std::nullopt;
    if (parent != nullptr) forward_variables(*parent, configuration->root);
    ExaminedPipeline examined;
    examined.is_child = parent != nullptr;
    examined.pipeline = std::make_unique<Pipeline>(build_pipeline(*std::move(configuration)));
    const std::size_t index = pipelines_.size();
    pipelines_.push_back(std::move(examined));
    const Pipeline& pipeline = *pipelines_[index].pipeline;
    for (const Job& job : pipeline.jobs) {
      ExaminedJob result = examine_job(job, pipeline, level);
      pipelines_[index].jobs.push_back(std::move(result));
    }
    return index;
  }

  std::vector<ExaminedPipeline> take() { return std::move(pipelines_); }

 private:
  ExaminedJob examine_job(const Job& job, const Pipeline& pipeline, std::size_t level) {
    ExaminedJob examined{&job, Trigger(job, pipeline), read_commands(job, tree_, report_), {}};
    for (const RepoPath& file : level < gitlab::max_child_depth ? child_files(job) : std::vector<RepoPath>()) {
      // What is missing there is found when the child is read.
      const auto child = examine(file, &job, level + 1);
      if (!child) continue;
      for (const ExaminedJob& inner : pipelines_[*child].jobs) {
        examined.commands.runs.insert(examined.commands.runs.end(), inner.commands.runs.begin(),
                                      inner.commands.runs.end());
      }
    }
    const auto is_for = [&](std::uint32_t state) { return starts_for(examined.trigger, state); };
    examined.states = find_job_states(job, examined.commands.runs, graph_, is_for);
    return examined;
  }

  /// A new file in the state's directory is in some list of the job.
  bool starts_for(const Trigger& trigger, std::uint32_t state) const {
    const std::string path = graph_.states()[state].directory.child("new-file.tf").str();
    return std::any_of(trigger.lists().begin(), trigger.lists().end(), [&](const ChangesList& list) {
      return !list.excludes && !list.is_workflow && !list.is_open() && list.matches(path);
    });
  }

  const repo::Tree& tree_;
  const states::StateGraph& graph_;
  Report& report_;
  std::vector<ExaminedPipeline> pipelines_;
};

std::string describe_child(const yaml::Value& item, std::string_view kind) {
  const yaml::Value& value = *item.find(kind);
  const std::string text = value.as_string() != nullptr ? *value.as_string() : "";
  const yaml::Value* maker = item.find("job");
  if (kind == "artifact" && maker != nullptr && maker->as_string() != nullptr)
    return fmt::format("the child pipeline {} that \"{}\" makes while the pipeline runs", text, *maker->as_string());
  return fmt::format("the child pipeline of {} {}", kind == "remote" ? "the remote file" : kind, text);
}

}  // namespace

std::vector<std::pair<const yaml::Value*, std::string>> find_unread_children(const Job& job) {
  std::vector<std::pair<const yaml::Value*, std::string>> found;
  const yaml::Value* trigger = job.find("trigger");
  if (trigger == nullptr) return found;
  const yaml::Value* project = trigger->as_string() != nullptr ? trigger : trigger->find("project");
  if (project != nullptr && project->as_string() != nullptr)
    found.emplace_back(project, fmt::format("the pipeline of project {}", *project->as_string()));
  const yaml::Value* include = trigger->find("include");
  if (include == nullptr) return found;
  std::vector<const yaml::Value*> items = {include};
  if (include->as_list() != nullptr) {
    items.clear();
    for (const yaml::Value& item : *include->as_list()) items.push_back(&item);
  }
  for (const yaml::Value* item : items) {
    for (const std::string_view kind : {"artifact", "remote", "template", "component", "project"}) {
      if (item->find(kind) == nullptr) continue;
      found.emplace_back(item->find(kind), describe_child(*item, kind));
      break;
    }
    const yaml::Value* local = item->as_string() != nullptr ? item : item->find("local");
    if (local != nullptr && local->as_string() != nullptr && local->as_string()->find('$') != std::string::npos)
      found.emplace_back(local, fmt::format("the child pipeline {}", *local->as_string()));
  }
  return found;
}

std::vector<ExaminedPipeline> examine_pipelines(const repo::Tree& tree, const RepoPath& path,
                                                const states::StateGraph& graph, Report& report) {
  Examiner examiner(tree, graph, report);
  examiner.examine(path, nullptr, 0);
  return examiner.take();
}

}  // namespace statelane::lint
