#include "lint/rule.hpp"

#include <array>
#include <cstddef>

namespace statelane::lint {

namespace {

constexpr Severity error = Severity::error;
constexpr Severity warning = Severity::warning;

constexpr std::array rules = std::to_array<RuleDescription>({
    {Rule::yaml_syntax, "yaml-syntax", error, "the text is no YAML"},
    {Rule::yaml_value, "yaml-value", error, "a plain value means something else to YAML 1.1: a date, a symbol, a key"},
    {Rule::too_large, "too-large", error, "more bytes, values or levels than GitLab reads"},
    {Rule::include_not_found, "include-not-found", error, "a local include that is not there, or no YAML file"},
    {Rule::invalid_extends, "invalid-extends", error, "`extends` of an unknown job, in a circle, or too deep"},
    {Rule::invalid_reference, "invalid-reference", error, "`!reference` that leads nowhere or in a circle"},
    {Rule::unknown_keyword, "unknown-keyword", error, "a keyword that does not exist in its place"},
    {Rule::invalid_value, "invalid-value", error, "a value that its keyword does not take"},
    {Rule::invalid_job, "invalid-job", error, "a job without work, or with keywords that exclude each other"},
    {Rule::invalid_name, "invalid-name", error, "a name that GitLab cannot carry"},
    {Rule::unknown_stage, "unknown-stage", error, "a stage that is not declared"},
    {Rule::invalid_needs, "invalid-needs", error,
     "`needs` of a job that is unknown, later, repeated, in a circle, "
     "or more than 50"},
    {Rule::too_many_patterns, "too-many-patterns", error, "more than 50 patterns in one `rules:changes`"},
    {Rule::duplicate_key, "duplicate-key", warning, "a key that stands twice: GitLab silently takes the last"},
    {Rule::merge_overrides, "merge-overrides", warning, "`<<` below own keys overrides them in GitLab"},
    {Rule::ignored_tag, "ignored-tag", warning, "a tag that GitLab does not know and reads over"},
    {Rule::dead_pattern, "dead-pattern", warning, "a `changes` pattern that can never match, or only one level deep"},
    {Rule::dead_lock, "dead-lock", warning, "a `resource_group` that GitLab silently ignores"},
    {Rule::missed_inputs, "missed-inputs", warning, "inputs of a state that its job's triggers miss"},
    {Rule::unneeded_trigger, "unneeded-trigger", warning, "trigger patterns that no state of the job needs"},
    {Rule::apply_without_plan, "apply-without-plan", warning, "an apply that does not get the reviewed plan"},
    {Rule::plan_in_cache, "plan-in-cache", warning, "a plan file passed through the cache"},
    {Rule::short_expiry, "short-expiry", warning, "a plan that expires before somebody reads it"},
    {Rule::no_resource_group, "no-resource-group", warning, "two applies of one state may run at once"},
    {Rule::no_lock_timeout, "no-lock-timeout", warning, "a job that fails when the state is locked for a moment"},
    {Rule::apply_without_lock, "apply-without-lock", warning, "an apply that does not lock the state"},
    {Rule::lost_state, "lost-state", warning,
     "an apply whose state is stored in the job and lost with it, by its backend or for want of one"},
    {Rule::force_unlock, "force-unlock", warning, "a pipeline that breaks locks by itself"},
    {Rule::interruptible_apply, "interruptible-apply", warning, "an apply that a newer pipeline may cancel"},
    {Rule::retried_apply, "retried-apply", warning, "an apply that GitLab starts again by itself"},
    {Rule::optional_gate, "optional-gate", warning, "a manual apply that the pipeline does not wait for"},
    {Rule::destroy_on_stop, "destroy-on-stop", warning, "a destroy that GitLab starts when an environment stops"},
    {Rule::apply_anywhere, "apply-anywhere", warning, "an apply or destroy in merge requests or on any branch"},
    {Rule::credentials_exposed, "credentials-exposed", warning, "credentials in the file, in artifacts or in the log"},
    {Rule::outputs_exposed, "outputs-exposed", warning, "all outputs, sensitive ones too, in an artifact"},
    {Rule::data_directory_kept, "data-directory-kept", warning, "`.terraform` in an artifact"},
    {Rule::constant_cache_key, "constant-cache-key", warning, "one cache key for jobs of several states"},
    {Rule::needs_not_optional, "needs-not-optional", warning, "`needs` of a job that may not be there"},
    {Rule::unpinned_image, "unpinned-image", warning, "an image whose version is not said, or moves"},
    {Rule::image_entrypoint, "image-entrypoint", warning, "an image whose entrypoint is no shell"},
    {Rule::wrong_report, "wrong-report", warning, "`reports:terraform` fed with something else than the counts"},
    {Rule::fmt_without_check, "fmt-without-check", warning, "`fmt` that rewrites files and never fails"},
    {Rule::false_deployment, "false-deployment", warning,
     "a job that GitLab records as an apply of a state, and is none"},
});

constexpr bool follow_the_enumeration() {
  for (std::size_t index = 0; index < rules.size(); ++index) {
    if (static_cast<std::size_t>(rules[index].rule) != index) return false;
  }
  return true;
}
static_assert(follow_the_enumeration());
static_assert(rules.size() == static_cast<std::size_t>(Rule::false_deployment) + 1);

}  // namespace

std::span<const RuleDescription> all_rules() { return rules; }

const RuleDescription& describe(Rule rule) { return rules[static_cast<std::size_t>(rule)]; }

}  // namespace statelane::lint
