#include "lint/situation.hpp"

#include <algorithm>

namespace statelane::lint {

namespace {

using Kind = Situation::Kind;

Situation make_situation(Kind kind, const std::string& source, const VariableValue& branch,
                         const std::string& default_branch) {
  Situation situation{kind, {}};
  VariableValues& variables = situation.variables;
  variables["CI"] = VariableValue::known("true");
  variables["GITLAB_CI"] = VariableValue::known("true");
  variables["CI_PIPELINE_SOURCE"] = VariableValue::known(source);
  variables["CI_DEFAULT_BRANCH"] = VariableValue::known(default_branch);
  variables["CI_COMMIT_BRANCH"] = branch;
  variables["CI_COMMIT_TAG"] = VariableValue::unset();
  variables["CI_COMMIT_REF_NAME"] = branch;
  variables["CI_COMMIT_REF_SLUG"] = branch;
  for (const char* each : {"CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
                           "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_MERGE_REQUEST_EVENT_TYPE",
                           "CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_TITLE"}) {
    variables[each] = VariableValue::unset();
  }
  return situation;
}

Situation make_merge_request(const std::string& default_branch) {
  Situation situation =
      make_situation(Kind::merge_request, "merge_request_event", VariableValue::unset(), default_branch);
  VariableValues& variables = situation.variables;
  for (const char* each : {"CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_PROJECT_ID",
                           "CI_MERGE_REQUEST_TITLE", "CI_MERGE_REQUEST_EVENT_TYPE"}) {
    variables[each] = VariableValue::some();
  }
  variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = VariableValue::known(default_branch);
  variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] = VariableValue::some(default_branch);
  variables["CI_COMMIT_REF_NAME"] = VariableValue::some(default_branch);
  variables["CI_COMMIT_REF_SLUG"] = VariableValue::some(default_branch);
  variables["CI_OPEN_MERGE_REQUESTS"] = VariableValue::some();
  return situation;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

Truth to_truth(bool value) { return value ? Truth::yes : Truth::no; }

}  // namespace

std::vector<Situation> all_situations(const std::string& default_branch) {
  const VariableValue known = VariableValue::known(default_branch);
  const VariableValue other = VariableValue::some(default_branch);
  std::vector<Situation> situations;
  situations.push_back(make_situation(Kind::push_default, "push", known, default_branch));
  situations.push_back(make_situation(Kind::push_branch, "push", other, default_branch));
  situations.push_back(make_merge_request(default_branch));
  Situation tag = make_situation(Kind::tag, "push", VariableValue::unset(), default_branch);
  tag.variables["CI_COMMIT_TAG"] = VariableValue::some(default_branch);
  tag.variables["CI_COMMIT_REF_NAME"] = VariableValue::some(default_branch);
  situations.push_back(std::move(tag));
  situations.push_back(make_situation(Kind::schedule, "schedule", known, default_branch));
  situations.push_back(make_situation(Kind::web, "web", known, default_branch));
  return situations;
}

Truth fits_ref(std::string_view ref, const Situation& situation) {
  const bool is_request = situation.kind == Kind::merge_request;
  const bool is_tag = situation.kind == Kind::tag;
  if (ref == "branches") return to_truth(!is_request && !is_tag);
  if (ref == "tags") return to_truth(is_tag);
  if (is_any_of(ref, {"merge_requests", "merge_request"})) return to_truth(is_request);
  if (is_any_of(ref, {"pushes", "push"})) {
    return to_truth(is_tag || situation.kind == Kind::push_default || situation.kind == Kind::push_branch);
  }
  if (is_any_of(ref, {"schedules", "schedule"})) return to_truth(situation.kind == Kind::schedule);
  if (ref == "web") return to_truth(situation.kind == Kind::web);
  if (is_any_of(ref, {"api", "triggers", "pipelines", "chat", "external", "external_pull_requests", "parent_pipeline",
                      "parent_pipelines"})) {
    return Truth::no;
  }
  if (is_request) return Truth::no;
  const std::string variable = is_tag ? "$CI_COMMIT_TAG" : "$CI_COMMIT_BRANCH";
  // A name may carry the project's path: `main@group/project`.
  const std::string name(ref.starts_with('/') ? ref : ref.substr(0, ref.find('@')));
  if (name.starts_with('/')) {
    return evaluate_expression(variable + " =~ " + name, situation.variables).value_or(Truth::unknown);
  }
  if (name.find('"') != std::string::npos) return Truth::unknown;
  return evaluate_expression(variable + " == \"" + name + "\"", situation.variables).value_or(Truth::unknown);
}

}  // namespace statelane::lint
