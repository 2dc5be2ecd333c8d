#include <fmt/format.h>

#include <algorithm>

#include "lint/check_habits.hpp"

namespace statelane::lint {

namespace {

bool is_false(const std::optional<std::string>& flag) { return flag && (*flag == "false" || *flag == "0"); }

bool changes_resources(const TerraformRun& run) { return run.verb == "apply" || run.verb == "destroy"; }

bool destroys(const TerraformRun& run) {
  return run.verb == "destroy" || (run.verb == "apply" && run.flag("destroy") && !is_false(run.flag("destroy")));
}

/// What failed before the job began: nothing of the apply has happened.
constexpr std::string_view failures_before_the_start[] = {"scheduler_failure",   "runner_unsupported",
                                                          "stale_schedule",      "archived_failure",
                                                          "unmet_prerequisites", "data_integrity_failure"};

/// The value of `retry` makes GitLab start a job again whose script had begun.
bool retries(const yaml::Value& retry) {
  const yaml::Value* most = retry.as_map() != nullptr ? retry.find("max") : &retry;
  if (most == nullptr || most->as_integer() == nullptr || *most->as_integer() < 1) return false;
  const yaml::Value* when = retry.find("when");
  const auto reasons = yaml::texts_of(when);
  return reasons.empty() || std::any_of(reasons.begin(), reasons.end(), [](const yaml::Value* reason) {
           return std::find(std::begin(failures_before_the_start), std::end(failures_before_the_start),
                            *reason->as_string()) == std::end(failures_before_the_start);
         });
}

bool is_text(const yaml::Value* node, std::string_view text) {
  return node != nullptr && node->as_string() != nullptr && *node->as_string() == text;
}

bool is_true(const yaml::Value* node) { return node != nullptr && node->as_bool() != nullptr && *node->as_bool(); }

/// Arguments that Terraform takes from `TF_CLI_ARGS` and `TF_CLI_ARGS_apply`.
bool has_environment_argument(const Job& job, const std::string& verb, std::string_view argument) {
  for (const std::string& name : {std::string("TF_CLI_ARGS"), "TF_CLI_ARGS_" + verb}) {
    const yaml::Value::Entry* variable = yaml::find_entry(job.variables, name);
    const auto text = variable != nullptr ? variable_text(variable->value) : std::nullopt;
    if (text && text->find(argument) != std::string::npos) return true;
  }
  return false;
}

class Check {
 public:
  Check(const ExaminedPipeline& pipeline, std::span<const Situation> situations, Report& report)
      : pipeline_(pipeline), report_(report) {
    for (const Situation& situation : situations) {
      using Kind = Situation::Kind;
      const bool is_web = situation.kind == Kind::web;
      if (situation.kind != Kind::merge_request && situation.kind != Kind::push_branch && !is_web) continue;
      // A branch that no rule names.
      Situation any = situation;
      const std::string name = "some-branch-of-somebody";
      if (any.kind != Kind::merge_request) any.variables["CI_COMMIT_BRANCH"] = VariableValue::known(name);
      any.variables["CI_COMMIT_REF_NAME"] = VariableValue::known(name);
      if (any.kind == Kind::merge_request)
        any.variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] = VariableValue::known(name);
      (is_web ? by_hand_ : anywhere_).push_back(std::move(any));
    }
  }

  void run() {
    for (const ExaminedJob& job : pipeline_.jobs) {
      if (job.job->find("trigger") != nullptr) continue;
      check_runs(job);
      const bool applies = std::any_of(job.commands.runs.begin(), job.commands.runs.end(), changes_resources);
      if (applies) check_apply_job(job);
      check_stop(*job.job);
    }
    note_lock_timeout();
  }

 private:
  void add(Rule rule, const yaml::Spot& spot, const Job& job, std::string message, std::vector<std::string> hints) {
    report_.add(rule, spot, job.name, std::move(message), std::move(hints));
  }

  void check_runs(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    for (const TerraformRun& run : examined.commands.runs) {
      const bool is_terraform = run.tool == "terraform" || run.tool == "tofu";
      if (run.verb == "force-unlock" && !is_manual(job)) {
        add(Rule::force_unlock, run.spot, job,
            "this breaks whatever lock there is, also that of an apply that is running",
            {"unlock by hand, after a look at who holds the lock", "-lock-timeout=5m waits for a lock that goes away"});
      }
      if (changes_resources(run) &&
          (is_false(run.flag("lock")) || has_environment_argument(job, run.verb, "-lock=false"))) {
        add(Rule::apply_without_lock, run.spot, job,
            fmt::format("this {} does not lock the state: two at once destroy it", run.verb),
            {"take -lock=false away"});
      }
      const bool plans_itself = run.verb == "apply" && run.positional().empty() && !run.flag("refresh-only");
      if (is_terraform && plans_itself) check_plan_file(job, run);
      if ((run.verb == "plan" || changes_resources(run)) && lacks_lock_timeout(job, run))
        waiting_.push_back({&job, run.spot});
    }
  }

  void check_plan_file(const Job& job, const TerraformRun& run) {
    add(Rule::apply_without_plan, run.spot, job,
        run.flag("auto-approve") ? "this apply makes a plan of its own, which nobody has seen, and carries it out"
                                 : "this apply makes a plan of its own and asks, which a job cannot answer",
        {fmt::format("{} plan -out=plan.bin in an earlier job, the file in its artifacts, and {} apply plan.bin here",
                     run.tool, run.tool)});
  }

  static bool lacks_lock_timeout(const Job& job, const TerraformRun& run) {
    const bool is_terraform = run.tool == "terraform" || run.tool == "tofu";
    const bool is_set =
        run.flag("lock-timeout") || is_false(run.flag("lock")) || has_environment_argument(job, run.verb, "-lock");
    // What a variable of the server adds cannot be seen.
    const bool is_open = std::any_of(run.arguments.begin(), run.arguments.end(), [](const std::string& argument) {
      return argument == std::string(1, unknown_text);
    });
    // Jobs of one resource group do not meet.
    return is_terraform && !is_set && !is_open && job.find("resource_group") == nullptr;
  }

  /// One finding for the whole pipeline, at the first run.
  void note_lock_timeout() {
    for (const auto& [job, spot] : waiting_) {
      report_.add(Rule::no_lock_timeout, waiting_.front().second, job->name,
                  "without a lock time-out the job fails when the state is locked for a moment",
                  {"variables: {TF_CLI_ARGS_plan: \"-lock-timeout=5m\", TF_CLI_ARGS_apply: \"-lock-timeout=5m\"}"});
    }
  }

  static bool is_manual(const Job& job) {
    if (is_text(job.find("when"), "manual")) return true;
    const yaml::Value* rules = job.find("rules");
    if (rules == nullptr || rules->as_list() == nullptr) return false;
    return std::all_of(rules->as_list()->begin(), rules->as_list()->end(), [](const yaml::Value& rule) {
      return is_text(rule.find("when"), "manual") || is_text(rule.find("when"), "never");
    });
  }

  void check_apply_job(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    const yaml::Value* interruptible = job.find("interruptible");
    if (is_true(interruptible)) {
      add(Rule::interruptible_apply, interruptible->spot, job, "a newer pipeline may cancel this apply in the middle",
          {"interruptible: false"});
    }
    const yaml::Value* retry = job.find("retry");
    if (retry != nullptr && retries(*retry)) {
      add(Rule::retried_apply, retry->spot, job,
          "GitLab starts this apply again by itself, with a plan that the first try has used up",
          {"retry: 0, and somebody looks at what failed"});
    }
    const bool is_template = !job.unseen_bases.empty();
    if (job.find("resource_group") == nullptr && !is_template && !is_passing_environment(job)) {
      add(Rule::no_resource_group, job.spot, job, "no resource_group: applies of two pipelines may run at once",
          {"resource_group: the state's name, the same in every job that applies it"});
    }
    check_gate(examined);
    // Who reaches a child is decided by its trigger job.
    if (!is_template && !pipeline_.is_child && !is_passing_environment(job)) check_reach(examined);
  }

  /// GitLab's default (lib/gitlab/ci/config/entry/job.rb#ignored?): with `when: manual` at job level a job may fail,
  /// and so it may be left undone, unless it says otherwise; with `when: manual` in a rule it may not.
  void check_gate(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    if (is_passing_environment(job) || !applies_only(examined)) return;
    const yaml::Value* when = job.find("when");
    const yaml::Value* failure = job.find("allow_failure");
    const bool is_manual = is_text(when, "manual");
    const yaml::Value* optional = failure == nullptr ? (is_manual ? when : nullptr)
                                  : is_true(failure) ? failure
                                                     : nullptr;
    const yaml::Value* rules = job.find("rules");
    if (rules == nullptr || rules->as_list() == nullptr) {
      if (is_manual && optional != nullptr) report_optional(*optional, job);
      return;
    }
    for (const yaml::Value& rule : *rules->as_list()) {
      const yaml::Value* of_rule = rule.find("allow_failure");
      const yaml::Value* decides = of_rule == nullptr ? optional : is_true(of_rule) ? of_rule : nullptr;
      const bool waits = rule.find("when") != nullptr ? is_text(rule.find("when"), "manual") : is_manual;
      if (waits && decides != nullptr) report_optional(*decides, job);
    }
  }

  void report_optional(const yaml::Value& place, const Job& job) {
    const bool is_default = is_text(&place, "manual");
    add(Rule::optional_gate, place.spot, job,
        is_default ? "a manual job is optional unless it says otherwise: the pipeline passes though nothing was applied"
                   : "allow_failure makes this gate optional: the pipeline passes though nothing was applied",
        {"allow_failure: false"});
  }

  /// The job builds something up. That nobody has to press the button of a job that destroys is as it should be.
  static bool applies_only(const ExaminedJob& job) {
    const yaml::Value* environment = job.job->find("environment");
    if (environment != nullptr && is_text(environment->find("action"), "stop")) return false;
    const auto& runs = job.commands.runs;
    return job.job->name.find("destroy") == std::string::npos && std::none_of(runs.begin(), runs.end(), destroys) &&
           std::any_of(runs.begin(), runs.end(),
                       [](const TerraformRun& run) { return run.verb == "apply" && !run.flag("refresh-only"); });
  }

  /// What the job does to resources, in a word.
  static std::string_view deed_of(const ExaminedJob& job) {
    const bool applies = std::any_of(job.commands.runs.begin(), job.commands.runs.end(),
                                     [](const TerraformRun& run) { return run.verb == "apply"; });
    return applies ? "apply" : "destroy";
  }

  void check_reach(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    std::vector<std::string_view> places;
    bool is_manual_everywhere = true;
    for (const Situation& situation : anywhere_) {
      const Decision decision = examined.trigger.decide(situation, "", [](std::size_t) { return true; });
      if (!decision.is_created) continue;
      places.push_back(situation.kind == Situation::Kind::merge_request ? "in merge requests" : "on any branch");
      is_manual_everywhere = is_manual_everywhere && decision.when == "manual";
    }
    if (places.empty()) return check_destroy_by_variable(examined);
    add(Rule::apply_anywhere, job.spot, job,
        fmt::format("this {} {} {}, before anything is merged", deed_of(examined),
                    is_manual_everywhere ? "can be started" : "runs", fmt::join(places, " and ")),
        {"rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]"});
  }

  /// On some branch of somebody the destroy is there, or even runs, once a variable says so.
  void check_destroy_by_variable(const ExaminedJob& examined) {
    const auto& runs = examined.commands.runs;
    if (std::none_of(runs.begin(), runs.end(), destroys)) return;
    for (const auto* situations : {&anywhere_, &by_hand_}) {
      for (const Situation& situation : *situations) {
        for (const Assumption& assumption : examined.trigger.assumptions(situation)) {
          if (assumption.empty() ||
              !examined.trigger.decide(situation, assumption, [](std::size_t) { return true; }).is_created)
            continue;
          add(Rule::apply_anywhere, examined.job->spot, *examined.job,
              fmt::format("whoever may start a pipeline has this destroy on any branch: {}", assumption),
              {"rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && …}]"});
          return;
        }
      }
    }
  }

  /// `on_stop` names a job that destroys, for an environment that lasts.
  void check_stop(const Job& job) {
    const yaml::Value* environment = job.find("environment");
    const yaml::Value* stop = environment != nullptr ? environment->find("on_stop") : nullptr;
    if (stop == nullptr || stop->as_string() == nullptr || is_passing_environment(job)) return;
    const yaml::Value* name = environment->find("name");
    if (name == nullptr || name->as_string() == nullptr || name->as_string()->find('$') != std::string::npos) return;
    for (const ExaminedJob& other : pipeline_.jobs) {
      if (other.job->name != *stop->as_string()) continue;
      const bool is_destroyed = std::any_of(other.commands.runs.begin(), other.commands.runs.end(), destroys);
      if (!is_destroyed) continue;
      add(Rule::destroy_on_stop, stop->spot, job,
          fmt::format("GitLab starts \"{}\" by itself when the environment \"{}\" stops, and it destroys",
                      other.job->name, *name->as_string()),
          {"take on_stop away, and let somebody start the destroy by hand"});
    }
  }

  const ExaminedPipeline& pipeline_;
  Report& report_;
  std::vector<Situation> anywhere_;
  std::vector<Situation> by_hand_;  ///< the same branch, in a pipeline that somebody starts
  std::vector<std::pair<const Job*, yaml::Spot>> waiting_;
};

}  // namespace

void check_applies(const ExaminedPipeline& pipeline, std::span<const Situation> situations, Report& report) {
  Check(pipeline, situations, report).run();
}

}  // namespace statelane::lint
