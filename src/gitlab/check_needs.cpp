#include "gitlab/check_needs.hpp"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "base/suggest.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/needs.hpp"

namespace statelane::gitlab {

namespace {

class NeedsCheck {
 public:
  NeedsCheck(std::span<const OrderedJob> jobs, bool are_all_known) : jobs_(jobs), are_all_known_(are_all_known) {
    for (std::size_t index = 0; index < jobs.size(); ++index) places_.emplace(jobs[index].name, index);
  }

  std::vector<NeedsFault> run() {
    for (at_ = 0; at_ < jobs_.size(); ++at_) check_job();
    find_circle();
    return std::move(faults_);
  }

 private:
  const OrderedJob& job() const { return jobs_[at_]; }

  void add(const yaml::Value& at, std::string message, std::vector<std::string> hints = {}) {
    faults_.push_back({at_, at.spot, std::move(message), std::move(hints)});
  }

  /// At the keyword.
  void add_to_needs(std::string message, std::vector<std::string> hints = {}) {
    faults_.push_back({at_, job().needs->key_spot, std::move(message), std::move(hints)});
  }

  void check_job() {
    const Needs needs = read_needs(job().needs);
    if (needs.jobs.size() > max_needs) {
      add_to_needs(fmt::format("{} needs; GitLab takes at most {}", needs.jobs.size(), max_needs),
                   {"let a job in between need some of them, or leave needs out and order by stages"});
    }
    if (needs.of_other_pipelines > max_cross_pipeline_needs) {
      add_to_needs(fmt::format("{} needs of other pipelines; GitLab takes at most {}", needs.of_other_pipelines,
                               max_cross_pipeline_needs));
    }
    check_named(needs);
    const yaml::Value::List* rules = job().rules != nullptr ? job().rules->as_list() : nullptr;
    if (rules != nullptr) {
      for (const yaml::Value& rule : *rules) check_named(read_needs(rule.find("needs")));
    }
    for (const yaml::Value* name : yaml::texts_of(job().dependencies))
      check_name(*name->as_string(), *name, false, "dependencies");
    check_included();
  }

  void check_named(const Needs& needs) {
    std::set<std::string_view> seen;
    for (const Need& need : needs.jobs) {
      if (!seen.insert(need.job).second) {
        add(*need.node, fmt::format("needs \"{}\" twice", need.job));
      } else {
        check_name(need.job, *need.node, need.is_optional, "needs");
      }
    }
  }

  /// `trigger: {include: [{artifact: child.yml, job: generate}]}`
  void check_included() {
    const yaml::Value* include = job().trigger != nullptr ? job().trigger->find("include") : nullptr;
    if (include == nullptr || include->as_list() == nullptr) return;
    for (const yaml::Value& each : *include->as_list()) {
      const yaml::Value* name = each.find("job");
      if (name != nullptr && name->as_string() != nullptr) check_name(*name->as_string(), *name, false, "include");
    }
  }

  void check_name(const std::string& name, const yaml::Value& node, bool is_optional, std::string_view keyword) {
    if (name.find("$[[") != std::string::npos) return;
    // `name: [a, b]` is one job of a matrix.
    auto found = places_.find(name);
    if (found == places_.end()) found = places_.find(std::string_view(name).substr(0, name.rfind(": [")));
    if (name == job().name) {
      add(node, fmt::format("{} names the job itself", keyword));
    } else if (found == places_.end()) {
      if (!is_optional && are_all_known_) add_unknown(name, node, keyword);
    } else if (const auto own = job().stage, other = jobs_[found->second].stage; own && other && *other > *own) {
      add(node, fmt::format("{} names \"{}\", which is in a later stage", keyword, name));
    }
  }

  void add_unknown(const std::string& name, const yaml::Value& node, std::string_view keyword) {
    std::vector<std::string> names;
    for (const OrderedJob& each : jobs_) names.emplace_back(each.name);
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(name, names))
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    add(node, fmt::format("{} names \"{}\", and there is no such job", keyword, name), std::move(hints));
  }

  void find_circle() {
    std::vector<std::vector<std::size_t>> needed(jobs_.size());
    for (std::size_t index = 0; index < jobs_.size(); ++index) {
      for (const Need& need : read_needs(jobs_[index].needs).jobs) {
        const auto found = places_.find(need.job);
        if (found != places_.end() && found->second != index) needed[index].push_back(found->second);
      }
    }
    const std::vector<std::size_t> circles = find_circles(needed);
    if (circles.empty()) return;
    std::vector<std::string> names;
    for (const std::size_t index : circles) names.push_back(fmt::format("\"{}\"", jobs_[index].name));
    at_ = circles.front();
    add_to_needs(fmt::format("needs goes in a circle: {}", fmt::join(names, ", ")));
  }

  std::span<const OrderedJob> jobs_;
  bool are_all_known_;
  std::vector<NeedsFault> faults_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<NeedsFault> check_needs(std::span<const OrderedJob> jobs, bool are_all_known) {
  return NeedsCheck(jobs, are_all_known).run();
}

}  // namespace statelane::gitlab
