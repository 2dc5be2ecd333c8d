#include <fmt/format.h>

#include <algorithm>

#include "gitlab/limits.hpp"
#include "lint/check_triggers.hpp"
#include "lint/tree_files.hpp"

namespace statelane::lint {

void check_patterns(std::span<const ExaminedJob> jobs, const repo::Tree& tree, Report& report) {
  std::vector<RepoPath> files;
  for (const ExaminedJob& job : jobs) {
    for (const ChangesList& list : job.trigger.lists()) {
      if (files.empty()) files = find_tree_files(tree);
      const std::string subject = list.is_workflow ? "" : job.job->name;
      for (const TriggerPattern& pattern : list.patterns) {
        const auto fault = find_pattern_fault(pattern.text, files);
        if (!fault) continue;
        report.add(Rule::dead_pattern, pattern.node->spot, subject, fault->what, {fault->remedy});
      }
      const bool is_long = list.keyword == gitlab::PatternKeyword::rules_changes &&
                           list.patterns.size() > gitlab::max_rules_changes_patterns;
      if (!is_long) continue;
      report.add(Rule::too_many_patterns, list.spot, subject,
                 fmt::format("{} patterns; GitLab takes at most {} in one rules:changes", list.patterns.size(),
                             gitlab::max_rules_changes_patterns),
                 {"split them over several entries of rules", "only:changes has no such limit"});
    }
  }
}

}  // namespace statelane::lint
