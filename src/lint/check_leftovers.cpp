#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "gitlab/duration.hpp"
#include "lint/check_habits.hpp"
#include "lint/job_paths.hpp"
#include "lint/kept_files.hpp"

namespace statelane::lint {

namespace {

constexpr std::chrono::hours shortest_review{24};

/// Names that plan files have.
bool is_plan_name(std::string_view name) {
  return name == "tfplan" || name == "planfile" || name == "plan.cache" || name == "plan.out" || name == "plan.bin" ||
         name.ends_with(".tfplan");
}

class Check {
 public:
  Check(const ExaminedPipeline& pipeline, const repo::Tree& tree, Report& report)
      : pipeline_(pipeline), tree_(tree), report_(report) {}

  void run() {
    for (const ExaminedJob& job : pipeline_.jobs) {
      if (job.job->find("trigger") != nullptr || job.commands.runs.empty()) continue;
      check_caches(job);
      check_artifacts(job);
    }
    check_cache_keys();
  }

 private:
  static std::set<std::string> plan_files(const ExaminedJob& job) {
    std::set<std::string> names;
    for (const TerraformRun& run : job.commands.runs) {
      const auto out = run.verb == "plan" ? run.flag("out") : std::nullopt;
      if (out && out->find(unknown_text) == std::string::npos) names.emplace(base_name_of(*out));
      if (run.verb == "plan" && run.tool.starts_with("gitlab-")) names.emplace("plan.cache");
    }
    return names;
  }

  void check_caches(const ExaminedJob& job) {
    const std::set<std::string> plans = plan_files(job);
    for (const yaml::Value* cache : caches_of(*job.job)) {
      for (const yaml::Value* path : yaml::texts_of(cache->find("paths"))) {
        const std::string name(base_name_of(*path->as_string()));
        if (!plans.contains(name) && !is_plan_name(name)) continue;
        report_.add(Rule::plan_in_cache, path->spot, job.job->name,
                    "a plan in the cache: another pipeline may overwrite it before it is applied",
                    {"leave the plan as an artifact of the plan job, and let the apply need that job"});
      }
    }
  }

  /// Somebody presses a button before the states of this job are applied.
  bool is_reviewed(const ExaminedJob& job) const {
    return std::any_of(pipeline_.jobs.begin(), pipeline_.jobs.end(), [&](const ExaminedJob& other) {
      if (!other.runs("apply") || &other == &job) return false;
      const yaml::Value* when = other.job->find("when");
      bool is_manual = when != nullptr && when->as_string() != nullptr && *when->as_string() == "manual";
      const yaml::Value* rules = other.job->find("rules");
      if (rules != nullptr && rules->as_list() != nullptr) {
        for (const yaml::Value& rule : *rules->as_list()) {
          const yaml::Value* of_rule = rule.find("when");
          is_manual =
              is_manual || (of_rule != nullptr && of_rule->as_string() != nullptr && *of_rule->as_string() == "manual");
        }
      }
      const bool shares_state =
          std::any_of(other.states.groups.begin(), other.states.groups.end(), [&](const StateGroup& group) {
            return std::find(job.states.groups.begin(), job.states.groups.end(), group) != job.states.groups.end();
          });
      return is_manual && (shares_state || job.states.groups.empty());
    });
  }

  void check_artifacts(const ExaminedJob& job) {
    const yaml::Value* artifacts = job.job->find("artifacts");
    if (artifacts == nullptr) return;
    const std::set<std::string> plans = plan_files(job);
    const std::vector<const yaml::Value*> paths = yaml::texts_of(artifacts->find("paths"));
    const bool keeps_plan = std::any_of(paths.begin(), paths.end(), [&](const yaml::Value* path) {
      const std::string name(base_name_of(*path->as_string()));
      return plans.contains(name) || is_plan_name(name);
    });
    const yaml::Value* expiry = artifacts->find("expire_in");
    const auto life = expiry != nullptr && expiry->as_string() != nullptr ? gitlab::parse_duration(*expiry->as_string())
                                                                          : std::nullopt;
    if (keeps_plan && life && *life < shortest_review && is_reviewed(job)) {
      report_.add(Rule::short_expiry, expiry->spot, job.job->name,
                  "the plan is gone before somebody who reads it tomorrow can apply it", {"expire_in: 1 week"});
    }
    for (const yaml::Value* path : paths) check_path(job, *path, is_restricted(*artifacts));
    const KeptFiles kept(*job.job, artifacts, tree_);
    check_data_directories(job, kept);
    if (!is_restricted(*artifacts)) check_values(job, kept);
    check_report(job, *artifacts, plans);
  }

  void check_path(const ExaminedJob& job, const yaml::Value& path, bool is_restricted) {
    const std::string_view name = base_name_of(*path.as_string());
    // What Terraform could not save has to be kept somewhere.
    if (name == "errored.tfstate" && is_restricted) return;
    if (name.ends_with(".tfstate") || name.ends_with(".tfstate.backup")) {
      report_.add(Rule::credentials_exposed, path.spot, job.job->name,
                  "a state in the artifacts: every secret in it can be read by all who see the pipeline",
                  {"keep the state in a backend"});
    }
  }

  /// `.terraform` of a directory in which Terraform runs, by its own name or below a directory that is kept.
  void check_data_directories(const ExaminedJob& job, const KeptFiles& kept) {
    std::set<const yaml::Value*> seen;
    for (const TerraformRun& run : job.commands.runs) {
      const yaml::Value::Entry* variable = yaml::find_entry(job.job->variables, "TF_DATA_DIR");
      const std::string name = variable != nullptr ? expand_variables(*job.job, {}, "$TF_DATA_DIR") : ".terraform";
      if (run.tool == "terragrunt" || run.verb == "fmt" || run.verb == "version") continue;
      for (const std::string& directory : run.directories) {
        const auto data = known_path(directory, name);
        // The backend's record is the first file there, whatever else `init` is told to leave out.
        const yaml::Value* entry = data ? kept.find(*data + "/terraform.tfstate") : nullptr;
        if (entry == nullptr || !seen.insert(entry).second) continue;
        report_.add(Rule::data_directory_kept, entry->spot, job.job->name,
                    fmt::format("the artifact takes {} along: providers of hundreds of megabytes, and the backend's "
                                "settings with their credentials",
                                *data),
                    {fmt::format("artifacts: {{exclude: [\"{}/**/*\"]}}, and terraform init in each job", *data)});
      }
    }
  }

  /// Only those who may see the plan itself can download it.
  static bool is_restricted(const yaml::Value& artifacts) {
    const yaml::Value* access = artifacts.find("access");
    const yaml::Value* is_public = artifacts.find("public");
    return (access != nullptr && access->as_string() != nullptr && *access->as_string() != "all") ||
           (is_public != nullptr && is_public->as_bool() != nullptr && !*is_public->as_bool());
  }

  /// What Terraform writes with every value in plain text, sensitive ones too.
  void check_values(const ExaminedJob& job, const KeptFiles& kept) {
    for (const TerraformRun& run : job.commands.runs) {
      const bool is_outputs = run.verb == "output" && run.flag("json") && run.positional().empty();
      const bool is_all = (run.verb == "show" && run.flag("json")) ||
                          (run.verb == "state" && !run.positional().empty() && run.positional().front() == "pull");
      if (!is_outputs && !is_all) continue;
      for (const std::string& file : run.output_files) {
        const yaml::Value* entry = kept.find(file);
        if (entry == nullptr || is_removed(job, file)) continue;
        if (is_outputs) {
          report_.add(Rule::outputs_exposed, entry->spot, job.job->name,
                      "output -json writes sensitive outputs in plain text, and the artifact keeps them",
                      {"write the outputs that are needed, by name: output -raw NAME"});
        } else {
          report_.add(
              Rule::credentials_exposed, entry->spot, job.job->name,
              fmt::format("{} writes every value in plain text, sensitive ones too, and the artifact keeps them",
                          run.verb == "show" ? "show -json" : "state pull"),
              {"keep the counts alone for reports:terraform, or let artifacts:access be developer or none"});
        }
      }
    }
  }

  static bool is_removed(const ExaminedJob& job, const std::string& file) {
    return std::any_of(job.commands.others.begin(), job.commands.others.end(), [&](const OtherCommand& command) {
      return command.words[0] == "rm" &&
             std::any_of(command.words.begin() + 1, command.words.end(),
                         [&](const std::string& word) { return base_name_of(word) == base_name_of(file); });
    });
  }

  void check_report(const ExaminedJob& job, const yaml::Value& artifacts, const std::set<std::string>& plans) {
    const yaml::Value* reports = artifacts.find("reports");
    for (const yaml::Value* report : yaml::texts_of(reports != nullptr ? reports->find("terraform") : nullptr)) {
      const std::string name(base_name_of(*report->as_string()));
      const bool is_plan = plans.contains(name);
      const bool is_whole =
          std::any_of(job.commands.runs.begin(), job.commands.runs.end(), [&](const TerraformRun& run) {
            return run.verb == "show" && !run.feeds_pipe &&
                   std::any_of(run.output_files.begin(), run.output_files.end(),
                               [&](const std::string& file) { return base_name_of(file) == name; });
          });
      if (!is_plan && !is_whole) continue;
      report_.add(
          Rule::wrong_report, report->spot, job.job->name,
          is_plan ? "GitLab reads counts here, this is the plan file"
                  : "GitLab reads the counts create, update and delete here, this is the whole plan, secrets included",
          {"show -json PLAN | jq '([.resource_changes[]?.change.actions?]|flatten)|{create:(map(select(.==\"create\"))|"
           "length),update:(map(select(.==\"update\"))|length),delete:(map(select(.==\"delete\"))|length)}'"});
    }
  }

  /// One key without variables for `.terraform` of several states.
  void check_cache_keys() {
    struct Use {
      const Job* job;
      const yaml::Value* cache;
      std::set<std::vector<std::uint32_t>> states;
    };
    std::map<std::string, std::vector<Use>> by_key;
    for (const ExaminedJob& job : pipeline_.jobs) {
      for (const yaml::Value* cache : caches_of(*job.job)) {
        const auto paths = yaml::texts_of(cache->find("paths"));
        const bool holds_modules = std::any_of(paths.begin(), paths.end(), [](const yaml::Value* path) {
          return base_name_of(*path->as_string()) == ".terraform";
        });
        const yaml::Value* key = cache->find("key");
        const bool is_constant =
            key == nullptr || (key->as_string() != nullptr && key->as_string()->find('$') == std::string::npos);
        if (!holds_modules || !is_constant || job.states.has_unknown) continue;
        Use use{job.job, cache, {}};
        for (const StateGroup& group : job.states.groups) use.states.insert(group.states);
        by_key[key == nullptr ? "default" : *key->as_string()].push_back(std::move(use));
      }
    }
    for (const auto& [key, uses] : by_key) {
      std::set<std::vector<std::uint32_t>> states;
      for (const Use& use : uses) states.insert(use.states.begin(), use.states.end());
      if (states.size() < 2) continue;
      for (const Use& use : uses) {
        const yaml::Value* node = use.cache->find("key");
        report_.add(Rule::constant_cache_key, node != nullptr ? node->spot : use.cache->spot, use.job->name,
                    fmt::format("the cache key \"{}\" is the same for {} states, whose .terraform overwrite each other",
                                key, states.size()),
                    {"key: {files: [DIRECTORY/.terraform.lock.hcl], prefix: NAME}"});
      }
    }
  }

  const ExaminedPipeline& pipeline_;
  const repo::Tree& tree_;
  Report& report_;
};

}  // namespace

void check_leftovers(const ExaminedPipeline& pipeline, const repo::Tree& tree, Report& report) {
  Check(pipeline, tree, report).run();
}

}  // namespace statelane::lint
