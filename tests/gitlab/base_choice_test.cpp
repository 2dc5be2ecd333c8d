#include "gitlab/base_choice.hpp"

#include <doctest/doctest.h>

using namespace statelane::gitlab;

namespace {

const std::string old_tip(40, 'a');
const std::string new_tip(40, 'b');
const std::string target(40, 'c');
const std::string zeros(40, '0');

BaseChoice choice_for(PredefinedVariables variables) {
  variables.try_emplace("CI_COMMIT_SHA", new_tip);
  variables.try_emplace("CI_DEFAULT_BRANCH", "main");
  return choose_base(variables);
}

BaseChoice push_to(std::string branch, std::string before) {
  return choice_for({{"CI_PIPELINE_SOURCE", "push"},
                     {"CI_COMMIT_BRANCH", std::move(branch)},
                     {"CI_COMMIT_BEFORE_SHA", std::move(before)}});
}

const BaseCandidate& only(const BaseChoice& choice) {
  REQUIRE(choice.candidates.size() == 1);
  return choice.candidates.front();
}

}  // namespace

TEST_CASE("a detached merge request pipeline starts where the merge request's changes begin") {
  const BaseChoice choice = choice_for({{"CI_PIPELINE_SOURCE", "merge_request_event"},
                                        {"CI_MERGE_REQUEST_EVENT_TYPE", "detached"},
                                        {"CI_MERGE_REQUEST_DIFF_BASE_SHA", old_tip},
                                        {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""},
                                        {"CI_COMMIT_BEFORE_SHA", zeros}});
  CHECK(choice.head == new_tip);
  CHECK(only(choice) ==
        BaseCandidate{.reason = BaseReason::mr_diff_base,
                      .method = BaseMethod::revision,
                      .revision = old_tip,
                      .text = "CI_MERGE_REQUEST_DIFF_BASE_SHA: where the merge request's changes begin"});
}

TEST_CASE("rule 7: merged results and merge trains are compared with the target branch they were merged on") {
  for (const std::string event : {"merged_result", "merge_train"}) {
    const BaseChoice choice = choice_for({{"CI_PIPELINE_SOURCE", "merge_request_event"},
                                          {"CI_MERGE_REQUEST_EVENT_TYPE", event},
                                          {"CI_MERGE_REQUEST_DIFF_BASE_SHA", old_tip},
                                          {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA", target},
                                          {"CI_COMMIT_BEFORE_SHA", new_tip}});
    CHECK(only(choice).reason == BaseReason::mr_target);
    CHECK(only(choice).revision == target);
    CHECK(only(choice).text == "CI_MERGE_REQUEST_TARGET_BRANCH_SHA: the target branch that the merge was tried on");
  }
}

TEST_CASE(
    "a merge request's base that is not set, or is the trial merge itself, is missing and nothing else is taken") {
  PredefinedVariables variables = {{"CI_PIPELINE_SOURCE", "merge_request_event"},
                                   {"CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"}};
  CHECK(only(choice_for(variables)).method == BaseMethod::missing);
  CHECK(only(choice_for(variables)).text ==
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA is not set, though this is a merge train");
  variables["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] = zeros;
  CHECK(only(choice_for(variables)).method == BaseMethod::missing);
  variables["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] = new_tip;
  CHECK(only(choice_for(variables)).method == BaseMethod::missing);
  CHECK(only(choice_for({{"CI_PIPELINE_SOURCE", "merge_request_event"}})).text ==
        "CI_MERGE_REQUEST_DIFF_BASE_SHA is not set, though this is a merge request pipeline");
}

TEST_CASE("a push to the default branch is compared with its old tip, tree against tree, also after a force push") {
  const BaseChoice choice = push_to("main", old_tip);
  CHECK(only(choice) == BaseCandidate{.reason = BaseReason::push_before,
                                      .method = BaseMethod::revision,
                                      .revision = old_tip,
                                      .only_if_ancestor = false,
                                      .text = "CI_COMMIT_BEFORE_SHA: the tip of main before this push"});
}

TEST_CASE("the first push ever of the default branch is compared with the empty tree") {
  const BaseChoice choice = push_to("main", zeros);
  CHECK(only(choice).reason == BaseReason::empty_tree);
  CHECK(only(choice).method == BaseMethod::empty_tree);
  CHECK(only(choice).text == "the first push of main: everything is new");
}

TEST_CASE("rule 6: on the default branch a missing old tip, or one that equals head, is an error and not a guess") {
  CHECK(only(push_to("main", "")).method == BaseMethod::missing);
  CHECK(only(push_to("main", new_tip)).method == BaseMethod::missing);
  CHECK(only(push_to("main", new_tip)).text ==
        "CI_COMMIT_BEFORE_SHA is the commit itself, so the push to main shows nothing");
}

TEST_CASE("a push to another branch is compared with its old tip when that is an ancestor, else with the merge base") {
  const BaseChoice choice = push_to("topic", old_tip);
  REQUIRE(choice.candidates.size() == 2);
  CHECK(choice.candidates[0] == BaseCandidate{.reason = BaseReason::push_before,
                                              .method = BaseMethod::revision,
                                              .revision = old_tip,
                                              .only_if_ancestor = true,
                                              .text = "CI_COMMIT_BEFORE_SHA: the tip of the branch before this push"});
  CHECK(choice.candidates[1] ==
        BaseCandidate{.reason = BaseReason::merge_base,
                      .method = BaseMethod::merge_base,
                      .revision = "main",
                      .is_fallback = true,
                      .text = "the merge base with main: the branch was rewritten, or its old tip is not to be had"});
}

TEST_CASE("rule 6: the first push of another branch, and one that shows no old tip, starts at the merge base") {
  CHECK(only(push_to("topic", zeros)).text == "the merge base with main: this is the branch's first push");
  CHECK(only(push_to("topic", "")).text == "the merge base with main: CI_COMMIT_BEFORE_SHA is not set");
  CHECK(only(push_to("topic", new_tip)).text == "the merge base with main: CI_COMMIT_BEFORE_SHA is the commit itself");
  for (const std::string& before : {zeros, std::string(), new_tip}) {
    CHECK(only(push_to("topic", before)).reason == BaseReason::merge_base);
    CHECK(only(push_to("topic", before)).is_fallback);
  }
}

TEST_CASE("tags, schedules and pipelines that somebody started have deliberately no base") {
  for (const std::string source : {"schedule", "web", "api", "trigger", "pipeline", "chat", "parent_pipeline"}) {
    const BaseChoice choice =
        choice_for({{"CI_PIPELINE_SOURCE", source}, {"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_BEFORE_SHA", zeros}});
    CHECK(only(choice).method == BaseMethod::none);
    CHECK(only(choice).reason == BaseReason::none);
    CHECK(choice.head == new_tip);
  }
  const BaseChoice tag = choice_for({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_TAG", "v1"}});
  CHECK(only(tag).text == "a pipeline of a tag changes nothing by itself");
}

TEST_CASE("a local run starts at the merge base with the default branch, or where somebody said") {
  CHECK(choose_base({}).head.empty());
  CHECK(only(choose_base({})) == BaseCandidate{.reason = BaseReason::merge_base,
                                               .method = BaseMethod::merge_base,
                                               .text = "the merge base with the default branch"});
  CHECK(explicit_base("v1.2").text == "v1.2, as given");
  CHECK(explicit_base("v1.2").reason == BaseReason::explicit_base);
  CHECK(parent_base("HEAD").method == BaseMethod::parent);
  CHECK(parent_base("HEAD").text == "the first parent of HEAD");
}

TEST_CASE("reasons have the names of the JSON output") {
  CHECK(base_reason_name(BaseReason::push_before) == "push-before");
  CHECK(base_reason_name(BaseReason::mr_diff_base) == "mr-diff-base");
  CHECK(base_reason_name(BaseReason::mr_target) == "mr-target");
  CHECK(base_reason_name(BaseReason::merge_base) == "merge-base");
  CHECK(base_reason_name(BaseReason::explicit_base) == "explicit");
  CHECK(base_reason_name(BaseReason::parent) == "parent");
  CHECK(base_reason_name(BaseReason::empty_tree) == "empty-tree");
  CHECK(base_reason_name(BaseReason::none) == "none");
}
