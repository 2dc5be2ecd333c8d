#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "gitlab_expression.hpp"
#include "pipeline/pipeline.hpp"

/// GitLab's own decisions about a child pipeline, written down from its documentation and the code of its
/// `Gitlab::Ci::Pipeline::Seed` and `Gitlab::Ci::Status`, and from nothing of the generator's: which jobs it creates,
/// what it refuses, and which jobs start when.
namespace gitlab_model {

namespace yaml = statelane::yaml;
using statelane::pipeline::Pipeline;

/// What GitLab knows about the commit of the pipeline.
struct Circumstances {
  bool is_branch = false;  ///< the ref is a branch and no merge request: `only: branches`
  bool is_tag = false;
  bool is_merge_request = false;  ///< a pipeline of a merge request that is no child: `only: merge_requests`
  Expression::Variables variables{};
  bool is_compared = false;          ///< a push to an existing branch; otherwise `changes` is always true
  std::vector<std::string> present;  ///< paths added or modified between the two tips that GitLab compares
  std::vector<std::string> deleted;
  /// `only:changes` lists a detected rename by its new path: of so many deleted paths, the most unfortunate ones,
  /// GitLab sees nothing.
  std::size_t hidden_by_renames = 0;
};

/// One component of a path against one of a pattern: `*`, `?`, `[…]`, `\`.
inline bool matches_component(const char* pattern, const char* text) {
  for (; *pattern != '\0'; ++pattern, ++text) {
    if (*pattern == '*') {
      for (const char* rest = text;; ++rest) {
        if (matches_component(pattern + 1, rest)) return true;
        if (*rest == '\0') return false;
      }
    }
    if (*text == '\0') return false;
    if (*pattern == '?') continue;
    if (*pattern == '[') {
      const char* end = pattern + 1;
      bool found = false;
      for (; *end != ']'; ++end) found = found || *end == *text;
      if (!found) return false;
      pattern = end;
      continue;
    }
    if (*pattern == '\\') ++pattern;
    if (*pattern != *text) return false;
  }
  return *text == '\0';
}

inline std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> result(1);
  for (const char letter : path) {
    if (letter == '/') {
      result.emplace_back();
    } else {
      result.back() += letter;
    }
  }
  return result;
}

inline bool matches(const std::vector<std::string>& pattern, std::size_t at, const std::vector<std::string>& path,
                    std::size_t from) {
  if (at == pattern.size()) return from == path.size();
  if (pattern[at] == "**" && at + 1 < pattern.size()) {
    for (std::size_t next = from; next < path.size(); ++next) {
      if (matches(pattern, at + 1, path, next)) return true;
    }
    return false;
  }
  return from < path.size() && matches_component(pattern[at].c_str(), path[from].c_str()) &&
         matches(pattern, at + 1, path, from + 1);
}

inline bool matches_any(const yaml::Value& patterns, const std::string& path) {
  const std::vector<std::string> split = components(path);
  return std::any_of(patterns.as_list()->begin(), patterns.as_list()->end(), [&](const yaml::Value& pattern) {
    return matches(components(*pattern.as_string()), 0, split, 0);
  });
}

inline std::size_t count_matching(const yaml::Value& patterns, const std::vector<std::string>& paths) {
  return static_cast<std::size_t>(
      std::count_if(paths.begin(), paths.end(), [&](const auto& path) { return matches_any(patterns, path); }));
}

/// `only:changes`
inline bool only_changes_holds(const yaml::Value& patterns, const Circumstances& at) {
  if (!at.is_compared) return true;
  return count_matching(patterns, at.present) > 0 || count_matching(patterns, at.deleted) > at.hidden_by_renames;
}

/// `rules:changes`: renames are not looked for; too many comparisons count as a match.
inline bool rules_changes_holds(const yaml::Value& patterns, const Circumstances& at) {
  if (!at.is_compared) return true;
  if ((at.present.size() + at.deleted.size()) * patterns.as_list()->size() > 50'000) return true;
  return count_matching(patterns, at.present) + count_matching(patterns, at.deleted) > 0;
}

struct Job {
  std::string name;
  std::size_t stage = 0;
  bool is_manual = false;
  bool is_always = false;  ///< also behind jobs that failed
  bool allows_failure = false;
  bool waits_for_stages = false;  ///< no `needs`: for everything in earlier stages
  std::vector<std::string> needs{};
  std::vector<std::string> needs_elsewhere{};  ///< `pipeline / job` of other pipelines; nobody waits for those
  std::set<std::string> optional{};            ///< of `needs`, those that may be missing
};

/// A child pipeline as GitLab makes it; `refusal` says why it makes none.
struct Creation {
  std::string refusal;
  std::vector<Job> jobs;

  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const Job& job : jobs) result.insert(job.name);
    return result;
  }
};

class Configuration {
 public:
  explicit Configuration(std::span<const Pipeline> files) {
    for (const Pipeline& file : files) {
      for (const auto& [key, value] : file.globals) globals_[key] = value;
      for (const auto* jobs : {&file.templates, &file.jobs}) {
        for (const auto& job : *jobs) entries_[job.name] = job.keywords;
      }
    }
    for (const yaml::Value& stage : *globals_["stages"].as_list()) stages_.push_back(*stage.as_string());
  }

  Creation create(const Circumstances& at) const {
    Creation creation;
    for (const auto& [name, own] : entries_) {
      if (name.front() == '.') continue;
      const yaml::Value::Map job = resolve(own);
      const yaml::Value* rules = find(job, "rules");
      const std::optional<yaml::Value> rule = rules != nullptr ? rule_of(*rules, at) : yaml::Value(yaml::Value::Map{});
      if (!rule || (rules == nullptr && !is_kept_by_only(job, at))) continue;
      creation.jobs.push_back(read_job(name, job, *rule, creation.refusal));
    }
    if (creation.jobs.empty()) creation.refusal = "the resulting pipeline would have been empty";
    check_needs(creation);
    drop_missing(creation);
    return creation;
  }

 private:
  static const yaml::Value* find(const yaml::Value::Map& map, std::string_view key) {
    for (const auto& [name, value] : map) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  /// `extends`: a deep merge of maps, the nearer one wins, lists are replaced.
  static void merge(yaml::Value::Map& into, const yaml::Value::Map& over) {
    for (const auto& [key, value] : over) {
      const auto same = [&key = key](const auto& entry) { return entry.key == key; };
      const auto found = std::find_if(into.begin(), into.end(), same);
      if (found == into.end()) {
        into.emplace_back(key, value);
      } else if (found->value.as_map() != nullptr && value.as_map() != nullptr) {
        yaml::Value::Map merged = *found->value.as_map();
        merge(merged, *value.as_map());
        found->value = yaml::Value(std::move(merged));
      } else {
        found->value = value;
      }
    }
  }

  yaml::Value::Map resolve(const yaml::Value::Map& own) const {
    yaml::Value::Map result;
    if (const yaml::Value* extends = find(own, "extends")) {
      yaml::Value::List names;
      if (extends->as_list() != nullptr) {
        names = *extends->as_list();
      } else {
        names.push_back(*extends);
      }
      for (const yaml::Value& name : names) merge(result, resolve(entries_.at(*name.as_string())));
    }
    merge(result, own);
    return result;
  }

  /// What a `!reference [job, keyword]` stands for.
  const yaml::Value& follow(const yaml::Value& value) const {
    const auto* reference = value.as_reference();
    if (reference == nullptr) return value;
    return *find(entries_.at(reference->path.at(0)), reference->path.at(1));
  }

  /// `rules`: the first entry that holds, which may be without any keyword.
  std::optional<yaml::Value> rule_of(const yaml::Value& rules, const Circumstances& at) const {
    for (const yaml::Value& rule : *rules.as_list()) {
      const yaml::Value* condition = rule.find("if");
      if (condition != nullptr && !Expression::holds(*condition->as_string(), at.variables)) continue;
      const yaml::Value* changes = rule.find("changes");
      if (changes == nullptr || rules_changes_holds(follow(*changes), at)) return rule;
    }
    return std::nullopt;
  }

  bool is_kept_by_only(const yaml::Value::Map& job, const Circumstances& at) const {
    const yaml::Value* only = find(job, "only");
    if (only == nullptr) return globals_.contains("workflow") || at.is_branch || at.is_tag;
    const yaml::Value* changes = only->find("changes");
    const yaml::Value* variables = only->find("variables");
    return refs_hold(only->find("refs"), at) && (changes == nullptr || only_changes_holds(*changes, at)) &&
           (variables == nullptr ||
            std::any_of(variables->as_list()->begin(), variables->as_list()->end(),
                        [&](const yaml::Value& one) { return Expression::holds(*one.as_string(), at.variables); }));
  }

  static bool refs_hold(const yaml::Value* refs, const Circumstances& at) {
    if (refs == nullptr) return at.is_branch || at.is_tag;
    return std::any_of(refs->as_list()->begin(), refs->as_list()->end(), [&](const yaml::Value& ref) {
      return (*ref.as_string() == "branches" && at.is_branch) || (*ref.as_string() == "tags" && at.is_tag) ||
             (*ref.as_string() == "merge_requests" && at.is_merge_request);
    });
  }

  Job read_job(const std::string& name, const yaml::Value::Map& keywords, const yaml::Value& rule,
               std::string& refusal) const {
    Job job;
    job.name = name;
    const yaml::Value* stage = find(keywords, "stage");
    const auto place = std::find(stages_.begin(), stages_.end(), stage != nullptr ? *stage->as_string() : "test");
    if (place == stages_.end()) refusal = name + ": chosen stage does not exist";
    job.stage = static_cast<std::size_t>(place - stages_.begin());
    const yaml::Value* own_when = find(keywords, "when");
    const yaml::Value* rules_when = rule.find("when");
    const yaml::Value* when = rules_when != nullptr ? rules_when : own_when;
    job.is_manual = when != nullptr && *when == yaml::Value("manual");
    job.is_always = when != nullptr && *when == yaml::Value("always");
    const yaml::Value* allow = rule.find("allow_failure");
    if (allow == nullptr) allow = find(keywords, "allow_failure");
    // A job that is manual by its own keyword is optional unless it says otherwise. Exit codes are left to the runner.
    const bool is_default = own_when != nullptr && *own_when == yaml::Value("manual");
    job.allows_failure = allow != nullptr ? *allow == yaml::Value(true) || allow->as_map() != nullptr : is_default;
    const yaml::Value* needs = find(keywords, "needs");
    job.waits_for_stages = needs == nullptr;
    if (needs == nullptr) return job;
    for (const yaml::Value& need : *needs->as_list()) {
      if (need.as_string() != nullptr) {
        job.needs.push_back(*need.as_string());
      } else if (const yaml::Value* pipeline = need.find("pipeline")) {
        job.needs_elsewhere.push_back(*pipeline->as_string() + " / " + *need.find("job")->as_string());
      } else {
        job.needs.push_back(*need.find("job")->as_string());
        const yaml::Value* optional = need.find("optional");
        if (optional != nullptr && *optional == yaml::Value(true)) job.optional.insert(job.needs.back());
      }
    }
    return job;
  }

  /// Needs that may be missing, and are, are none.
  static void drop_missing(Creation& creation) {
    const std::set<std::string> names = creation.names();
    for (Job& job : creation.jobs) {
      std::erase_if(job.needs, [&](const auto& need) { return job.optional.contains(need) && !names.contains(need); });
    }
  }

  static void check_needs(Creation& creation) {
    std::map<std::string, const Job*> jobs;
    for (const Job& job : creation.jobs) jobs[job.name] = &job;
    for (const Job& job : creation.jobs) {
      if (job.needs.size() > 50) creation.refusal = job.name + ": one job can only need 50 others";
      if (job.needs_elsewhere.size() > 5) creation.refusal = job.name + ": more than 5 needs of other pipelines";
      if (std::set<std::string>(job.needs.begin(), job.needs.end()).size() != job.needs.size()) {
        creation.refusal = job.name + ": needs duplicated";
      }
      for (const std::string& need : job.needs) {
        const auto found = jobs.find(need);
        if (found == jobs.end()) {
          if (job.optional.contains(need)) continue;
          creation.refusal = job.name + ": " + need + " is not in the pipeline";
        } else if (found->second->stage > job.stage) {
          creation.refusal = job.name + ": " + need + " is not defined in current or prior stages";
        }
      }
    }
  }

  std::map<std::string, yaml::Value> globals_;
  std::map<std::string, yaml::Value::Map> entries_;
  std::vector<std::string> stages_;
};

enum class Status { created, manual, skipped, success, failed };

/// A pipeline that runs: what starts by itself starts at once, the rest waits for `press`.
class Run {
 public:
  /// Jobs in `failing` fail whenever they run.
  Run(std::vector<Job> jobs, std::set<std::string> failing) : jobs_(std::move(jobs)), failing_(std::move(failing)) {
    for (const Job& job : jobs_) status_[job.name] = Status::created;
    settle();
  }

  Status status(const std::string& name) const { return status_.at(name); }
  const std::vector<std::string>& started() const { return started_; }
  const std::vector<Job>& jobs() const { return jobs_; }

  /// Manual jobs that show their button.
  std::vector<std::string> buttons() const {
    std::vector<std::string> result;
    for (const Job& job : jobs_) {
      if (status(job.name) == Status::manual) result.push_back(job.name);
    }
    return result;
  }

  /// GitLab's status of the whole pipeline (lib/gitlab/ci/status/composite.rb), as far as jobs come to it here: one
  /// that may fail is ignored while it waits for a person, and a warning where it failed.
  std::string composite() const {
    std::set<std::string> all;
    for (const Job& job : jobs_) all.insert(composite_part(job));
    const auto only = [&](std::initializer_list<std::string> some) {
      return std::all_of(all.begin(), all.end(), [&](const std::string& one) {
        return std::find(some.begin(), some.end(), one) != some.end();
      });
    };
    if (only({"skipped", "ignored"})) return "skipped";
    if (only({"success", "skipped", "warning", "ignored"})) return "success";
    if (only({"created", "warning", "ignored"})) return "created";
    if (all.contains("manual")) return "manual";
    return all.contains("created") ? "running" : "failed";
  }

  void press(const std::string& name) {
    start(name);
    // What was skipped because of it gets another chance.
    std::set<std::string> behind = {name};
    for (std::size_t before = 0; before != behind.size();) {
      before = behind.size();
      for (const Job& job : jobs_) {
        const bool needs_one =
            std::any_of(job.needs.begin(), job.needs.end(), [&](const auto& need) { return behind.contains(need); });
        if (needs_one) behind.insert(job.name);
      }
    }
    for (const std::string& job : behind) {
      if (status_[job] == Status::skipped) status_[job] = Status::created;
    }
    settle();
  }

 private:
  std::string composite_part(const Job& job) const {
    switch (status(job.name)) {
      case Status::created: return "created";
      case Status::manual: return job.allows_failure ? "ignored" : "manual";
      case Status::skipped: return "skipped";
      case Status::success: return "success";
      case Status::failed: return job.allows_failure ? "warning" : "failed";
    }
    return "failed";
  }

  void start(const std::string& name) {
    started_.push_back(name);
    status_[name] = failing_.contains(name) ? Status::failed : Status::success;
  }

  enum class Needs { wait, cannot, met };

  /// A job without `needs` waits for earlier stages to end, and cannot start behind one that failed unless it always
  /// does.
  Needs look_at_stages(const Job& job) const {
    bool waits = false;
    for (const Job& other : jobs_) {
      if (other.stage >= job.stage) continue;
      const Status one = status(other.name);
      waits = waits || one == Status::created || (one == Status::manual && !other.allows_failure);
      if (one == Status::failed && !other.allows_failure && !job.is_always) return Needs::cannot;
    }
    return waits ? Needs::wait : Needs::met;
  }

  Needs look_at_needs(const Job& job) const {
    if (job.waits_for_stages) return look_at_stages(job);
    bool waits = false;
    for (const std::string& name : job.needs) {
      const Job& needed = *std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& one) { return one.name == name; });
      switch (status(name)) {
        case Status::success: break;
        case Status::failed:
          if (!needed.allows_failure) return Needs::cannot;
          break;
        case Status::skipped: return Needs::cannot;
        case Status::manual:
          if (needed.allows_failure) return Needs::cannot;  // ignored, as GitLab calls it
          waits = true;
          break;
        case Status::created: waits = true; break;
      }
    }
    return waits ? Needs::wait : Needs::met;
  }

  void settle() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const Job& job : jobs_) {
        if (status(job.name) != Status::created) continue;
        const Needs needs = look_at_needs(job);
        if (needs == Needs::wait) continue;
        changed = true;
        if (needs == Needs::cannot) {
          status_[job.name] = Status::skipped;
        } else if (job.is_manual) {
          status_[job.name] = Status::manual;
        } else {
          start(job.name);
        }
      }
    }
  }

  std::vector<Job> jobs_;
  std::set<std::string> failing_;
  std::map<std::string, Status> status_;
  std::vector<std::string> started_;
};

}  // namespace gitlab_model
