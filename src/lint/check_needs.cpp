#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "base/suggest.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/needs.hpp"
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
    const gitlab::Needs needs = gitlab::read_needs(job.find("needs"));
    if (needs.jobs.size() > gitlab::max_needs) {
      report_.add(Rule::invalid_needs, job.find_entry("needs")->spot(), job.name,
                  fmt::format("{} needs; GitLab takes at most {}", needs.jobs.size(), gitlab::max_needs),
                  {"let a job in between need some of them, or leave needs out and order by stages"});
    }
    if (needs.of_other_pipelines > gitlab::max_cross_pipeline_needs) {
      report_.add(Rule::invalid_needs, job.find_entry("needs")->spot(), job.name,
                  fmt::format("{} needs of other pipelines; GitLab takes at most {}", needs.of_other_pipelines,
                              gitlab::max_cross_pipeline_needs));
    }
    std::set<std::string> seen;
    for (const gitlab::Need& need : needs.jobs) {
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

  void find_circles() {
    std::vector<std::vector<std::size_t>> needed(pipeline_.jobs.size());
    for (std::size_t index = 0; index < pipeline_.jobs.size(); ++index) {
      const Job& job = pipeline_.jobs[index];
      for (const gitlab::Need& need : gitlab::read_needs(job.find("needs")).jobs) {
        const auto found = jobs_.find(need.job);
        if (found == jobs_.end() || found->second == &job) continue;
        needed[index].push_back(static_cast<std::size_t>(found->second - pipeline_.jobs.data()));
      }
    }
    const std::vector<std::size_t> circles = gitlab::find_circles(needed);
    if (circles.empty()) return;
    std::vector<std::string> names;
    for (const std::size_t index : circles) names.push_back(fmt::format("\"{}\"", pipeline_.jobs[index].name));
    const Job& first = pipeline_.jobs[circles.front()];
    report_.add(Rule::invalid_needs, first.find_entry("needs")->spot(), first.name,
                fmt::format("needs goes in a circle: {}", fmt::join(names, ", ")));
  }

  const Pipeline& pipeline_;
  Report& report_;
  std::unordered_map<std::string, const Job*> jobs_;
  std::unordered_map<std::string, std::size_t> stages_;
};

}  // namespace

void check_needs(const Pipeline& pipeline, Report& report) { Check(pipeline, report).run(); }

}  // namespace statelane::lint
