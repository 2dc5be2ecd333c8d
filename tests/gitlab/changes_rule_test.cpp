#include "gitlab/changes_rule.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace statelane;
using namespace statelane::gitlab;

namespace {

const std::string before(40, 'a');
const std::vector<std::string> patterns = {"network/prod/**/*", "modules/vpc/**/*"};

PushDiff push_of(const std::vector<ChangedPath>& changed) {
  return {.kind = PipelineKind::push_default, .before_sha = before, .base_commit = before, .changed = changed};
}

}  // namespace

TEST_CASE("rule 1: the rule stays where GitLab certainly sees a path that matches") {
  const std::vector<ChangedPath> modified = {{RepoPath::of("README.md")}, {RepoPath::of("modules/vpc/main.tf")}};
  CHECK_FALSE(find_doubt(push_of(modified), patterns));
  const std::vector<ChangedPath> added = {{RepoPath::of("network/prod/new.tf"), ChangeKind::added}};
  CHECK_FALSE(find_doubt(push_of(added), patterns));
  PushDiff branch = push_of(modified);
  branch.kind = PipelineKind::push_branch;
  CHECK_FALSE(find_doubt(branch, patterns));
}

TEST_CASE("a deleted path counts only where no path was added, since of a rename GitLab sees the new path alone") {
  std::vector<ChangedPath> changed = {{RepoPath::of("network/prod/old.tf"), ChangeKind::deleted}};
  CHECK_FALSE(find_doubt(push_of(changed), patterns));
  changed.push_back({RepoPath::of("elsewhere/new.tf"), ChangeKind::added});
  CHECK(find_doubt(push_of(changed), patterns) ==
        "only paths match that GitLab may not see, as of a renamed file it sees the new path alone");
  CHECK_FALSE(find_doubt(push_of(changed), patterns, PatternKeyword::rules_changes));
  changed.push_back({RepoPath::of("network/prod/main.tf"), ChangeKind::modified});
  CHECK_FALSE(find_doubt(push_of(changed), patterns));
}

TEST_CASE("a path that is not UTF-8 proves nothing") {
  const std::vector<ChangedPath> changed = {{RepoPath::of("network/prod/\xff.tf")}};
  CHECK(find_doubt(push_of(changed), patterns));
  CHECK(find_doubt(push_of(changed), patterns, PatternKeyword::rules_changes));
}

TEST_CASE("a state that no changed path matches loses the rule: it was selected for another reason") {
  const std::vector<ChangedPath> changed = {{RepoPath::of("README.md")}};
  CHECK(find_doubt(push_of(changed), patterns) == "no changed path matches its patterns");
  CHECK(find_doubt(push_of({}), patterns) == "no changed path matches its patterns");
}

TEST_CASE("only:changes is not trusted from as many paths as GitLab shows of a diff; rules:changes has no such limit") {
  std::vector<ChangedPath> changed(999, ChangedPath{RepoPath::of("network/prod/main.tf")});
  CHECK_FALSE(find_doubt(push_of(changed), patterns));
  changed.push_back({RepoPath::of("network/prod/x.tf")});
  CHECK(find_doubt(push_of(changed), patterns) == "1000 paths differ, and GitLab may look at 1000 only");
  CHECK_FALSE(find_doubt(push_of(changed), patterns, PatternKeyword::rules_changes));
}

TEST_CASE("rule 1: the rule is left out, with the reason, wherever GitLab compares something else or nothing") {
  const std::vector<ChangedPath> changed = {{RepoPath::of("network/prod/main.tf")}};
  PushDiff diff = push_of(changed);
  diff.base_commit = "cccc";
  CHECK(find_doubt(diff, patterns) == "GitLab would compare with CI_COMMIT_BEFORE_SHA, which is not the base");
  diff.before_sha = "0000000000000000000000000000000000000000";
  CHECK(find_doubt(diff, patterns) == "GitLab does not compare commits on a branch's first push");
  for (const auto kind :
       {PipelineKind::merge_request_detached, PipelineKind::merged_result, PipelineKind::merge_train}) {
    diff.kind = kind;
    CHECK(find_doubt(diff, patterns) == "in a merge request's child, GitLab leaves out every job with only");
    CHECK(find_doubt(diff, patterns, PatternKeyword::rules_changes) ==
          "in a merge request's child, GitLab looks at each commit and not at base and head");
  }
  diff.kind = PipelineKind::schedule;
  CHECK(find_doubt(diff, patterns) == "GitLab does not compare commits in a scheduled pipeline");
  for (const auto kind : {PipelineKind::local, PipelineKind::tag, PipelineKind::web, PipelineKind::api,
                          PipelineKind::trigger, PipelineKind::parent_pipeline, PipelineKind::other}) {
    diff.kind = kind;
    CHECK(find_doubt(diff, patterns));
  }
}
