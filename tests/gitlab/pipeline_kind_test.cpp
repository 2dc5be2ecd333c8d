#include "gitlab/pipeline_kind.hpp"

#include <doctest/doctest.h>

using namespace statelane::gitlab;

namespace {

const std::string old_tip(40, 'a');
const std::string new_tip(40, 'b');
const std::string zeros(40, '0');

PipelineKind kind_of(PredefinedVariables variables) {
  variables.try_emplace("CI_COMMIT_SHA", new_tip);
  variables.try_emplace("CI_DEFAULT_BRANCH", "main");
  return find_pipeline_kind(variables);
}

}  // namespace

TEST_CASE("without a commit of GitLab's it is a local run, also under another CI") {
  CHECK(find_pipeline_kind({}) == PipelineKind::local);
  CHECK(find_pipeline_kind({{"CI", "true"}}) == PipelineKind::local);
  CHECK(find_pipeline_kind({{"CI_COMMIT_SHA", ""}, {"CI_PIPELINE_SOURCE", "push"}}) == PipelineKind::local);
}

TEST_CASE("a push is told from a push to the default branch by the branch's name") {
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_BRANCH", "main"}}) == PipelineKind::push_default);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_BRANCH", "topic"}}) == PipelineKind::push_branch);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_REF_NAME", "main"}}) == PipelineKind::push_default);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_BRANCH", "m"}, {"CI_DEFAULT_BRANCH", ""}}) ==
        PipelineKind::push_branch);
}

TEST_CASE("a tag is a tag though its source is a push, and though it is named like a branch") {
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_TAG", "v1"}}) == PipelineKind::tag);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_TAG", "main"}, {"CI_COMMIT_REF_NAME", "main"}}) ==
        PipelineKind::tag);
}

TEST_CASE("merge request pipelines are told apart by the event type") {
  const auto merge_request = [](std::string event) {
    return kind_of({{"CI_PIPELINE_SOURCE", "merge_request_event"}, {"CI_MERGE_REQUEST_EVENT_TYPE", std::move(event)}});
  };
  CHECK(merge_request("detached") == PipelineKind::merge_request_detached);
  CHECK(merge_request("") == PipelineKind::merge_request_detached);
  CHECK(merge_request("merged_result") == PipelineKind::merged_result);
  CHECK(merge_request("merge_train") == PipelineKind::merge_train);
}

TEST_CASE("sources that bring no change have their kinds") {
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "schedule"}, {"CI_COMMIT_BRANCH", "main"}}) == PipelineKind::schedule);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "web"}, {"CI_COMMIT_BRANCH", "main"}}) == PipelineKind::web);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "api"}}) == PipelineKind::api);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "trigger"}}) == PipelineKind::trigger);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "pipeline"}}) == PipelineKind::trigger);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "chat"}}) == PipelineKind::other);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "external_pull_request_event"}}) == PipelineKind::other);
  CHECK(kind_of({}) == PipelineKind::other);
}

TEST_CASE("a child has its parent's kind where the variables show it") {
  PredefinedVariables child = {{"CI_PIPELINE_SOURCE", "parent_pipeline"}, {"CI_COMMIT_BRANCH", "main"}};
  child["CI_COMMIT_BEFORE_SHA"] = old_tip;
  CHECK(kind_of(child) == PipelineKind::push_default);
  child["CI_COMMIT_BRANCH"] = "topic";
  CHECK(kind_of(child) == PipelineKind::push_branch);
  child["CI_COMMIT_BEFORE_SHA"] = zeros;
  CHECK(kind_of(child) == PipelineKind::parent_pipeline);
  child["CI_COMMIT_BEFORE_SHA"] = new_tip;
  CHECK(kind_of(child) == PipelineKind::parent_pipeline);
  child["CI_MERGE_REQUEST_IID"] = "7";
  child["CI_MERGE_REQUEST_EVENT_TYPE"] = "merged_result";
  CHECK(kind_of(child) == PipelineKind::merged_result);
  CHECK(kind_of({{"CI_PIPELINE_SOURCE", "parent_pipeline"}, {"CI_COMMIT_TAG", "v1"}}) == PipelineKind::tag);
}

TEST_CASE("no commit is the empty text or zeros of either hash") {
  CHECK(is_null_commit(""));
  CHECK(is_null_commit(zeros));
  CHECK(is_null_commit(std::string(64, '0')));
  CHECK_FALSE(is_null_commit(old_tip));
}

TEST_CASE("every kind has a phrase") {
  for (int kind = 0; kind <= static_cast<int>(PipelineKind::other); ++kind)
    CHECK_FALSE(describe(static_cast<PipelineKind>(kind)).empty());
}

TEST_CASE("each kind is named in people's words") {
  using Kind = PipelineKind;
  const std::vector<std::pair<Kind, std::string_view>> rows = {
      {Kind::local, "a local run"},
      {Kind::push_default, "a push to the default branch"},
      {Kind::push_branch, "a push to a branch"},
      {Kind::tag, "a pipeline of a tag"},
      {Kind::merge_request_detached, "a merge request pipeline"},
      {Kind::merged_result, "a merged results pipeline"},
      {Kind::merge_train, "a merge train"},
      {Kind::schedule, "a scheduled pipeline"},
      {Kind::web, "a pipeline started from the web"},
      {Kind::api, "a pipeline started through the API"},
      {Kind::trigger, "a triggered pipeline"},
      {Kind::parent_pipeline, "a child pipeline"},
  };
  for (const auto& [kind, words] : rows) CHECK(describe(kind) == words);
}
