#include "pipeline/split_pipeline.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>

#include "gitlab/limits.hpp"
#include "gitlab/yaml_size.hpp"

namespace statelane::pipeline {

namespace {

/// A hash of so many entries, with empty keys and nothing else. Ruby doubles its table, so sizes come in steps.
std::size_t table_size(std::size_t entries) {
  static thread_local std::map<std::size_t, std::size_t> known;
  const std::size_t step = std::bit_width(entries);
  const auto found = known.find(step);
  if (found != known.end()) return found->second;
  const yaml::Value::Map largest((std::size_t{1} << step) - 1, {"", yaml::Value{}});
  return known[step] = gitlab::deep_size(largest);
}

std::size_t job_size(const Job& job) {
  return gitlab::deep_size(yaml::Value(job.name)) + gitlab::deep_size(job.keywords);
}

std::size_t entries_of(const Pipeline& file) { return file.globals.size() + file.templates.size() + file.jobs.size(); }

/// Disjoint sets of states.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }

  std::uint32_t root(std::uint32_t member) {
    while (parent_[member] != member) member = parent_[member] = parent_[parent_[member]];
    return member;
  }

  void join(std::uint32_t left, std::uint32_t right) { parent_[root(left)] = root(right); }

 private:
  std::vector<std::uint32_t> parent_;
};

/// States of head by their index, and after them those that only base has.
struct Nodes {
  const states::StateGraph& base;
  const states::StateGraph& head;

  std::uint32_t of(const std::string& id) const {
    if (const auto index = head.find(id)) return *index;
    return static_cast<std::uint32_t>(head.states().size()) + base.find(id).value_or(0);
  }
};

/// Whom a lane's order depends on, directly and not: everything below it, as far as `order_applies` looks.
void join_dependencies(const impact::Impact& impact, const states::StateGraph& head, Groups& groups) {
  std::vector<bool> seen(head.states().size(), false);
  std::vector<std::uint32_t> open;
  for (const impact::Affected& affected : impact.affected) {
    if (const auto index = head.find(affected.id)) open.push_back(*index);
  }
  while (!open.empty()) {
    const std::uint32_t state = open.back();
    open.pop_back();
    if (seen[state]) continue;
    seen[state] = true;
    for (const std::uint32_t dependency : head.comes_after(state)) {
      groups.join(state, dependency);
      open.push_back(dependency);
    }
  }
}

/// A state that left is destroyed after everything that depended on it.
void join_dependents_of_departed(const impact::Impact& impact, const Nodes& nodes, Groups& groups) {
  const states::StateGraph& base = nodes.base;
  std::vector<bool> seen(base.states().size(), false);
  std::vector<std::uint32_t> open;
  for (const impact::Affected& affected : impact.affected) {
    const auto index = base.find(affected.id);
    if (affected.change == impact::Change::deleted && index) open.push_back(*index);
  }
  while (!open.empty()) {
    const std::uint32_t state = open.back();
    open.pop_back();
    if (seen[state]) continue;
    seen[state] = true;
    for (const std::uint32_t dependent : base.dependents(state)) {
      groups.join(nodes.of(base.states()[state].id), nodes.of(base.states()[dependent].id));
      open.push_back(dependent);
    }
  }
}

}  // namespace

std::size_t measure_file(const Pipeline& file) {
  std::size_t size = gitlab::deep_size(file.globals) + table_size(entries_of(file));
  for (const auto* jobs : {&file.templates, &file.jobs}) {
    for (const Job& job : *jobs) size += job_size(job);
  }
  return size;
}

std::vector<Pipeline> split_into_files(Pipeline pipeline, const gitlab::Version& server) {
  const std::size_t limit = gitlab::max_yaml_bytes(server);
  std::vector<Job> jobs = std::move(pipeline.jobs);
  pipeline.jobs.clear();
  std::vector<Pipeline> files = {std::move(pipeline)};
  std::size_t used = measure_file(files.back()) - table_size(entries_of(files.back()));
  for (Job& job : jobs) {
    const std::size_t size = job_size(job);
    if (!files.back().jobs.empty() && used + size + table_size(entries_of(files.back()) + 1) > limit) {
      files.push_back({files.front().comments, {}, {}, {}});
      used = gitlab::deep_size(yaml::Value::Map{});
    }
    used += size;
    files.back().jobs.push_back(std::move(job));
  }
  return files;
}

std::vector<impact::Impact> split_into_children(const impact::Impact& impact, const states::StateGraph& base,
                                                const states::StateGraph& head, std::size_t count) {
  const Nodes nodes{base, head};
  Groups groups(head.states().size() + base.states().size());
  join_dependencies(impact, head, groups);
  join_dependents_of_departed(impact, nodes, groups);
  std::map<std::uint32_t, std::vector<const impact::Affected*>> members;
  for (const impact::Affected& affected : impact.affected) {
    members[groups.root(nodes.of(affected.id))].push_back(&affected);
  }
  std::vector<std::vector<const impact::Affected*>> sorted;
  sorted.reserve(members.size());
  for (auto& [root, group] : members) sorted.push_back(std::move(group));
  // The largest first, each to the child with the least: no child gets much more than its share.
  std::sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
    return left.size() != right.size() ? left.size() > right.size() : left.front()->id < right.front()->id;
  });
  std::vector<impact::Impact> children(count);
  for (const auto& group : sorted) {
    auto& child = *std::min_element(children.begin(), children.end(), [](const auto& left, const auto& right) {
      return left.affected.size() < right.affected.size();
    });
    for (const impact::Affected* affected : group) child.affected.push_back(*affected);
  }
  for (impact::Impact& child : children) {
    std::sort(child.affected.begin(), child.affected.end(),
              [](const auto& left, const auto& right) { return left.id < right.id; });
  }
  children.front().skipped = impact.skipped;
  children.front().dependents = impact.dependents;
  children.front().unclaimed = impact.unclaimed;
  return children;
}

}  // namespace statelane::pipeline
