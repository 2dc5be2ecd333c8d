#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "lint/check_habits.hpp"
#include "lint/job_paths.hpp"
#include "lint/kept_files.hpp"
#include "lint/script_variables.hpp"

namespace statelane::lint {

namespace {

bool is_configuration(std::string_view word) {
  const std::array endings = {".tf", ".tf.json", ".tofu", ".tofu.json"};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return word.ends_with(ending); });
}

/// `backend "` or `cloud {`, and in JSON the two in quotes.
bool holds_backend(std::string_view text) {
  for (const auto& [word, next] : {std::pair("backend", '"'), std::pair("cloud", '{')}) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const std::string_view behind = text.substr(at + std::string_view(word).size());
      if (behind.starts_with('"')) return true;
      const std::size_t blank = behind.find_first_not_of(" \t");
      if (blank != std::string_view::npos && blank > 0 && behind[blank] == next) return true;
      if (blank == 0 && behind[0] == next) return true;
    }
  }
  return false;
}

bool is_wrapper(const TerraformRun& run) { return run.tool.starts_with("gitlab-"); }

bool mentions_state_file(const yaml::Value* value) {
  if (value == nullptr) return false;
  if (const std::string* text = value->as_string()) return text->find("tfstate") != std::string::npos;
  if (const yaml::Value::List* list = value->as_list()) {
    for (const yaml::Value& item : *list)
      if (mentions_state_file(&item)) return true;
  }
  if (const yaml::Value::Map* map = value->as_map()) {
    for (const yaml::Value::Entry& entry : *map)
      if (mentions_state_file(&entry.value)) return true;
  }
  return false;
}

/// What an apply stores, and where: in the job alone, by a local backend or for want of one.
class Check {
 public:
  Check(const ExaminedPipeline& pipeline, const repo::Tree& tree, const states::StateGraph& graph, Report& report)
      : pipeline_(pipeline), tree_(tree), graph_(graph), report_(report) {}

  void run() {
    for (const ExaminedJob& job : pipeline_.jobs) {
      if (job.job->find("trigger") != nullptr) continue;
      check_local_backends(job);
      if (!job.commands.runs.empty()) check_missing_backends(job);
    }
  }

 private:
  void check_local_backends(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    const bool may_keep = mentions_state_file(job.find("cache")) || mentions_state_file(job.find("artifacts"));
    if (may_keep || !job.unseen_bases.empty()) return;
    for (const StateGroup& group : examined.states.groups) {
      if (group.states.size() != 1 || !group.verbs.contains("apply")) continue;
      const states::State& state = graph_.states()[group.states.front()];
      // A backend that nothing in git says may be written by the job.
      if (!state.backend || !state.is_lost_with_job()) continue;
      report_.add(
          Rule::lost_state, group.spot, job.name,
          fmt::format("what this apply stores is lost with the job: the backend of {} is local", state.id),
          {"give the state a backend that keeps it, or write \"local_state: kept\" in its rule of .statelane.yml "
           "where the directory outlives the job"});
    }
  }

  void check_missing_backends(const ExaminedJob& job) {
    if (makes_configuration(job) || destroys_again(job)) return;
    std::set<std::string> seen;
    for (const TerraformRun& run : job.commands.runs) {
      for (const std::string& directory : run.directories) {
        if (seen.contains(directory) || !has_no_backend(directory)) continue;
        const std::string where = directory.empty() ? "the root directory" : directory;
        if (says_where(*job.job, run)) {
          report_lost(
              run, *job.job,
              fmt::format("this says where the state is kept, and {} has no backend block to take it: the state "
                          "ends with the job",
                          where));
        } else if (changes_state(run) && !keeps_state(job, directory)) {
          report_lost(run, *job.job,
                      fmt::format("{} has no backend block: the state that this makes ends with the job", where));
        } else {
          continue;
        }
        seen.insert(directory);
      }
    }
  }

  void report_lost(const TerraformRun& run, const Job& job, std::string message) {
    report_.add(Rule::lost_state, run.spot, job.name, std::move(message),
                {"write terraform { backend \"http\" {} } or another backend into the directory"});
  }

  static bool changes_state(const TerraformRun& run) {
    return run.verb == "apply" && run.tool != "terragrunt" && !run.flag("state") && !run.flag("state-out");
  }

  /// The run, or the job's variables for it, name a place that only a backend block makes count.
  static bool says_where(const Job& job, const TerraformRun& run) {
    if (run.tool == "terragrunt") return false;
    if (run.verb == "init") {
      const auto backend = run.flag("backend");
      const bool is_off = backend && (*backend == "false" || *backend == "0");
      const yaml::Value::Entry* arguments = yaml::find_entry(job.variables, "TF_CLI_ARGS_init");
      const auto text = arguments != nullptr ? variable_text(arguments->value) : std::nullopt;
      return !is_off && (run.flag("backend-config") || (text && text->find("-backend-config") != std::string::npos));
    }
    const bool counts = run.verb == "plan" || run.verb == "apply";
    const bool is_http = is_wrapper(run) || yaml::find_entry(job.variables, "TF_HTTP_ADDRESS") != nullptr;
    return counts && is_http;
  }

  /// The script writes configuration of its own, perhaps the backend block.
  static bool makes_configuration(const ExaminedJob& job) {
    return std::any_of(job.commands.others.begin(), job.commands.others.end(), [](const OtherCommand& command) {
      return std::any_of(command.words.begin() + 1, command.words.end(), is_configuration) ||
             std::any_of(command.output_files.begin(), command.output_files.end(), is_configuration) ||
             std::any_of(command.words.begin(), command.words.end(),
                         [](const std::string& word) { return word.find("tfstate") != std::string::npos; });
    });
  }

  /// What is built up and taken down in one script needs no state behind it.
  static bool destroys_again(const ExaminedJob& job) {
    return std::any_of(job.commands.runs.begin(), job.commands.runs.end(), [](const TerraformRun& run) {
      return run.verb == "destroy" || (run.verb == "apply" && run.flag("destroy"));
    });
  }

  bool keeps_state(const ExaminedJob& examined, const std::string& directory) const {
    const Job& job = *examined.job;
    const std::string state = directory.empty() ? "terraform.tfstate" : directory + "/terraform.tfstate";
    std::vector<const yaml::Value*> keepers = caches_of(job);
    keepers.push_back(job.find("artifacts"));
    return std::any_of(keepers.begin(), keepers.end(), [&](const yaml::Value* keeper) {
      return KeptFiles(job, keeper, tree_).keeps(state) != KeptFiles::Answer::no;
    });
  }

  /// A directory with configuration, of which no file has a block `backend` or `cloud`. Their words alone are asked
  /// for: what is excluded from scanning, or cannot be read, is given the benefit of the doubt.
  bool has_no_backend(const std::string& directory) const {
    const auto path = directory.empty() ? std::optional(RepoPath()) : RepoPath::parse(directory);
    const auto entry = path && !path->is_root() ? tree_.find(*path) : std::nullopt;
    const bool is_there = path && (path->is_root() || (entry && entry->kind == repo::EntryKind::directory));
    if (!is_there) return false;
    bool has_configuration = false;
    for (const repo::TreeEntry& file : tree_.list(*path)) {
      if (file.kind == repo::EntryKind::symlink || file.name == "terragrunt.hcl") return false;
      if (!is_configuration(file.name) || file.kind == repo::EntryKind::directory) continue;
      has_configuration = true;
      if (holds_backend(tree_.read(path->child(file.name)))) return false;
    }
    const std::vector<std::uint32_t> states = graph_.states_in(*path);
    return has_configuration && std::none_of(states.begin(), states.end(), [&](std::uint32_t index) {
             return graph_.states()[index].kind == states::StateKind::custom;
           });
  }

  const ExaminedPipeline& pipeline_;
  const repo::Tree& tree_;
  const states::StateGraph& graph_;
  Report& report_;
};

}  // namespace

void check_lost_states(const ExaminedPipeline& pipeline, const repo::Tree& tree, const states::StateGraph& graph,
                       Report& report) {
  Check(pipeline, tree, graph, report).run();
}

}  // namespace statelane::lint
