#include "gitlab/keywords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "gitlab/choice_shapes.hpp"
#include "gitlab/content_shapes.hpp"
#include "gitlab/input_shapes.hpp"

namespace statelane::gitlab {

namespace {

using namespace shapes;

// What is younger than GitLab 15.0 has the version that the "History" of its section names
// (https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/yaml/artifacts_reports/): where it came behind a flag
// that was off, the version that turned it on, for keywords that we write ourselves.

// trigger, include (Entry::Trigger, Entry::Include)
constexpr Keyword forward_keys[] = {{"yaml_variables", &flag}, {"pipeline_variables", &flag}};
constexpr Shape forward{.forms = any.forms, .keywords = forward_keys};
constexpr Words strategies[] = {"depend", "mirror"};
constexpr YoungWord young_strategies[] = {{"mirror", since(Feature::strategy_mirror)}};
constexpr Shape strategy{.words = strategies, .young = young_strategies};
constexpr Keyword include_rule_keys[] = {
    {"if", &condition}, {"exists", &exists}, {"changes", &changes}, {"when", &workflow_start}};
constexpr Shape include_rule{.forms = form::map, .keywords = include_rule_keys};
constexpr Shape include_rules{.forms = form::list, .item = &include_rule};
constexpr Shape integrity{.takes = is_integrity, .what = "\"sha256-\" and a hash in Base64"};
constexpr Shape include_cache{.forms = form::flag | form::text,
                              .takes = is_cache_time,
                              .what = "a span of time of a minute or more, like \"1 day\""};
constexpr Keyword include_keys[] = {{"local", &text},
                                    {"file", &text_or_texts},
                                    {"remote", &text},
                                    {"project", &text},
                                    {"ref", &text},
                                    {"integrity", &integrity, false, {17, 9}},
                                    {"template", &text},
                                    {"artifact", &text},
                                    {"inputs", &map, false, {15, 11}},
                                    {"job", &text},
                                    {"rules", &include_rules},
                                    {"component", &text, false, {16, 0}},
                                    {"cache", &include_cache, false, {18, 9}}};
constexpr Shape include{.forms = form::text | form::map, .keywords = include_keys, .rule = check_include};
// What a trigger includes is read by the child: its names are known, its values not looked at.
constexpr auto child_include_keys = [] {
  std::array<Keyword, std::size(include_keys)> keys{};
  std::transform(std::begin(include_keys), std::end(include_keys), keys.begin(), [](Keyword keyword) {
    keyword.shape = nullptr;
    return keyword;
  });
  return keys;
}();
constexpr Shape child_include{.forms = form::text | form::map, .keywords = child_include_keys, .rule = check_include};
constexpr Shape includes{.forms = form::text | form::list,
                         .item = &child_include,
                         .most_items = max_trigger_includes,
                         .nests = true,
                         .skips_nulls = true};
constexpr Keyword project_trigger_keys[] = {{"project", &name, true},
                                            {"branch", &text},
                                            {"strategy", &strategy},
                                            {"forward", &forward},
                                            {"inputs", &map, false, since(Feature::trigger_inputs)}};
constexpr Keyword child_trigger_keys[] = {{"include", &includes}, {"strategy", &strategy}, {"forward", &forward}};
constexpr Shape project_trigger{.forms = form::map, .keywords = project_trigger_keys};
constexpr Shape child_trigger{.forms = form::map, .keywords = child_trigger_keys};
constexpr Shape trigger{.forms = form::text | form::map,
                        .takes = is_not_blank,
                        .what = "a project's path",
                        .rule = [](const yaml::Value& value, ShapeCheck& check) {
                          const std::string path = check.path();
                          check.check_map(value, value.find("include") != nullptr ? child_trigger : project_trigger,
                                          path);
                        }};

// release (Entry::Release)
constexpr Shape links{.forms = form::list, .item = &map, .least_items = 1};
constexpr Keyword assets_keys[] = {{"links", &links, true}};
constexpr Shape assets{.forms = form::map, .keywords = assets_keys};
constexpr Shape iso_time{.takes = is_iso_time, .what = "a time like \"2027-01-31T08:00:00Z\""};
constexpr Shape text_or_blank{.takes_blank = true};
constexpr Shape milestones{.forms = form::text | form::list, .item = &text, .takes_blank = true};
constexpr Keyword release_keys[] = {{"tag_name", &name, true},
                                    {"tag_message", &text_or_blank, false, {15, 3}},
                                    {"name", &any},
                                    {"description", &name, true},
                                    {"ref", &text_or_blank},
                                    {"released_at", &iso_time},
                                    {"milestones", &milestones},
                                    {"assets", &assets}};
constexpr Shape release{.forms = form::map, .keywords = release_keys};

// what remains of a job
constexpr Keyword hook_keys[] = {{"pre_get_sources_script", &script}};
constexpr Shape hooks{.forms = form::map, .keywords = hook_keys};
constexpr Keyword token_keys[] = {{"aud", &text_or_texts}};
constexpr Shape token{.forms = form::map, .keywords = token_keys, .rule = check_token};
constexpr Shape tokens{.forms = form::map, .each = &token};
constexpr Keyword engine_keys[] = {{"name", &name, true}, {"path", &name, true}};
constexpr Shape engine{.forms = form::map, .keywords = engine_keys};
constexpr Keyword vault_keys[] = {{"engine", &engine, true}, {"path", &name, true}, {"field", &name, true}};
constexpr Shape vault{.forms = form::text | form::map, .keywords = vault_keys};
constexpr Keyword azure_keys[] = {{"name", &name, true}, {"version", &text}};
constexpr Shape azure{.forms = form::map, .keywords = azure_keys};
constexpr Shape text_or_number{.forms = form::text | form::integer | form::real};
constexpr Keyword gcp_keys[] = {{"name", &name, true}, {"version", &text_or_number}};
constexpr Shape gcp{.forms = form::map, .keywords = gcp_keys};
constexpr Keyword aws_keys[] = {
    {"secret_id", &name, true}, {"version_id", &text},        {"version_stage", &text}, {"region", &text},
    {"role_arn", &text},        {"role_session_name", &text}, {"field", &text}};
constexpr Shape aws{.forms = form::text | form::map, .keywords = aws_keys};
constexpr Keyword gitlab_secret_keys[] = {{"name", &name, true}, {"source", &text}};
constexpr Shape gitlab_secret{.forms = form::map, .keywords = gitlab_secret_keys};
constexpr Keyword secret_keys[] = {{"vault", &vault},
                                   {"azure_key_vault", &azure, false, {16, 3}},
                                   {"gcp_secret_manager", &gcp, false, {16, 8}},
                                   {"aws_secrets_manager", &aws, false, {18, 3}},
                                   {"akeyless", &map, false, {17, 11}},
                                   {"gitlab_secrets_manager", &gitlab_secret, false, {18, 0}},
                                   {"file", &flag},
                                   {"token", &text, false, {15, 8}}};
constexpr Shape secret{.forms = form::map, .keywords = secret_keys, .rule = check_secret};
constexpr Shape secrets{.forms = form::map, .each = &secret};
constexpr Shape coverage{.takes = is_regexp, .what = "a pattern between slashes that RE2 takes"};
constexpr Shape tags{.forms = form::list, .item = &text, .most_items = max_runner_tags};
constexpr Shape pages_expiry{.takes = is_expiry_or_variable,
                             .what = "a span of time like \"7 days\", never, or a variable"};
constexpr Keyword pages_keys[] = {{"path_prefix", &text, false, {16, 7}},
                                  {"expire_in", &pages_expiry, false, {17, 4}},
                                  {"publish", &text, false, {17, 9}}};
constexpr Shape pages{.forms = form::flag | form::map, .keywords = pages_keys};
constexpr Shape job_inputs{.forms = form::map, .each = &job_input};
constexpr Words identities[] = {"google_cloud"};
constexpr Shape identity{.words = identities};
constexpr Keyword dast_keys[] = {{"site_profile", &text}, {"scanner_profile", &text}};
constexpr Shape dast{.forms = form::map, .keywords = dast_keys};
constexpr Shape steps{.forms = form::list, .item = &map};
constexpr Words default_words[] = {"after_script", "artifacts", "before_script", "cache",         "hooks",
                                   "id_tokens",    "identity",  "image",         "interruptible", "retry",
                                   "services",     "tags",      "timeout"};
constexpr Shape default_word{.words = default_words};
constexpr Shape inherited_defaults{.forms = form::flag | form::list, .item = &default_word};
constexpr Shape inherited_variables{.forms = form::flag | form::list, .item = &text};
constexpr Keyword inherit_keys[] = {{"default", &inherited_defaults}, {"variables", &inherited_variables}};
constexpr Shape inherit{.forms = form::map, .keywords = inherit_keys};

// Entry::Job with Entry::Processable. `start_in` is checked where `when` is.
constexpr Keyword job_keys[] = {{"after_script", &script},
                                {"allow_failure", &allow_failure, false, {}, Setter::gate},
                                {"artifacts", &artifacts},
                                {"before_script", &script},
                                {"cache", &cache},
                                {"coverage", &coverage},
                                {"dast_configuration", &dast},
                                {"dependencies", &texts, false, {}, Setter::generator},
                                {"environment", &environment},
                                {"except", &policy, false, {}, Setter::generator},
                                {"extends", &text_or_texts},
                                {"hooks", &hooks, false, {15, 6}},
                                {"id_tokens", &tokens, false, {15, 7}},
                                {"identity", &identity, false, {16, 9}},
                                {"image", &image},
                                {"inherit", &inherit},
                                {"inputs", &job_inputs, false, {18, 10}},
                                {"interruptible", &flag},
                                {"manual_confirmation", &text, false, since(Feature::manual_confirmation)},
                                {"needs", &needs, false, {}, Setter::generator},
                                {"only", &policy, false, {}, Setter::generator},
                                {"pages", &pages, false, {}, Setter::generator},
                                {"parallel", &parallel, false, {}, Setter::generator},
                                {"publish", &text, false, {16, 1}, Setter::generator},
                                {"release", &release, false, {}, Setter::generator},
                                {"resource_group", &text, false, {}, Setter::generator},
                                {"retry", &retry},
                                {"rules", &rules, false, {}, Setter::generator},
                                {"run", &steps, false, {17, 2}, Setter::generator},
                                {"script", &script, false, {}, Setter::generator},
                                {"secrets", &secrets},
                                {"services", &services},
                                {"stage", &text, false, {}, Setter::generator},
                                {"start_in", &any, false, {}, Setter::generator},
                                {"tags", &tags},
                                {"timeout", &timeout},
                                {"trigger", &trigger, false, {}, Setter::generator},
                                {"variables", &variables},
                                {"when", &job_start, false, {}, Setter::gate}};
constexpr Shape job{.forms = form::map, .keywords = job_keys, .rule = check_job};

// Entry::Bridge
constexpr Keyword trigger_job_keys[] = {{"allow_failure", &flag},
                                        {"environment", &environment, false, {16, 4}},
                                        {"except", &policy},
                                        {"extends", &text_or_texts},
                                        {"inherit", &inherit},
                                        {"interruptible", &flag, false, {16, 8}},
                                        {"needs", &needs},
                                        {"only", &policy},
                                        {"parallel", &parallel_matrix},
                                        {"resource_group", &text},
                                        {"rules", &rules},
                                        {"stage", &text},
                                        {"trigger", &trigger, true},
                                        {"variables", &variables},
                                        {"when", &trigger_start}};
constexpr Shape trigger_job{.forms = form::map, .keywords = trigger_job_keys, .rule = check_job};

// Entry::Default, Entry::Root
constexpr Keyword default_keys[] = {{"after_script", &script},
                                    {"artifacts", &artifacts},
                                    {"before_script", &script},
                                    {"cache", &cache},
                                    {"hooks", &hooks, false, {15, 6}},
                                    {"id_tokens", &tokens, false, {16, 4}},
                                    {"identity", &identity, false, {16, 9}},
                                    {"image", &image},
                                    {"interruptible", &flag},
                                    {"retry", &retry},
                                    {"services", &services},
                                    {"tags", &tags},
                                    {"timeout", &timeout}};
constexpr Shape defaults{.forms = form::map, .keywords = default_keys};
constexpr Shape stages{.forms = form::list, .item = &text, .nests = true};
constexpr Keyword root_keys[] = {{"after_script", &script},        {"before_script", &script}, {"cache", &cache},
                                 {"default", &defaults},           {"image", &image},          {"include", nullptr},
                                 {"services", &services},          {"spec", nullptr},          {"stages", &stages},
                                 {"variables", &global_variables}, {"workflow", &workflow}};
constexpr Shape root{.forms = form::map, .keywords = root_keys, .rule = check_root};

}  // namespace

const Shape& job_shape() { return job; }
const Shape& trigger_job_shape() { return trigger_job; }
const Shape& root_shape() { return root; }
const Shape& include_shape() { return include; }

bool is_root_keyword(std::string_view word) {
  return std::any_of(std::begin(root_keys), std::end(root_keys),
                     [&](const Keyword& each) { return each.name == word; });
}

bool is_default_keyword(std::string_view word) {
  return std::find(std::begin(default_words), std::end(default_words), word) != std::end(default_words);
}

Setter setter_of(std::string_view word) {
  const auto row =
      std::find_if(std::begin(job_keys), std::end(job_keys), [&](const Keyword& each) { return each.name == word; });
  return row != std::end(job_keys) ? row->setter : Setter::anyone;
}

std::vector<KeywordFault> check_job_keywords(const yaml::Value& keywords, std::optional<Version> server) {
  ShapeCheck check(ShapeCheck::Extent::whole, server);
  check.check_map(keywords, keywords.find("trigger") != nullptr ? trigger_job : job, "");
  return check.take();
}

std::vector<KeywordFault> check_some_job_keywords(const yaml::Value& keywords) {
  ShapeCheck check(ShapeCheck::Extent::part);
  check.check_map(keywords, job, "");
  return check.take();
}

std::vector<KeywordFault> check_include_keywords(const yaml::Value& value) {
  ShapeCheck check;
  check.check_map(value, include, "include");
  // lib/gitlab/ci/config/external/mapper/matcher.rb
  constexpr std::string_view kinds[] = {"local", "project", "remote", "template", "component", "artifact"};
  std::vector<std::string_view> found;
  std::copy_if(std::begin(kinds), std::end(kinds), std::back_inserter(found),
               [&](std::string_view kind) { return value.find(kind) != nullptr; });
  if (found.size() > 1)
    check.add(value.spot, fmt::format("an include takes one of {}, not several", fmt::join(found, ", ")));
  return check.take();
}

bool is_job(const yaml::Value::Entry& entry) {
  if (entry.key.starts_with('.') || entry.value.as_map() == nullptr) return false;
  if (!is_root_keyword(entry.key)) return true;
  const auto has = [&](const char* keyword) { return entry.value.find(keyword) != nullptr; };
  const bool is_reserved = entry.key != "default" && entry.key != "workflow" && entry.key != "spec";
  return !is_reserved && (has("script") || has("run") || has("trigger") || has("needs"));
}

std::vector<KeywordFault> check_root_keywords(const yaml::Value::Map& top, std::optional<Version> server) {
  yaml::Value::Map keywords;
  std::copy_if(top.begin(), top.end(), std::back_inserter(keywords),
               [](const yaml::Value::Entry& entry) { return is_root_keyword(entry.key) && !is_job(entry); });
  ShapeCheck check(ShapeCheck::Extent::whole, server);
  check.check_map(yaml::Value(std::move(keywords)), root, "");
  return check.take();
}

}  // namespace statelane::gitlab
