#include <fmt/format.h>

#include <algorithm>

#include "gitlab/needs.hpp"
#include "lint/check_habits.hpp"
#include "lint/check_structure.hpp"
#include "lint/job_paths.hpp"
#include "lint/kept_files.hpp"
#include "lint/probes.hpp"

namespace statelane::lint {

namespace {

using Kind = Situation::Kind;

bool is_wrapper(const TerraformRun& run) { return run.tool.starts_with("gitlab-"); }

/// The plan file as the run's arguments name it; empty where they do not. Terragrunt's lie in its own cache.
std::optional<std::string> plan_argument(const TerraformRun& run) {
  if (is_wrapper(run)) return "plan.cache";
  if (run.tool != "terraform" && run.tool != "tofu") return std::nullopt;
  if (run.verb == "plan") return run.flag("out");
  const std::vector<std::string> arguments = run.positional();
  return arguments.size() == 1 ? std::optional(arguments.front()) : std::nullopt;
}

/// The plan files that a run writes or takes, from the repository's root. Empty: none, or they are not known.
std::vector<std::string> plan_paths(const TerraformRun& run) {
  std::vector<std::string> paths;
  const auto argument = plan_argument(run);
  if (!argument) return paths;
  for (const std::string& directory : run.directories) {
    if (auto path = known_path(directory, *argument)) paths.push_back(*std::move(path));
  }
  return paths;
}

/// Some command of the job handles the file by its name: copies, packs, downloads it.
bool handles(const ExaminedJob& job, std::string_view path) {
  const std::string_view name = base_name_of(path);
  const auto names_it = [&](const std::string& word) { return word.find(name) != std::string::npos; };
  return std::any_of(job.commands.others.begin(), job.commands.others.end(), [&](const OtherCommand& command) {
    return std::any_of(command.words.begin(), command.words.end(), names_it) ||
           std::any_of(command.output_files.begin(), command.output_files.end(), names_it);
  });
}

std::string_view words_for(Kind kind) {
  switch (kind) {
    case Kind::push_default: return "on the default branch";
    case Kind::push_branch: return "on other branches";
    case Kind::merge_request: return "in merge requests";
    case Kind::tag: return "for tags";
    case Kind::schedule: return "in schedules";
    case Kind::web: return "in pipelines that somebody starts by hand";
  }
  return "";
}

/// A changed path that no list names.
constexpr std::string_view unlisted = "a-path-that-no-list-names";

/// A plan that some job writes.
struct MadePlan {
  const ExaminedJob* job;
  const TerraformRun* run;
  std::string path;
};

class Check {
 public:
  Check(const ExaminedPipeline& pipeline, std::span<const Situation> situations, const repo::Tree& tree, Report& report)
      : pipeline_(pipeline), situations_(situations), tree_(tree), report_(report) {
    for (const ExaminedJob& job : pipeline.jobs) {
      if (job.job->find("trigger") == nullptr) collect_plans(job);
    }
  }

  void run() {
    for (const ExaminedJob& job : pipeline_.jobs) {
      if (job.job->find("trigger") != nullptr) continue;
      for (const TerraformRun& apply : job.commands.runs) {
        if (apply.verb == "apply") check(job, apply);
      }
    }
  }

 private:
  void collect_plans(const ExaminedJob& job) {
    for (const TerraformRun& run : job.commands.runs) {
      if (run.verb != "plan") continue;
      const std::vector<std::string> paths = plan_paths(run);
      is_open_ = is_open_ || (plan_argument(run) && paths.size() != run.directories.size());
      for (const std::string& path : paths) plans_.push_back({&job, &run, path});
    }
  }

  void add(const yaml::Spot& spot, const ExaminedJob& job, std::string message, std::string hint) {
    report_.add(Rule::apply_without_plan, spot, job.job->name, std::move(message), {std::move(hint)});
  }

  /// One finding for a run is enough.
  void check(const ExaminedJob& job, const TerraformRun& apply) {
    for (const std::string& path : plan_paths(apply)) {
      if (is_made_before(job, apply, path)) {
        if (is_passing_environment(*job.job)) return;
        add(apply.spot, job, "this apply carries out a plan that the same script makes: nobody has read it",
            "make the plan in an earlier job, and keep it as an artifact");
        return;
      }
      const auto in_tree = RepoPath::parse(path);
      const bool is_brought = handles(job, path) || (in_tree && tree_.find(*in_tree)) || takes_from_elsewhere(*job.job);
      if (is_brought || !job.job->unseen_bases.empty()) continue;
      if (check_origin(job, apply, path)) return;
    }
  }

  bool is_made_before(const ExaminedJob& job, const TerraformRun& apply, const std::string& path) const {
    return std::any_of(plans_.begin(), plans_.end(), [&](const MadePlan& plan) {
      return plan.job == &job && plan.run < &apply && plan.path == path;
    });
  }

  static bool takes_from_elsewhere(const Job& job) {
    const yaml::Value* needs = job.find("needs");
    return needs != nullptr && needs->as_list() != nullptr &&
           std::any_of(needs->as_list()->begin(), needs->as_list()->end(), [](const yaml::Value& need) {
             return need.find("pipeline") != nullptr || need.find("project") != nullptr;
           });
  }

  bool check_origin(const ExaminedJob& job, const TerraformRun& apply, const std::string& path) {
    std::vector<const MadePlan*> makers;
    for (const MadePlan& plan : plans_) {
      if (plan.path == path && plan.job != &job) makers.push_back(&plan);
    }
    if (makers.empty()) return check_elsewhere(job, apply, path);
    std::vector<const MadePlan*> kept;
    std::copy_if(makers.begin(), makers.end(), std::back_inserter(kept),
                 [&](const MadePlan* plan) { return is_kept(*plan); });
    if (kept.empty()) return report_not_kept(job, *makers.front());
    std::vector<const MadePlan*> delivered;
    for (const MadePlan* plan : kept) {
      if (why_not_delivered(job, *plan->job).empty()) delivered.push_back(plan);
    }
    if (delivered.empty()) {
      const ExaminedJob& maker = *kept.front()->job;
      add(apply.spot, job,
          fmt::format("the plan that \"{}\" makes does not come here: {}", maker.job->name,
                      why_not_delivered(job, maker)),
          fmt::format("needs: [{{job: \"{}\", artifacts: true}}]", maker.job->name));
      return true;
    }
    return check_presence(job, apply, delivered);
  }

  /// A plan of this directory or name is written, in another place.
  bool check_elsewhere(const ExaminedJob& job, const TerraformRun& apply, const std::string& path) {
    if (is_open_ || pipeline_.is_child || !pipeline_.pipeline->configuration.unseen.empty()) return false;
    for (const MadePlan& plan : plans_) {
      // A plan of that name which another apply takes is none of this one's.
      const bool is_same_name = base_name_of(plan.path) == base_name_of(path) && !is_taken(plan.path);
      if (plan.job == &job || handles(*plan.job, plan.path) ||
          (!is_same_name && plan.run->directories != apply.directories))
        continue;
      add(apply.spot, job,
          fmt::format("no job writes {}: the plan of \"{}\" is {}", path, plan.job->job->name, plan.path),
          "take the plan from where it is written");
      return true;
    }
    return false;
  }

  bool is_taken(const std::string& path) const {
    return std::any_of(pipeline_.jobs.begin(), pipeline_.jobs.end(), [&](const ExaminedJob& job) {
      return std::any_of(job.commands.runs.begin(), job.commands.runs.end(), [&](const TerraformRun& run) {
        const std::vector<std::string> paths = run.verb == "apply" ? plan_paths(run) : std::vector<std::string>();
        return std::find(paths.begin(), paths.end(), path) != paths.end();
      });
    });
  }

  bool is_kept(const MadePlan& plan) const {
    const Job& job = *plan.job->job;
    if (handles(*plan.job, plan.path)) return true;
    if (KeptFiles(job, job.find("artifacts"), tree_).keeps(plan.path) != KeptFiles::Answer::no) return true;
    // A plan in the cache is a finding of its own.
    const std::vector<const yaml::Value*> caches = caches_of(job);
    return std::any_of(caches.begin(), caches.end(), [&](const yaml::Value* cache) {
      return KeptFiles(job, cache, tree_).keeps(plan.path) != KeptFiles::Answer::no;
    });
  }

  bool report_not_kept(const ExaminedJob& job, const MadePlan& plan) {
    const Job& maker = *plan.job->job;
    if (!maker.unseen_bases.empty()) return false;
    const yaml::Value* artifacts = maker.find("artifacts");
    const yaml::Value* paths = artifacts != nullptr ? artifacts->find("paths") : nullptr;
    add(paths != nullptr ? paths->key_spot : plan.run->spot, *plan.job,
        fmt::format("\"{}\" takes the plan {} from here, and no artifact keeps it", job.job->name, plan.path),
        fmt::format("artifacts: {{paths: [\"{}\"]}}", plan.path));
    return true;
  }

  std::optional<std::size_t> stage_of(const Job& job) const {
    const yaml::Value* stage = job.find("stage");
    const std::string name = stage != nullptr && stage->as_string() != nullptr ? *stage->as_string() : "test";
    const auto& stages = pipeline_.pipeline->stages;
    const auto found = std::find(stages.begin(), stages.end(), name);
    return found != stages.end() ? std::optional<std::size_t>(found - stages.begin()) : std::nullopt;
  }

  /// `name`, or a job of its matrix.
  static bool is_named(const std::string& entry, const std::string& name) {
    return entry == name || entry.starts_with(name + ": [") || entry.find('$') != std::string::npos;
  }

  /// Which artifacts a job gets: of `dependencies`, else of `needs`, else of all earlier stages. Empty: it gets them.
  std::string why_not_delivered(const ExaminedJob& job, const ExaminedJob& maker) const {
    const std::string& name = maker.job->name;
    const yaml::Value* dependencies = job.job->find("dependencies");
    if (dependencies != nullptr && !dependencies->is_null()) {
      const auto texts = yaml::texts_of(dependencies);
      const bool is_there = std::any_of(texts.begin(), texts.end(),
                                        [&](const yaml::Value* text) { return is_named(*text->as_string(), name); });
      if (!is_there) return "\"dependencies\" leaves that job out";
    }
    const yaml::Value* needs = job.job->find("needs");
    if (needs != nullptr && needs->as_list() != nullptr) return why_not_needed(*job.job, name);
    const auto own = stage_of(*job.job), other = stage_of(*maker.job);
    return own && other && *other >= *own ? "both are in one stage" : "";
  }

  static std::string why_not_needed(const Job& job, const std::string& name) {
    for (const gitlab::Need& need : gitlab::read_needs(job.find("needs")).jobs) {
      if (is_named(need.job, name)) return need.has_artifacts ? "" : "\"needs\" leaves its artifacts out";
    }
    return "\"needs\" leaves that job out";
  }

  /// Whether GitLab creates the job, whatever is true of what is not known.
  static bool may_be_there(const Trigger& trigger, const Situation& situation, const Assumption& assumption,
                           const std::string& path) {
    std::vector<Assumption> assumptions = trigger.assumptions(situation);
    assumptions.push_back(assumption);
    const auto matches = [&](std::size_t list) { return trigger.lists()[list].matches(path); };
    return std::any_of(assumptions.begin(), assumptions.end(),
                       [&](const Assumption& each) { return trigger.decide(situation, each, matches).is_created; });
  }

  bool check_presence(const ExaminedJob& job, const TerraformRun& apply, const std::vector<const MadePlan*>& makers) {
    for (const gitlab::Need& need : gitlab::read_needs(job.job->find("needs")).jobs) {
      // GitLab creates no pipeline then, which is a finding of its own.
      const auto is_it = [&](const MadePlan* plan) { return is_named(need.job, plan->job->job->name); };
      if (!need.is_optional && std::any_of(makers.begin(), makers.end(), is_it)) return false;
    }
    if (std::any_of(makers.begin(), makers.end(),
                    [](const MadePlan* plan) { return !plan->job->job->unseen_bases.empty(); }))
      return false;
    for (const std::string& path : sample_paths(job, makers)) {
      for (const Situation& situation : situations_) {
        if (!is_gap(job, makers, situation, path)) continue;
        const std::string when = describe_gap(situation, path, has_lists(job, makers));
        add(apply.spot, job,
            fmt::format("{}, \"{}\" is not there, and this apply has no plan", when, makers.front()->job->job->name),
            "give both jobs the same rules");
        return true;
      }
    }
    return false;
  }

  static std::string describe_gap(const Situation& situation, const std::string& path, bool has_lists) {
    if (!situation.compares_paths() || !has_lists) return std::string(words_for(situation.kind));
    return path == unlisted ? "when only other files change" : fmt::format("when only {} changes", path);
  }

  static bool has_lists(const ExaminedJob& job, const std::vector<const MadePlan*>& makers) {
    return !job.trigger.lists().empty() || std::any_of(makers.begin(), makers.end(), [](const MadePlan* plan) {
      return !plan->job->trigger.lists().empty();
    });
  }

  static std::vector<std::string> sample_paths(const ExaminedJob& job, const std::vector<const MadePlan*>& makers) {
    std::vector<std::string> paths = {std::string(unlisted)};
    std::vector<const Trigger*> triggers = {&job.trigger};
    for (const MadePlan* plan : makers) triggers.push_back(&plan->job->trigger);
    for (const Trigger* trigger : triggers) {
      for (const ChangesList& list : trigger->lists()) {
        for (const TriggerPattern& pattern : list.patterns) {
          if (auto path = pattern.is_known ? example_of(pattern.text) : std::nullopt) paths.push_back(*std::move(path));
        }
      }
    }
    return paths;
  }

  static bool is_gap(const ExaminedJob& job, const std::vector<const MadePlan*>& makers, const Situation& situation,
                     const std::string& path) {
    const auto matches = [&](std::size_t list) { return job.trigger.lists()[list].matches(path); };
    const std::vector<Assumption> assumptions = job.trigger.assumptions(situation);
    return std::any_of(assumptions.begin(), assumptions.end(), [&](const Assumption& assumption) {
      return job.trigger.decide(situation, assumption, matches).is_created &&
             std::none_of(makers.begin(), makers.end(), [&](const MadePlan* plan) {
               return may_be_there(plan->job->trigger, situation, assumption, path);
             });
    });
  }

  const ExaminedPipeline& pipeline_;
  std::span<const Situation> situations_;
  const repo::Tree& tree_;
  Report& report_;
  std::vector<MadePlan> plans_;
  bool is_open_ = false;  ///< some plan is written to a place that is not known
};

}  // namespace

void check_plan_handover(const ExaminedPipeline& pipeline, std::span<const Situation> situations,
                         const repo::Tree& tree, Report& report) {
  Check(pipeline, situations, tree, report).run();
}

}  // namespace statelane::lint
