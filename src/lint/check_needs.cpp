#include <fmt/format.h>

#include <map>
#include <set>
#include <unordered_map>

#include "base/suggest.hpp"
#include "gitlab/limits.hpp"
#include "lint/check_structure.hpp"

namespace statelane::lint {

namespace {

class Check {
 public:
  Check(const Pipeline& pipeline, Report& report) : pipeline_(pipeline), report_(report) {
    for (const Job& job : pipeline.jobs) jobs_.emplace(job.name, &job);
    for (std::size_t index = 0; index < pipeline.stages.size(); ++index) stages_.emplace(pipeline.stages[index], index);
  }

  void run() {
    for (const Job& job : pipeline_.jobs) check_job(job);
    find_circles();
  }

 private:
  std::optional<std::size_t> stage_of(const Job& job) const {
    const yaml::Value* stage = job.find("stage");
    const std::string name = stage != nullptr && stage->as_string() != nullptr ? *stage->as_string() : "test";
    const auto found = stages_.find(name);
    return found != stages_.end() ? std::optional(found->second) : std::nullopt;
  }

  void check_job(const Job& job) {
    const std::vector<Need> needs = needs_of(job);
    if (needs.size() > gitlab::max_needs) {
      report_.add(Rule::invalid_needs, job.find_entry("needs")->spot(), job.name,
                  fmt::format("{} needs; GitLab takes at most {}", needs.size(), gitlab::max_needs),
                  {"let a job in between need some of them, or leave needs out and order by stages"});
    }
    std::set<std::string> seen;
    for (const Need& need : needs) {
      if (!seen.insert(need.job).second) {
        report_.add(Rule::invalid_needs, need.node->spot, job.name, fmt::format("needs \"{}\" twice", need.job));
      } else {
        check_name(job, need.job, *need.node, need.is_optional, "needs");
      }
    }
    for (const yaml::Value* name : yaml::texts_of(job.find("dependencies")))
      check_name(job, *name->as_string(), *name, false, "dependencies");
  }

  void check_name(const Job& job, const std::string& name, const yaml::Value& node, bool is_optional,
                  std::string_view keyword) {
    if (name.find('$') != std::string::npos) return;
    // `name: [a, b]` is one job of a matrix.
    auto found = jobs_.find(name);
    if (found == jobs_.end()) found = jobs_.find(name.substr(0, name.rfind(": [")));
    if (name == job.name) {
      report_.add(Rule::invalid_needs, node.spot, job.name, fmt::format("{} names the job itself", keyword));
    } else if (found == jobs_.end()) {
      if (!is_optional && pipeline_.configuration.unseen.empty()) report_unknown(job, name, node, keyword);
    } else if (const auto own = stage_of(job), other = stage_of(*found->second); own && other && *other > *own) {
      report_.add(Rule::invalid_needs, node.spot, job.name,
                  fmt::format("{} names \"{}\", which is in a later stage", keyword, name));
    }
  }

  void report_unknown(const Job& job, const std::string& name, const yaml::Value& node, std::string_view keyword) {
    std::vector<std::string> names;
    for (const Job& each : pipeline_.jobs) names.push_back(each.name);
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(name, names))
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    report_.add(Rule::invalid_needs, node.spot, job.name,
                fmt::format("{} names \"{}\", and there is no such job", keyword, name), std::move(hints));
  }

  /// Takes away jobs that need nothing, then those that nothing needs, until only circles and what lies between them
  /// are left.
  void find_circles() {
    std::map<const Job*, std::set<const Job*>> needs;
    for (const Job& job : pipeline_.jobs) {
      for (const Need& need : needs_of(job)) {
        const auto found = jobs_.find(need.job);
        if (found != jobs_.end() && found->second != &job) needs[&job].insert(found->second);
      }
    }
    for (bool is_changed = true; is_changed;) {
      std::set<const Job*> needed;
      for (const auto& [job, others] : needs) needed.insert(others.begin(), others.end());
      const std::size_t before = needs.size();
      std::erase_if(needs, [&](const auto& entry) { return !needed.contains(entry.first); });
      for (auto& [job, others] : needs) {
        std::erase_if(others, [&](const Job* other) { return !needs.contains(other); });
      }
      std::erase_if(needs, [](const auto& entry) { return entry.second.empty(); });
      is_changed = needs.size() != before;
    }
    std::vector<std::string> names;
    for (const Job& job : pipeline_.jobs) {
      if (needs.contains(&job)) names.push_back(fmt::format("\"{}\"", job.name));
    }
    for (const Job& job : pipeline_.jobs) {
      if (!needs.contains(&job)) continue;
      report_.add(Rule::invalid_needs, job.find_entry("needs")->spot(), job.name,
                  fmt::format("needs goes in a circle: {}", fmt::join(names, ", ")));
      return;
    }
  }

  const Pipeline& pipeline_;
  Report& report_;
  std::unordered_map<std::string, const Job*> jobs_;
  std::unordered_map<std::string, std::size_t> stages_;
};

}  // namespace

void check_needs(const Pipeline& pipeline, Report& report) { Check(pipeline, report).run(); }

std::vector<Need> needs_of(const Job& job) {
  std::vector<Need> needs;
  const yaml::Value* node = job.find("needs");
  if (node == nullptr) return needs;
  const auto add = [&](const yaml::Value& item) {
    if (item.as_string() != nullptr) needs.push_back({*item.as_string(), &item});
    const yaml::Value* name = item.find("job");
    const bool is_elsewhere = item.find("project") != nullptr || item.find("pipeline") != nullptr;
    if (name == nullptr || name->as_string() == nullptr || is_elsewhere) return;
    const auto is_value = [&](std::string_view key, bool value) {
      const yaml::Value* flag = item.find(key);
      return flag != nullptr && flag->as_bool() != nullptr && *flag->as_bool() == value;
    };
    needs.push_back({*name->as_string(), name, is_value("optional", true), !is_value("artifacts", false)});
  };
  add(*node);
  if (node->as_list() == nullptr) return needs;
  for (const yaml::Value& item : *node->as_list()) {
    add(item);
    if (item.as_list() == nullptr) continue;
    for (const yaml::Value& inner : *item.as_list()) add(inner);
  }
  return needs;
}

}  // namespace statelane::lint
