#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/pipeline.hpp"

/// GitLab's own decisions about a child pipeline, written down from its documentation and the code of its
/// `Gitlab::Ci::Pipeline::Seed` and `Gitlab::Ci::Status`, and from nothing of the generator's: which jobs it creates,
/// what it refuses, and which jobs start when.
namespace gitlab_model {

using statelane::YamlValue;
using statelane::pipeline::Pipeline;

/// What GitLab knows about the commit of the pipeline.
struct Circumstances {
  bool is_branch = false;  ///< the ref is a branch and no merge request: `only: branches`
  bool is_tag = false;
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

inline bool matches_any(const YamlValue& patterns, const std::string& path) {
  const std::vector<std::string> split = components(path);
  return std::any_of(patterns.as_list()->begin(), patterns.as_list()->end(),
                     [&](const YamlValue& pattern) { return matches(components(*pattern.as_string()), 0, split, 0); });
}

inline std::size_t count_matching(const YamlValue& patterns, const std::vector<std::string>& paths) {
  return static_cast<std::size_t>(
      std::count_if(paths.begin(), paths.end(), [&](const auto& path) { return matches_any(patterns, path); }));
}

/// `only:changes`
inline bool only_changes_holds(const YamlValue& patterns, const Circumstances& at) {
  if (!at.is_compared) return true;
  return count_matching(patterns, at.present) > 0 || count_matching(patterns, at.deleted) > at.hidden_by_renames;
}

/// `rules:changes`: renames are not looked for; too many comparisons count as a match.
inline bool rules_changes_holds(const YamlValue& patterns, const Circumstances& at) {
  if (!at.is_compared) return true;
  if ((at.present.size() + at.deleted.size()) * patterns.as_list()->size() > 50'000) return true;
  return count_matching(patterns, at.present) + count_matching(patterns, at.deleted) > 0;
}

struct Job {
  std::string name;
  std::size_t stage = 0;
  bool is_manual = false;
  bool allows_failure = false;
  std::vector<std::string> needs;
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
    for (const YamlValue& stage : *globals_["stages"].as_list()) stages_.push_back(*stage.as_string());
  }

  Creation create(const Circumstances& at) const {
    Creation creation;
    for (const auto& [name, own] : entries_) {
      if (name.front() == '.') continue;
      const YamlValue::Map job = resolve(own);
      if (is_created(job, at)) creation.jobs.push_back(read_job(name, job, creation.refusal));
    }
    if (creation.jobs.empty()) creation.refusal = "the resulting pipeline would have been empty";
    check_needs(creation);
    return creation;
  }

 private:
  static const YamlValue* find(const YamlValue::Map& map, std::string_view key) {
    for (const auto& [name, value] : map) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  /// `extends`: a deep merge of maps, the nearer one wins, lists are replaced.
  static void merge(YamlValue::Map& into, const YamlValue::Map& over) {
    for (const auto& [key, value] : over) {
      const auto same = [&key = key](const auto& entry) { return entry.first == key; };
      const auto found = std::find_if(into.begin(), into.end(), same);
      if (found == into.end()) {
        into.emplace_back(key, value);
      } else if (found->second.as_map() != nullptr && value.as_map() != nullptr) {
        YamlValue::Map merged = *found->second.as_map();
        merge(merged, *value.as_map());
        found->second = YamlValue(std::move(merged));
      } else {
        found->second = value;
      }
    }
  }

  YamlValue::Map resolve(const YamlValue::Map& own) const {
    YamlValue::Map result;
    if (const YamlValue* extends = find(own, "extends")) {
      YamlValue::List names;
      if (extends->as_list() != nullptr) {
        names = *extends->as_list();
      } else {
        names.push_back(*extends);
      }
      for (const YamlValue& name : names) merge(result, resolve(entries_.at(*name.as_string())));
    }
    merge(result, own);
    return result;
  }

  bool is_created(const YamlValue::Map& job, const Circumstances& at) const {
    if (const YamlValue* rules = find(job, "rules")) {
      return std::any_of(rules->as_list()->begin(), rules->as_list()->end(), [&](const YamlValue& rule) {
        const YamlValue* changes = rule.find("changes");
        return changes == nullptr || rules_changes_holds(*changes, at);
      });
    }
    const YamlValue* only = find(job, "only");
    if (only == nullptr) return globals_.contains("workflow") || at.is_branch || at.is_tag;
    const YamlValue* changes = only->find("changes");
    return refs_hold(only->find("refs"), at) && (changes == nullptr || only_changes_holds(*changes, at));
  }

  static bool refs_hold(const YamlValue* refs, const Circumstances& at) {
    if (refs == nullptr) return at.is_branch || at.is_tag;
    return std::any_of(refs->as_list()->begin(), refs->as_list()->end(), [&](const YamlValue& ref) {
      return (*ref.as_string() == "branches" && at.is_branch) || (*ref.as_string() == "tags" && at.is_tag);
    });
  }

  Job read_job(const std::string& name, const YamlValue::Map& keywords, std::string& refusal) const {
    Job job;
    job.name = name;
    const YamlValue* stage = find(keywords, "stage");
    const auto place = std::find(stages_.begin(), stages_.end(), stage != nullptr ? *stage->as_string() : "test");
    if (place == stages_.end()) refusal = name + ": chosen stage does not exist";
    job.stage = static_cast<std::size_t>(place - stages_.begin());
    const YamlValue* when = find(keywords, "when");
    job.is_manual = when != nullptr && *when == YamlValue("manual");
    const YamlValue* allow = find(keywords, "allow_failure");
    // A manual job is optional unless it says otherwise.
    job.allows_failure = allow != nullptr ? *allow == YamlValue(true) : job.is_manual;
    if (find(keywords, "needs") == nullptr) refusal = name + ": would wait for whole stages";
    if (const YamlValue* needs = find(keywords, "needs")) {
      for (const YamlValue& need : *needs->as_list()) job.needs.push_back(*need.find("job")->as_string());
    }
    return job;
  }

  static void check_needs(Creation& creation) {
    std::map<std::string, const Job*> jobs;
    for (const Job& job : creation.jobs) jobs[job.name] = &job;
    for (const Job& job : creation.jobs) {
      if (job.needs.size() > 50) creation.refusal = job.name + ": one job can only need 50 others";
      if (std::set<std::string>(job.needs.begin(), job.needs.end()).size() != job.needs.size()) {
        creation.refusal = job.name + ": needs duplicated";
      }
      for (const std::string& need : job.needs) {
        const auto found = jobs.find(need);
        if (found == jobs.end()) {
          creation.refusal = job.name + ": " + need + " is not in the pipeline";
        } else if (found->second->stage > job.stage) {
          creation.refusal = job.name + ": " + need + " is not defined in current or prior stages";
        }
      }
    }
  }

  std::map<std::string, YamlValue> globals_;
  std::map<std::string, YamlValue::Map> entries_;
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

  /// Manual jobs that show their button.
  std::vector<std::string> buttons() const {
    std::vector<std::string> result;
    for (const Job& job : jobs_) {
      if (status(job.name) == Status::manual) result.push_back(job.name);
    }
    return result;
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
  void start(const std::string& name) {
    started_.push_back(name);
    status_[name] = failing_.contains(name) ? Status::failed : Status::success;
  }

  enum class Needs { wait, cannot, met };

  Needs look_at_needs(const Job& job) const {
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
