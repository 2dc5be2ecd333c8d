#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/glob.hpp"
#include "config/config.hpp"
#include "lint/check_triggers.hpp"
#include "lint/probes.hpp"
#include "lint/tree_files.hpp"

namespace statelane::lint {

namespace {

class Check {
 public:
  Check(const repo::Tree& tree, const states::StateGraph& graph, Report& report)
      : tree_(tree), graph_(graph), report_(report), files_(find_tree_files(tree)) {}

  void check(const ExaminedJob& job) {
    if (job.states.has_unknown || job.states.groups.empty() || !job.states.stateless.empty()) return;
    for (const ChangesList& list : job.trigger.lists()) {
      if (list.excludes || list.is_workflow) continue;
      for (const TriggerPattern& pattern : list.patterns) check(job, pattern);
    }
  }

 private:
  void check(const ExaminedJob& job, const TriggerPattern& pattern) {
    if (!pattern.is_known || find_pattern_fault(pattern.text, files_) || is_needed(job, pattern.text)) return;
    const std::vector<RepoPath> matched = find_matching_files(files_, pattern.text);
    const bool is_infrastructure = std::all_of(matched.begin(), matched.end(),
                                               [&](const RepoPath& path) { return graph_.is_infrastructure(path); });
    if (!is_infrastructure) return;
    const std::string states = describe_states(job);
    if (matched.empty()) {
      report_.add(Rule::unneeded_trigger, pattern.node->spot, job.job->name,
                  fmt::format("\"{}\" matches no file, and none that {} would read", pattern.text, states),
                  {"take it out of the list"});
    } else {
      report_.add(Rule::unneeded_trigger, pattern.node->spot, job.job->name,
                  fmt::format("\"{}\" starts the job for {} {} that {} does not read, such as {}", pattern.text,
                              matched.size(), matched.size() == 1 ? "file" : "files", states, matched.front().str()),
                  {"take it out of the list, unless something else in the job reads it"});
    }
  }

  std::string describe_states(const ExaminedJob& job) const {
    const auto& groups = job.states.groups;
    const std::string first = fmt::format("state \"{}\"", graph_.states()[groups.front().states.front()].id);
    const bool is_one = groups.size() == 1 && groups.front().states.size() == 1;
    return is_one ? first : fmt::format("any of the job's states ({} …)", first);
  }

  /// One of the patterns that its braces stand for is enough.
  bool is_needed(const ExaminedJob& job, const std::string& pattern) {
    const std::vector<std::string> plain = expand_braces(pattern);
    // Of too many nobody can say.
    return plain.empty() ||
           std::any_of(plain.begin(), plain.end(), [&](const std::string& one) { return is_plain_needed(job, one); });
  }

  bool is_plain_needed(const ExaminedJob& job, const std::string& pattern) {
    // What it says of the states decides what their jobs do, whether it is there yet or not.
    if (gitlab::matches_pattern(pattern, config::file_name)) return true;
    for (const StateGroup& group : job.states.groups) {
      for (const std::uint32_t state : group.states) {
        const auto [place, is_new] = probes_.try_emplace(state);
        if (is_new) place->second = find_probes(tree_, graph_, state);
        const auto& probes = place->second;
        if (std::any_of(probes.begin(), probes.end(),
                        [&](const Probe& probe) { return gitlab::matches_pattern(pattern, probe.path); }) ||
            is_needed_later(state, pattern)) {
          return true;
        }
      }
    }
    return false;
  }

  /// The pattern matches a path that is not there and that the state would read if it were.
  bool is_needed_later(std::uint32_t state, const std::string& pattern) const {
    const auto would_read = [&](const std::string& text) {
      const auto path = RepoPath::parse(text);
      if (!path || !gitlab::matches_pattern(pattern, text)) return false;
      const std::vector<states::Claim> claims = graph_.claims(*path);
      return std::any_of(claims.begin(), claims.end(), [&](const auto& claim) { return claim.state == state; });
    };
    const auto example = example_of(pattern);
    if (example && would_read(*example)) return true;
    const std::size_t anywhere = pattern.rfind("**/");
    if (anywhere == std::string::npos) return false;
    // What stands behind the last `**/` may lie in any directory of the state's.
    const auto rest = example_of(std::string_view(pattern).substr(anywhere + 3));
    const auto& inputs = graph_.states()[state].inputs;
    return rest && std::any_of(inputs.begin(), inputs.end(), [&](const states::Input& input) {
             const std::string directory = input.path.is_root() ? "" : input.path.str() + "/";
             return would_read(directory + *rest);
           });
  }

  const repo::Tree& tree_;
  const states::StateGraph& graph_;
  Report& report_;
  std::vector<RepoPath> files_;
  std::map<std::uint32_t, std::vector<Probe>> probes_;
};

}  // namespace

void check_unneeded_triggers(std::span<const ExaminedJob> jobs, const repo::Tree& tree, const states::StateGraph& graph,
                             Report& report) {
  const bool any = std::any_of(jobs.begin(), jobs.end(), [](const ExaminedJob& job) {
    return !job.states.groups.empty() && !job.trigger.lists().empty();
  });
  if (!any) return;
  Check check(tree, graph, report);
  for (const ExaminedJob& job : jobs) check.check(job);
}

}  // namespace statelane::lint
