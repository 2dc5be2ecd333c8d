#include "pipeline/fit_to_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/config.hpp"
#include "gitlab/duration.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/merge_keywords.hpp"

namespace statelane::pipeline {

namespace {

using gitlab::Feature;

void take_out(yaml::Value::Map& map, std::string_view key) {
  std::erase_if(map, [key](const auto& entry) { return entry.key == key; });
}

yaml::Value::Map* find_map(yaml::Value::Map& map, std::string_view key) {
  const auto found = std::find_if(map.begin(), map.end(), [key](const auto& entry) { return entry.key == key; });
  return found == map.end() ? nullptr : found->value.as_map();
}

class Fitter {
 public:
  explicit Fitter(const gitlab::Version& server) : server_(server) {}

  void fit(Job& job) {
    if (yaml::find_value(job.keywords, "manual_confirmation") != nullptr && lacks(Feature::manual_confirmation)) {
      take_out(job.keywords, "manual_confirmation");
      left_out_.insert({"manual_confirmation", Feature::manual_confirmation});
    }
    yaml::Value::Map* retry = find_map(job.keywords, "retry");
    if (retry != nullptr && !fit_retry(*retry)) {
      take_out(job.keywords, "retry");
      left_out_.insert({"retry:when: runner_interrupted", Feature::retry_interrupted});
    }
    if (yaml::Value::Map* artifacts = find_map(job.keywords, "artifacts")) fit_artifacts(*artifacts);
    if (lacks(Feature::variables_expand)) fit_variables(job);
  }

  void report(Diagnostics& diagnostics) const {
    for (const std::string& variable : unfit_) {
      diagnostics.error(
          RepoPath::of(config::file_name), std::nullopt,
          fmt::format("GitLab {} would expand what stands between percent signs in {}", to_string(server_), variable),
          {"take the percent signs out of the name, or use GitLab 15.8 or newer"});
    }
    if (may_be_public_) {
      diagnostics.warning(
          RepoPath::of(config::file_name), std::nullopt,
          fmt::format("GitLab {} does not know \"artifacts:access\": in a public project plans may be open "
                      "to all",
                      to_string(server_)),
          {"\"artifacts:public: false\" is written instead, which counts from GitLab 16.7 on, and before "
           "it where the feature flag non_public_artifacts is on"});
    }
    for (const auto& [keyword, feature] : left_out_) {
      diagnostics.warning(RepoPath::of(config::file_name), std::nullopt,
                          fmt::format("\"{}\" is left out: GitLab {} does not know it", keyword, to_string(server_)),
                          {fmt::format("it came with GitLab {}; the server's version is CI_SERVER_VERSION, else "
                                       "\"gitlab.version\"",
                                       to_string(introduced_in(feature)))});
    }
  }

 private:
  bool lacks(Feature feature) const { return !supports(feature, server_); }

  /// False: nothing is left to retry for.
  bool fit_retry(yaml::Value::Map& retry) {
    if (yaml::find_value(retry, "exit_codes") != nullptr && lacks(Feature::retry_exit_codes)) {
      take_out(retry, "exit_codes");
      left_out_.insert({"retry:exit_codes", Feature::retry_exit_codes});
    }
    const yaml::Value* when = yaml::find_value(retry, "when");
    if (when == nullptr || !lacks(Feature::retry_interrupted)) return true;
    const yaml::Value interrupted("runner_interrupted");
    if (*when == interrupted) return false;
    if (when->as_list() == nullptr) return true;
    yaml::Value::List reasons = *when->as_list();
    std::erase(reasons, interrupted);  // such a server says `unknown_failure` instead
    const bool is_left = !reasons.empty();
    yaml::set_value(retry, "when", std::move(reasons));
    return is_left;
  }

  void fit_artifacts(yaml::Value::Map& artifacts) {
    const yaml::Value* is_public = yaml::find_value(artifacts, "public");
    may_be_public_ = may_be_public_ || (is_public != nullptr && lacks(Feature::artifacts_access));
    const yaml::Value* access = yaml::find_value(artifacts, "access");
    if (access != nullptr && *access == yaml::Value("maintainer") && lacks(Feature::artifacts_access_maintainer)) {
      // The nearest that is known and opens nothing.
      yaml::set_value(artifacts, "access", "none");
      left_out_.insert({"artifacts:access: maintainer", Feature::artifacts_access_maintainer});
    }
    yaml::Value::Map* reports = find_map(artifacts, "reports");
    if (reports == nullptr || !lacks(Feature::report_annotations)) return;
    take_out(*reports, "annotations");
    if (reports->empty()) take_out(artifacts, "reports");
  }

  /// `{value: …, expand: false}` as a plain value: GitLab leaves `$$` alone, and the runner makes `$` of it.
  void fit_variables(Job& job) {
    yaml::Value::Map* variables = find_map(job.keywords, "variables");
    if (variables == nullptr) return;
    for (yaml::Value::Entry& variable : *variables) {
      const yaml::Value* value = variable.value.find("value");
      const yaml::Value* expands = variable.value.find("expand");
      if (value == nullptr || value->as_string() == nullptr || expands == nullptr) continue;
      const std::string text = *value->as_string();
      const bool is_literal = *expands == yaml::Value(false);
      if (is_literal && holds_percent_variable(text))
        unfit_.insert(fmt::format("{} of \"{}\"", variable.key, job.name));
      variable.value = yaml::Value(is_literal ? gitlab::escape_for_runner(text) : text, variable.value.spot);
    }
  }

  /// `%NAME%` is a variable to GitLab, and nothing there escapes it.
  static bool holds_percent_variable(std::string text) {
    std::replace(text.begin(), text.end(), '$', ' ');
    return gitlab::is_expanded_by_gitlab(text);
  }

  const gitlab::Version& server_;
  std::set<std::string> unfit_;  ///< variables that a server without `expand` would change
  bool may_be_public_ = false;
  std::set<std::pair<std::string, Feature>> left_out_;
};

/// A tenth of the time, and at least five minutes unless that is half of it: to upload what the script leaves.
std::chrono::seconds script_time(std::chrono::milliseconds job_time) {
  using namespace std::chrono;
  const auto whole = duration_cast<seconds>(job_time);
  const auto room = std::min(std::max(seconds(minutes(5)), whole / 10), whole / 2);
  return whole - room;
}

void add_script_timeout(Job& job) {
  const yaml::Value* timeout = yaml::find_value(job.keywords, "timeout");
  const auto time = timeout != nullptr && timeout->as_string() != nullptr
                        ? gitlab::parse_duration(*timeout->as_string())
                        : std::nullopt;
  if (!time) return;
  const yaml::Value* variables = yaml::find_value(job.keywords, "variables");
  yaml::Value::Map own =
      variables != nullptr && variables->as_map() != nullptr ? *variables->as_map() : yaml::Value::Map{};
  if (yaml::find_value(own, "RUNNER_SCRIPT_TIMEOUT") != nullptr) return;
  own.emplace_back("RUNNER_SCRIPT_TIMEOUT", fmt::format("{}s", script_time(*time).count()));
  yaml::set_value(job.keywords, "variables", std::move(own));
}

}  // namespace

void fit_to_server(Pipeline& pipeline, const gitlab::Version& server, Diagnostics& diagnostics) {
  Fitter fitter(server);
  for (auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
    for (Job& job : *jobs) fitter.fit(job);
  }
  fitter.report(diagnostics);
}

void add_script_timeouts(Pipeline& pipeline) {
  for (auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
    for (Job& job : *jobs) add_script_timeout(job);
  }
}

}  // namespace statelane::pipeline
