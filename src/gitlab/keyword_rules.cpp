#include "gitlab/keyword_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gitlab/limits.hpp"
#include "gitlab/texts.hpp"

namespace statelane::gitlab {

namespace {

using yaml::Value;

constexpr Shape text;
constexpr Shape flag{.forms = form::flag};
constexpr Shape name{.takes = is_not_blank, .what = "a text that is not blank"};
constexpr Shape map_of_matrix{.forms = form::map};
constexpr Keyword same_pipeline_keys[] = {
    {"job", &name, true}, {"artifacts", &flag}, {"optional", &flag}, {"parallel", &map_of_matrix, false, {16, 3}}};
constexpr Keyword other_pipeline_keys[] = {{"pipeline", &name, true}, {"job", &name, true}, {"artifacts", &flag}};
constexpr Keyword other_project_keys[] = {
    {"project", &name, true}, {"ref", &name, true}, {"job", &name, true}, {"artifacts", &flag}};
constexpr Keyword upstream_keys[] = {{"pipeline", &name, true}};
constexpr Shape same_pipeline{.forms = form::map, .keywords = same_pipeline_keys};
constexpr Shape other_pipeline{.forms = form::map, .keywords = other_pipeline_keys};
constexpr Shape other_project{.forms = form::map, .keywords = other_project_keys};
constexpr Shape upstream{.forms = form::map, .keywords = upstream_keys};

bool has(const Value& map, std::string_view key) { return map.find(key) != nullptr; }

/// There, and not null.
bool is_set(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && !value->is_null();
}

bool is_filled(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && !is_blank(*value);
}

bool is_text(const Value& map, std::string_view key, std::string_view expected) {
  const Value* value = map.find(key);
  return value != nullptr && value->as_string() != nullptr && *value->as_string() == expected;
}

const yaml::Spot& spot_of_key(const Value& map, std::string_view key) { return map.find(key)->key_spot; }

std::string named(const ShapeCheck& check) {
  return check.path().empty() ? "a job" : fmt::format("\"{}\"", check.path());
}

void refuse_together(const Value& map, std::string_view first, std::string_view second, ShapeCheck& check,
                     KeywordFault::Kind kind = KeywordFault::Kind::invalid_value) {
  if (!has(map, first) || !has(map, second)) return;
  check.add(spot_of_key(map, second), fmt::format("{} takes \"{}\" or \"{}\", not both", named(check), first, second),
            {}, kind);
}

/// The key has to be there, and may be empty.
void require_key(const Value& map, std::string_view key, ShapeCheck& check) {
  if (!is_set(map, key)) check.add(map.spot, fmt::format("{} needs \"{}\"", named(check), key));
}

/// How many jobs an entry of a matrix makes; no more than just above the limit.
std::size_t count_combinations(const Value& entry) {
  std::size_t count = 1;
  if (entry.as_map() == nullptr) return 0;
  for (const auto& [key, value] : *entry.as_map()) {
    if (value.as_list() != nullptr) count *= std::max<std::size_t>(1, value.as_list()->size());
    count = std::min(count, max_parallel + 1);
  }
  return count;
}

void check_delay(const Value& map, ShapeCheck& check) {
  const bool is_delayed = is_text(map, "when", "delayed");
  if (is_delayed && !is_filled(map, "start_in")) {
    check.add(spot_of_key(map, "when"), "what is delayed needs \"start_in\"", {"start_in: 30 minutes"});
  } else if (!is_delayed && is_filled(map, "start_in")) {
    check.add(spot_of_key(map, "start_in"), "\"start_in\" stands only beside \"when: delayed\"");
  }
}

/// Every job that `dependencies` names has to be one that `needs` names, where there are needs.
void check_dependencies(const Value& map, ShapeCheck& check) {
  const Value* dependencies = map.find("dependencies");
  const Value* needs = map.find("needs");
  if (dependencies == nullptr || needs == nullptr || is_blank(*needs)) return;
  std::vector<std::string> needed;
  const auto add = [&](const Value& need) {
    const Value* job = need.as_map() != nullptr ? need.find("job") : &need;
    if (job != nullptr && job->as_string() != nullptr) needed.push_back(*job->as_string());
    return job != nullptr && job->as_list() == nullptr && !is_open(need);
  };
  const bool are_all_known =
      needs->as_list() != nullptr && std::all_of(needs->as_list()->begin(), needs->as_list()->end(), add);
  if (!are_all_known) return;
  for (const Value* job : yaml::texts_of(dependencies)) {
    if (std::find(needed.begin(), needed.end(), *job->as_string()) != needed.end()) continue;
    check.add(job->spot, fmt::format("\"dependencies\" names \"{}\", which \"needs\" does not", *job->as_string()));
  }
}

}  // namespace

void check_not_empty(const Value& map, ShapeCheck& check) {
  if (map.as_map() != nullptr && map.as_map()->empty()) {
    check.add(map.spot, fmt::format("{} cannot be empty", named(check)));
  }
}

void check_cache_key_files(const Value& map, ShapeCheck& check) {
  refuse_together(map, "files", "files_commits", check);
  if (!has(map, "files") && !has(map, "files_commits")) {
    check.add(map.spot, fmt::format("{} needs \"files\"", named(check)));
  }
}

void check_artifacts(const Value& map, ShapeCheck& check) {
  refuse_together(map, "access", "public", check);
  if (!is_set(map, "expose_as")) return;
  if (!is_filled(map, "paths")) {
    check.add(spot_of_key(map, "expose_as"), "\"expose_as\" needs \"paths\" to show");
    return;
  }
  for (const Value* path : yaml::texts_of(map.find("paths"))) {
    if (path->as_string()->find('*') == std::string::npos) continue;
    check.add(path->spot, "a path cannot hold * beside \"expose_as\"");
  }
}

void check_cluster(const Value& map, ShapeCheck& check) {
  check_not_empty(map, check);
  const Value* managed = map.find("managed_resources");
  const bool is_managed = managed != nullptr && managed->find("enabled") != nullptr &&
                          managed->find("enabled")->as_bool() != nullptr && *managed->find("enabled")->as_bool();
  const bool needs_agent = is_filled(map, "flux_resource_path") || is_filled(map, "dashboard") || is_managed;
  if (needs_agent && !is_filled(map, "agent")) check.add(map.spot, fmt::format("{} needs \"agent\"", named(check)));
  if (is_filled(map, "flux_resource_path") && !is_filled(map, "namespace")) {
    check.add(map.spot, fmt::format("{} needs \"namespace\" beside \"flux_resource_path\"", named(check)));
  }
  const Value* dashboard = map.find("dashboard");
  for (const char* key : {"namespace", "flux_resource_path"}) {
    if (dashboard == nullptr || !is_filled(map, key) || !is_filled(*dashboard, key)) continue;
    check.add(spot_of_key(map, key), fmt::format("\"{}\" stands in \"dashboard\" too", key));
  }
}

void check_options(const Value& map, ShapeCheck& check) {
  const Value* options = map.find("options");
  if (options == nullptr || options->as_list() == nullptr || is_blank(*options)) return;
  const Value* value = map.find("value");
  const auto& list = *options->as_list();
  if (value != nullptr && std::find(list.begin(), list.end(), *value) != list.end()) return;
  check.add(options->key_spot, fmt::format("the value of {} is not among its \"options\"", named(check)));
}

void check_has_paths(const Value& map, ShapeCheck& check) { require_key(map, "paths", check); }

void check_token(const Value& map, ShapeCheck& check) { require_key(map, "aud", check); }

void check_matrix(const Value& map, ShapeCheck& check) {
  const Value* matrix = map.find("matrix");
  if (matrix == nullptr) check.add(map.spot, fmt::format("{} needs \"matrix\"", named(check)));
  if (matrix == nullptr || matrix->as_list() == nullptr) return;
  std::size_t jobs = 0;
  for (const Value& entry : *matrix->as_list()) jobs += count_combinations(entry);
  if (jobs <= max_parallel) return;
  check.add(matrix->key_spot, fmt::format("the matrix makes more than {} jobs", max_parallel));
}

void check_need(const Value& map, ShapeCheck& check) {
  const std::string path = check.path();
  if (has(map, "project")) {
    check.check_map(map, other_project, path);
  } else if (has(map, "pipeline")) {
    check.check_map(map, has(map, "job") ? other_pipeline : upstream, path);
  } else {
    check.check_map(map, same_pipeline, path);
  }
  const Value* parallel = map.find("parallel");
  if (parallel == nullptr || parallel->as_map() == nullptr) return;
  const Value* matrix = parallel->find("matrix");
  const bool is_list = matrix != nullptr && matrix->as_list() != nullptr &&
                       std::all_of(matrix->as_list()->begin(), matrix->as_list()->end(),
                                   [](const Value& entry) { return entry.as_map() != nullptr; });
  if (!is_list || parallel->as_map()->size() != 1) {
    check.add(parallel->spot, fmt::format("\"{}:parallel\" takes a \"matrix\" with a list of maps", path));
  }
}

void check_need_of_rule(const Value& map, ShapeCheck& check) {
  const std::string path = check.path();
  for (const char* key : {"pipeline", "project"}) {
    if (has(map, key)) {
      check.add(spot_of_key(map, key), fmt::format("\"{}\" takes jobs of the same pipeline only", path));
      return;
    }
  }
  check_need(map, check);
}

void check_exists(const Value& map, ShapeCheck& check) {
  if (!has(map, "paths")) check.add(map.spot, fmt::format("{} needs \"paths\"", named(check)));
  if (!is_filled(map, "ref") || is_filled(map, "project")) return;
  check.add(spot_of_key(map, "ref"), fmt::format("{} needs \"project\" beside \"ref\"", named(check)));
}

void check_rule(const Value& map, ShapeCheck& check) {
  check_not_empty(map, check);
  check_delay(map, check);
}

void check_include(const Value& map, ShapeCheck& check) {
  if (is_set(map, "project") && !is_filled(map, "file")) {
    check.add(spot_of_key(map, "project"), "an include with \"project\" needs \"file\"");
  }
  if (is_set(map, "artifact") && !is_filled(map, "job")) {
    check.add(spot_of_key(map, "artifact"), "an include with \"artifact\" needs \"job\", the job that makes it");
  }
  for (const char* key : {"integrity", "cache"}) {
    if (!is_filled(map, key) || is_filled(map, "remote")) continue;
    check.add(spot_of_key(map, key), fmt::format("\"{}\" stands only beside \"remote\"", key));
  }
}

void check_secret(const Value& map, ShapeCheck& check) {
  constexpr std::array providers = {"vault",    "azure_key_vault",       "gcp_secret_manager", "aws_secrets_manager",
                                    "akeyless", "gitlab_secrets_manager"};
  const auto count = std::count_if(providers.begin(), providers.end(), [&](const char* key) { return has(map, key); });
  if (count == 1) return;
  check.add(map.spot, fmt::format("{} takes exactly one of {}", named(check), fmt::join(providers, ", ")));
}

/// A whole pipeline is what a trigger mirrors; a job that runs a script needs jobs.
void check_needed_pipelines(const Value& map, ShapeCheck& check) {
  const Value* needs = map.find("needs");
  const bool has_script = is_filled(map, "script") || is_filled(map, "run");
  const bool is_trigger = is_filled(map, "trigger");
  if (needs == nullptr || has_script == is_trigger) return;
  const auto look_at = [&](const Value& need) {
    if (need.as_map() == nullptr || !has(need, "pipeline") || has(need, "job") != is_trigger) return;
    check.add(spot_of_key(need, "pipeline"), is_trigger ? "a trigger needs no \"job\" of another pipeline"
                                                        : "a job with a script needs a \"job\" of that pipeline");
  };
  look_at(*needs);
  if (needs->as_list() != nullptr) std::for_each(needs->as_list()->begin(), needs->as_list()->end(), look_at);
}

void check_job(const Value& map, ShapeCheck& check) {
  constexpr auto kind = KeywordFault::Kind::invalid_job;
  refuse_together(map, "script", "trigger", check, kind);
  refuse_together(map, "run", "trigger", check, kind);
  refuse_together(map, "script", "run", check, kind);
  if (has(map, "script") && is_blank(*map.find("script"))) {
    check.add(map.find("script")->spot, "\"script\" cannot be empty");
  }
  const bool has_rules = is_set(map, "rules");
  for (const char* keyword : {"only", "except", "start_in"}) {
    if (!has_rules || !is_set(map, keyword)) continue;
    check.add(spot_of_key(map, keyword), fmt::format("\"{}\" cannot stand beside \"rules\" in one job", keyword), {},
              kind);
  }
  if (!has_rules) check_delay(map, check);
  const Value* delay = map.find("start_in");
  if (delay != nullptr && is_text(map, "when", "delayed") && !is_open(*delay) &&
      (delay->as_string() == nullptr || !is_delay(*delay->as_string()))) {
    check.add(delay->spot, "\"start_in\" takes a span of time like \"30 minutes\", of a week at most");
  }
  check_dependencies(map, check);
  check_needed_pipelines(map, check);
}

void check_root(const Value& map, ShapeCheck& check) {
  const Value* defaults = map.find("default");
  if (defaults == nullptr) return;
  for (const char* keyword : {"after_script", "before_script", "cache", "image", "services"}) {
    if (!is_set(map, keyword) || !is_set(*defaults, keyword)) continue;
    check.add(spot_of_key(map, keyword), fmt::format("\"{}\" stands at the top and in \"default\"", keyword));
  }
}

}  // namespace statelane::gitlab
