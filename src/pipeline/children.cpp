#include "pipeline/children.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/limits.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/job_index.hpp"
#include "pipeline/lanes.hpp"
#include "pipeline/split_pipeline.hpp"

namespace statelane::pipeline {

namespace {

std::size_t divide_up(std::size_t number, std::size_t by) { return (number + by - 1) / by; }

std::size_t count_deploying(const Child& child) {
  const JobIndex index(child);
  const std::vector<const Job*>& jobs = index.jobs();
  return static_cast<std::size_t>(std::count_if(jobs.begin(), jobs.end(), [&](const Job* job) {
    return !is_hidden(*job) && index.effective(*job, "environment") != nullptr;
  }));
}

/// One child with what was said while it was made.
struct Made {
  Child child;
  std::size_t deploying = 0;
  Diagnostics diagnostics;
};

/// A file that the parent includes and this child does not need. GitLab refuses an empty one.
Pipeline unused_file(std::size_t number, const std::string& tool_version) {
  return {{fmt::format("Made by statelane {}.", tool_version),
           "Not needed this time: the pipeline fits into the files before this one."},
          {},
          {},
          {{fmt::format(".statelane-unused-file-{}", number), {}, {{"script", yaml::Value::List{"true"}}}}}};
}

class ChildrenBuilder {
 public:
  ChildrenBuilder(const PipelineRequest& request, const states::StateGraph& base, const states::StateGraph& head,
                  const TemplateSet& templates, const config::Config& config, const Capacity& capacity)
      : request_(request), base_(base), head_(head), templates_(templates), config_(config), capacity_(capacity) {}

  std::vector<Child> build(const impact::Impact& impact, Diagnostics& diagnostics) const {
    std::vector<impact::Impact> parts = {impact};
    // The gates alone tell what cannot be enough, without building it first.
    const std::size_t least =
        std::min(divide_up(count_gates(impact), gitlab::max_environment_jobs), capacity_.children);
    if (least > 1) parts = split_into_children(impact, base_, head_, least);
    std::vector<Made> made = make_all(parts);
    while (parts.size() < capacity_.children &&
           !std::all_of(made.begin(), made.end(), [&](const Made& one) { return fits(one); })) {
      parts = split_into_children(impact, base_, head_,
                                  std::clamp(least_children(made), parts.size() + 1, capacity_.children));
      made = make_all(parts);
    }
    // Beyond this point it is fixed which lanes are in which child.
    parts.resize(capacity_.children);
    while (made.size() < parts.size()) made.push_back(make(parts[made.size()], made.size() + 1));
    std::vector<Child> children;
    for (std::size_t index = 0; index < made.size(); ++index) {
      if (made[index].deploying > gitlab::max_environment_jobs) take_gates_out(parts[index], index + 1, made[index]);
      diagnostics.merge(made[index].diagnostics);
      children.push_back(std::move(made[index].child));
      complete(children.back(), index + 1, diagnostics);
    }
    return children;
  }

 private:
  /// A part without any lane still is a child, and says why it does nothing.
  Made make(const impact::Impact& part, std::size_t number) const {
    PipelineRequest request = numbered(number);
    if (number > 1 && part.affected.empty()) {
      request.nothing_reason = "nothing to do in this child: every lane is in another one";
    }
    return make(request, part);
  }

  PipelineRequest numbered(std::size_t number) const {
    PipelineRequest request = request_;
    if (capacity_.children > 1) request.child = number;
    return request;
  }

  Made make(const PipelineRequest& request, const impact::Impact& part) const {
    Made made;
    Pipeline pipeline = build_pipeline(request, part, base_, head_, templates_, config_, made.diagnostics);
    made.child = split_into_files(std::move(pipeline), request.server);
    made.deploying = count_deploying(made.child);
    return made;
  }

  std::size_t count_gates(const impact::Impact& impact) const {
    return static_cast<std::size_t>(
        std::count_if(impact.affected.begin(), impact.affected.end(), [&](const impact::Affected& affected) {
          const auto index = head_.find(affected.id);
          return index && may_apply(request_, head_.states()[*index]);
        }));
  }

  std::vector<Made> make_all(const std::vector<impact::Impact>& parts) const {
    std::vector<Made> made;
    made.reserve(parts.size());
    for (std::size_t index = 0; index < parts.size(); ++index) made.push_back(make(parts[index], index + 1));
    return made;
  }

  bool fits(const Made& made) const {
    return made.child.size() <= capacity_.files && made.deploying <= gitlab::max_environment_jobs;
  }

  /// Fewer children than this cannot hold what these hold together.
  std::size_t least_children(const std::vector<Made>& made) const {
    std::size_t full_files = 0;
    std::size_t deploying = 0;
    for (const Made& one : made) {
      full_files += one.child.size() - 1;  // the last one may be nearly empty
      deploying += one.deploying;
    }
    return std::max(divide_up(full_files, capacity_.files), divide_up(deploying, gitlab::max_environment_jobs));
  }

  void take_gates_out(const impact::Impact& part, std::size_t number, Made& made) const {
    const std::string text =
        fmt::format("this pipeline only plans: {} jobs would deploy, and GitLab lets {} in one pipeline",
                    made.deploying, gitlab::max_environment_jobs);
    const std::vector<std::string> hints = {
        fmt::format("for the gates, spread the lanes over more children: --children {} or more",
                    std::max(divide_up(made.deploying, gitlab::max_environment_jobs), capacity_.children + 1)),
        "states that depend on each other stay in one child: take fewer of them at a time with --state"};
    PipelineRequest request = numbered(number);
    request.gates = false;
    request.notices.emplace("gates left out", std::vector<std::string>{text, hints.front(), hints.back()});
    made = make(request, part);
    made.diagnostics.warning(RepoPath::of(config::file_name), std::nullopt, text, hints);
  }

  /// Numbers the files, adds those that are not needed, and proves that GitLab takes them.
  void complete(Child& child, std::size_t number, Diagnostics& diagnostics) const {
    while (child.size() < capacity_.files) child.push_back(unused_file(child.size() + 1, request_.tool_version));
    for (std::size_t file = 0; file < child.size(); ++file) {
      std::vector<std::string>& comments = child[file].comments;
      if (capacity_.files > 1) {
        comments.insert(comments.begin(), fmt::format("File {} of {} of this child.", file + 1, child.size()));
      }
      if (capacity_.children > 1) {
        comments.insert(comments.begin(), fmt::format("Child {} of {}.", number, capacity_.children));
      }
    }
    if (child.size() == capacity_.files) {
      check_pipeline(child, request_.server, diagnostics);
    } else {
      report_overflow(child, number, diagnostics);
    }
  }

  void report_overflow(const Child& child, std::size_t number, Diagnostics& diagnostics) const {
    constexpr std::size_t most = gitlab::max_trigger_includes;
    const std::size_t children = divide_up(child.size() * capacity_.children, most);
    diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                      fmt::format("child {} of {} takes {} files, and the parent includes {}", number,
                                  capacity_.children, child.size(), capacity_.files),
                      {fmt::format("generate with --files {}{}, and let the parent name as many", most,
                                   children > 1 ? fmt::format(" --children {}", children) : ""),
                       "or take fewer states at a time with --state"});
  }

  const PipelineRequest& request_;
  const states::StateGraph& base_;
  const states::StateGraph& head_;
  const TemplateSet& templates_;
  const config::Config& config_;
  const Capacity& capacity_;
};

}  // namespace

std::vector<Child> build_children(const PipelineRequest& request, const impact::Impact& impact,
                                  const states::StateGraph& base, const states::StateGraph& head,
                                  const TemplateSet& templates, const config::Config& config, const Capacity& capacity,
                                  Diagnostics& diagnostics) {
  return ChildrenBuilder(request, base, head, templates, config, capacity).build(impact, diagnostics);
}

}  // namespace statelane::pipeline
