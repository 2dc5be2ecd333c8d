#include "pipeline/check_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "config/config.hpp"
#include "gitlab/check_needs.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "gitlab/texts.hpp"
#include "pipeline/changes_rule.hpp"
#include "pipeline/check_keywords.hpp"
#include "pipeline/split_pipeline.hpp"

namespace statelane::pipeline {

namespace {

void report_pipeline(const std::string& what, std::vector<std::string> hints, Diagnostics& diagnostics) {
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt, what, std::move(hints));
}

/// Every string and key can stand in YAML, and no map has a key twice: GitLab's parser takes the last one without a
/// word.
void check_text(const Job& job, const yaml::Value& value, Diagnostics& diagnostics) {
  if (const auto* text = value.as_string()) {
    if (!is_valid_utf8(*text)) report_fault(job, "a value is not UTF-8", diagnostics);
  } else if (const auto* list = value.as_list()) {
    for (const yaml::Value& item : *list) check_text(job, item, diagnostics);
  } else if (const auto* map = value.as_map()) {
    std::set<std::string_view> keys;
    for (const auto& [key, item] : *map) {
      if (!is_valid_utf8(key)) report_fault(job, "a keyword is not UTF-8", diagnostics);
      if (!keys.insert(key).second) report_fault(job, fmt::format("\"{}\" is there twice", key), diagnostics);
      check_text(job, item, diagnostics);
    }
  }
}

/// What GitLab takes, without what it would expand. A lock with another key is no lock at all.
bool is_environment_like(std::string_view name) {
  return gitlab::is_environment_name(name) && name.find_first_of("${}") == std::string_view::npos;
}

/// A lone `{` or `[` makes a pattern match nothing, and so do a leading slash and empty or dot components.
bool can_match(std::string_view pattern) {
  if (pattern.empty() || pattern.starts_with('/') || pattern.starts_with("./")) return false;
  if (pattern.find("//") != std::string_view::npos) return false;
  int braces = 0;
  bool in_set = false;
  for (std::size_t index = 0; index < pattern.size(); ++index) {
    const char letter = pattern[index];
    if (letter == '\\') {
      ++index;
    } else if (in_set) {
      in_set = letter != ']';
    } else {
      in_set = letter == '[';
      braces += letter == '{' ? 1 : letter == '}' ? -1 : 0;
    }
  }
  return braces == 0 && !in_set;
}

class PipelineCheck {
 public:
  PipelineCheck(std::span<const Pipeline> files, const gitlab::Version& server, JobSet set, Diagnostics& diagnostics)
      : files_(files), server_(server), set_(set), jobs_(files), diagnostics_(diagnostics) {}

  void run() {
    read_stages();
    std::set<std::string_view> names;
    std::size_t visible = 0;
    std::size_t deploying = 0;
    for (const Job* job : jobs_.jobs()) {
      check_text(*job, job->keywords, diagnostics_);
      check_name(*job);
      check_changes(*job);
      if (!names.insert(job->name).second) report_fault(*job, "another job has the same name", diagnostics_);
      if (is_hidden(*job)) continue;
      ++visible;
      deploying += jobs_.effective(*job, "environment") != nullptr ? 1 : 0;
      check_job(*job);
    }
    check_extends();
    check_needs();
    if (visible == 0) report_pipeline("GitLab refuses a pipeline without jobs", {}, diagnostics_);
    if (set_ == JobSet::all && deploying > gitlab::max_environment_jobs) {
      report_pipeline(fmt::format("{} jobs deploy to an environment, and GitLab allows {} in one pipeline", deploying,
                                  gitlab::max_environment_jobs),
                      {"choose fewer states with --state"}, diagnostics_);
    }
  }

 private:
  void read_stages() {
    for (const Pipeline& file : files_) {
      for (const auto& [key, value] : file.globals) {
        if (key != "stages" || value.as_list() == nullptr) continue;
        for (const yaml::Value& stage : *value.as_list()) {
          if (stage.as_string() != nullptr) stages_.push_back(*stage.as_string());
        }
      }
    }
  }

  void check_name(const Job& job) {
    if (!is_valid_utf8(job.name)) report_fault(job, "its name is not UTF-8", diagnostics_);
    if (gitlab::is_reserved_name(job.name)) report_fault(job, "its name is a keyword", diagnostics_);
    if (gitlab::count_characters(job.name) > gitlab::max_job_name_characters && !is_hidden(job)) {
      report_fault(job, fmt::format("its name has more than {} characters", gitlab::max_job_name_characters),
                   diagnostics_);
    }
  }

  void check_extends() {
    for (const gitlab::ExtendsFault& fault : jobs_.faults())
      report_fault(*jobs_.find(fault.job), fault.message, diagnostics_);
  }

  void check_needs() {
    std::vector<const Job*> visible;
    std::vector<gitlab::OrderedJob> ordered;
    for (const Job* job : jobs_.jobs()) {
      if (is_hidden(*job)) continue;
      visible.push_back(job);
      ordered.push_back({job->name, stage_of(*job), jobs_.effective(*job, "needs"),
                         jobs_.effective(*job, "dependencies"), jobs_.effective(*job, "rules"),
                         jobs_.effective(*job, "trigger")});
    }
    for (const gitlab::NeedsFault& fault : gitlab::check_needs(ordered, true))
      report_fault(*visible[fault.job], fault.message, diagnostics_);
  }

  std::optional<std::size_t> stage_of(const Job& job) const {
    const yaml::Value* stage = jobs_.effective(job, "stage");
    if (stage == nullptr || stage->as_string() == nullptr) return std::nullopt;
    const auto found = std::find(stages_.begin(), stages_.end(), *stage->as_string());
    return found != stages_.end() ? std::optional(static_cast<std::size_t>(found - stages_.begin())) : std::nullopt;
  }

  void check_changes(const Job& job) {
    const yaml::Value* only = job.find("only");
    if (only != nullptr) check_patterns(job, only->find("changes"), false);
    for (const yaml::Value::Entry& entry : job.keywords) {
      if (is_hidden(job) && is_list_of_patterns(entry.key)) check_patterns(job, &entry.value, true);
    }
    const yaml::Value* rules = job.find("rules");
    if (rules == nullptr || rules->as_list() == nullptr) return;
    for (const yaml::Value& rule : *rules->as_list()) check_patterns(job, rule.find("changes"), true);
  }

  void check_patterns(const Job& job, const yaml::Value* changes, bool in_rules) {
    const yaml::Value::List* list = changes != nullptr ? changes->as_list() : nullptr;
    if (list == nullptr) return;
    if (in_rules && list->size() > gitlab::max_rules_changes_patterns) {
      report_fault(job,
                   fmt::format("one rule has {} patterns, and GitLab allows {}", list->size(),
                               gitlab::max_rules_changes_patterns),
                   diagnostics_);
    }
    for (const yaml::Value& pattern : *list) {
      const std::string* text = pattern.as_string();
      if (text == nullptr || !can_match(*text)) {
        report_fault(job, fmt::format("the pattern \"{}\" never matches", text != nullptr ? *text : ""), diagnostics_);
      }
    }
  }

  void check_job(const Job& job) {
    const yaml::Value* script = jobs_.effective(job, "script");
    if (script == nullptr && jobs_.effective(job, "trigger") == nullptr) {
      report_fault(job, "it has no script", diagnostics_);
    }
    check_keywords(jobs_, job, server_, diagnostics_);
    const yaml::Value* stage = jobs_.effective(job, "stage");
    const std::string* name = stage != nullptr ? stage->as_string() : nullptr;
    if (name != nullptr && std::find(stages_.begin(), stages_.end(), *name) == stages_.end()) {
      report_fault(job, fmt::format("the stage \"{}\" is not declared", *name), diagnostics_);
    }
    check_key(job, jobs_.effective(job, "resource_group"), "lock", gitlab::max_resource_group_characters);
    const yaml::Value* environment = jobs_.effective(job, "environment");
    if (environment == nullptr) return;
    const yaml::Value* in_map = environment->find("name");
    const yaml::Value* key = in_map != nullptr ? in_map : environment;
    // What GitLab refuses is told with the other keywords; what it would expand is not.
    if (key->as_string() != nullptr && gitlab::is_environment_name(*key->as_string())) {
      check_key(job, key, "environment", gitlab::max_environment_characters);
    }
  }

  void check_key(const Job& job, const yaml::Value* key, std::string_view what, std::size_t longest) {
    const std::string* text = key != nullptr ? key->as_string() : nullptr;
    if (text == nullptr || (is_environment_like(*text) && text->size() <= longest)) return;
    report_fault(job, fmt::format("GitLab does not take \"{}\" as the name of its {}", *text, what), diagnostics_);
  }

  std::span<const Pipeline> files_;
  const gitlab::Version& server_;
  JobSet set_;
  JobIndex jobs_;
  std::vector<std::string> stages_;
  Diagnostics& diagnostics_;
};

/// What to do about a pipeline that is too large. A static one has all states, and is not split.
std::vector<std::string> remedies_for_size(JobSet set) {
  if (set != JobSet::chosen_by_gitlab)
    return {"choose fewer states with --state, or split the pipeline into several children"};
  return {"let a job generate a child pipeline of the affected states alone: \"statelane init\" writes it",
          "leave states out with \"states.exclude\" in .statelane.yml"};
}

}  // namespace

void check_pipeline(std::span<const Pipeline> files, const gitlab::Version& server, Diagnostics& diagnostics,
                    JobSet set) {
  PipelineCheck(files, server, set, diagnostics).run();
  const std::vector<std::string> hints = remedies_for_size(set);
  if (files.size() > gitlab::max_trigger_includes) {
    report_pipeline(fmt::format("the pipeline takes {} files, and GitLab includes no more than {} at once",
                                files.size(), gitlab::max_trigger_includes),
                    hints, diagnostics);
  }
  for (const Pipeline& file : files) {
    const std::size_t size = measure_file(file);
    if (size <= gitlab::max_yaml_bytes(server)) continue;
    report_pipeline(
        fmt::format("GitLab would measure {} bytes in one file, and takes {}", size, gitlab::max_yaml_bytes(server)),
        hints, diagnostics);
  }
}

}  // namespace statelane::pipeline
