#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "gitlab/keywords.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/texts.hpp"
#include "lint/check_structure.hpp"

namespace statelane::lint {

namespace {

/// The text with an `x` for each `$NAME` and `${NAME}`.
std::string fill_variables(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      result += text[at];
      continue;
    }
    const auto is_letter = [](char letter) {
      return letter == '_' || std::isalnum(static_cast<unsigned char>(letter)) != 0;
    };
    result += 'x';
    if (at + 1 < text.size() && text[at + 1] == '{') ++at;
    while (at + 1 < text.size() && is_letter(text[at + 1])) ++at;
    if (at + 1 < text.size() && text[at + 1] == '}') ++at;
  }
  return result;
}

class Check {
 public:
  Check(const Pipeline& pipeline, std::optional<gitlab::Version> server, Report& report)
      : pipeline_(pipeline), server_(server), report_(report) {}

  void run() {
    check_root();
    for (const Job& job : pipeline_.jobs) {
      job_ = &job;
      check_job();
    }
  }

 private:
  void add(Rule rule, const yaml::Spot& spot, std::string message, std::vector<std::string> hints = {}) {
    report_.add(rule, spot, job_ != nullptr ? job_->name : "", std::move(message), std::move(hints));
  }

  void add_all(const std::vector<gitlab::KeywordFault>& faults) {
    for (const gitlab::KeywordFault& fault : faults) add(rule_of(fault.kind), fault.spot, fault.message, fault.hints);
  }

  void check_root() {
    const yaml::Value::Map& root = pipeline_.configuration.root;
    bool has_job = false;
    for (const yaml::Value::Entry& entry : root) {
      has_job = has_job || gitlab::is_job(entry);
      if (gitlab::is_job(entry) || entry.key.starts_with('.') || gitlab::is_root_keyword(entry.key)) continue;
      add(Rule::unknown_keyword, entry.spot(),
          fmt::format("\"{}\" is {}: no keyword of GitLab, and no job", entry.key, yaml::kind_of(entry.value)),
          suggest_keyword(entry.key));
    }
    add_all(gitlab::check_root_keywords(root, server_));
    if (has_job || is_defined_elsewhere()) return;
    add(Rule::invalid_job, root.empty() ? yaml::Spot{} : root.front().spot(),
        "there is no job, and GitLab makes no pipeline without one",
        {"a job whose name begins with a dot is there to be extended only"});
  }

  static std::vector<std::string> suggest_keyword(std::string_view word) {
    std::vector<std::string> names;
    for (const gitlab::Keyword& keyword : gitlab::root_shape().keywords) names.emplace_back(keyword.name);
    const auto suggestion = find_suggestion(word, names);
    return suggestion ? std::vector{fmt::format("did you mean \"{}\"?", *suggestion)} : std::vector<std::string>{};
  }

  const yaml::Value* own(std::string_view keyword) const {
    return job_->own_keywords.contains(std::string(keyword)) ? job_->find(keyword) : nullptr;
  }

  bool has_work_elsewhere() const { return !job_->unseen_bases.empty(); }

  /// An unseen include may define the rest of the job, as GitLab's own templates do.
  bool is_defined_elsewhere() const { return !pipeline_.configuration.unseen.empty(); }

  void check_job() {
    check_name();
    check_own_keywords();
    check_work();
    check_stage();
    check_lock();
    check_on_stop();
    check_publish();
  }

  void check_name() {
    if (job_->name.empty()) add(Rule::invalid_name, job_->spot, "a job's name cannot be empty");
    if (gitlab::count_characters(job_->name) > gitlab::max_job_name_characters) {
      add(Rule::invalid_name, job_->spot,
          fmt::format("a job's name has at most {} characters", gitlab::max_job_name_characters));
    }
  }

  void check_own_keywords() {
    yaml::Value::Map keywords;
    for (const yaml::Value::Entry& entry : job_->keywords) {
      if (job_->own_keywords.contains(entry.key)) keywords.push_back(entry);
    }
    add_all(gitlab::check_job_keywords({std::move(keywords), job_->spot}, server_));
  }

  /// `needs: {pipeline: GROUP/PROJECT}` alone is a job that has that pipeline's status (#needspipeline).
  bool mirrors_pipeline() const {
    const yaml::Value* needs = own("needs");
    return needs != nullptr && needs->find("pipeline") != nullptr && needs->find("job") == nullptr;
  }

  void check_work() {
    const auto has = [&](const char* keyword) { return job_->own_keywords.contains(keyword); };
    const bool has_work = has("script") || has("run") || has("trigger");
    if (has_work || mirrors_pipeline() || has_work_elsewhere() || is_defined_elsewhere()) return;
    add(Rule::invalid_job, job_->spot, "a job has to have script, run or trigger",
        {"a job that is only there to be extended begins with a dot"});
  }

  void check_stage() {
    const yaml::Value::Entry* stages = yaml::find_entry(pipeline_.configuration.root, "stages");
    if (stages != nullptr && stages->value.as_list() == nullptr) return;
    const yaml::Value* stage = own("stage");
    if (stage != nullptr && stage->as_string() == nullptr) return;
    if (stage == nullptr && has_work_elsewhere()) return;
    const std::string name = stage != nullptr ? *stage->as_string() : "test";
    if (std::find(pipeline_.stages.begin(), pipeline_.stages.end(), name) != pipeline_.stages.end()) return;
    if (is_defined_elsewhere() && stages == nullptr) return;
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(name, pipeline_.stages))
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    hints.push_back(
        fmt::format("stages: {}", fmt::join(pipeline_.stages.begin() + 1, pipeline_.stages.end() - 1, ", ")));
    add(Rule::unknown_stage, stage != nullptr ? stage->spot : job_->spot,
        stage != nullptr ? fmt::format("there is no stage \"{}\"", name)
                         : "the job has no stage, and the default stage \"test\" is not declared",
        std::move(hints));
  }

  void check_lock() {
    const yaml::Value* group = own("resource_group");
    if (group == nullptr || group->as_string() == nullptr) return;
    if (gitlab::is_environment_name(fill_variables(*group->as_string()))) return;
    add(Rule::dead_lock, group->spot,
        fmt::format("GitLab takes no lock for \"{}\", and says nothing", *group->as_string()),
        {"a resource_group holds letters, digits, blanks and _ / . -, with no slash at its ends"});
  }

  /// Entry::Job#pages_job?, and lib/gitlab/ci/yaml_processor.rb#validate_job_pages_publish!
  void check_publish() {
    const yaml::Value* publish = own("publish");
    if (publish == nullptr || gitlab::is_blank(*publish)) return;
    const yaml::Value* pages = own("pages");
    const bool is_named = job_->name == "pages" && (pages == nullptr || *pages != yaml::Value(false));
    if (!is_named && (pages == nullptr || gitlab::is_blank(*pages))) {
      add(Rule::invalid_value, publish->key_spot, "\"publish\" stands in a job with \"pages\" only");
    } else if (pages != nullptr && pages->find("publish") != nullptr) {
      add(Rule::invalid_value, publish->key_spot, "\"publish\" stands here and in \"pages\"");
    }
  }

  /// lib/gitlab/ci/yaml_processor.rb#validate_on_stop_job
  void check_on_stop() {
    const yaml::Value* environment = own("environment");
    const yaml::Value* stop = environment != nullptr ? environment->find("on_stop") : nullptr;
    if (stop == nullptr || stop->as_string() == nullptr) return;
    const std::string& name = *stop->as_string();
    const auto job =
        std::find_if(pipeline_.jobs.begin(), pipeline_.jobs.end(), [&](const Job& each) { return each.name == name; });
    if (job == pipeline_.jobs.end()) {
      if (!is_defined_elsewhere())
        add(Rule::invalid_needs, stop->spot, fmt::format("on_stop names \"{}\", and there is no such job", name));
      return;
    }
    const yaml::Value* other = job->find("environment");
    if (other == nullptr && !job->unseen_bases.empty()) return;
    const yaml::Value* action = other != nullptr ? other->find("action") : nullptr;
    if (action == nullptr || *action != yaml::Value("stop")) {
      add(Rule::invalid_needs, stop->spot,
          fmt::format("on_stop names \"{}\", which does not have \"action: stop\" in its environment", name));
    } else if (!is_same_name(*environment, *other)) {
      add(Rule::invalid_needs, stop->spot, fmt::format("on_stop names \"{}\", which has another environment", name));
    }
  }

  static bool is_same_name(const yaml::Value& left, const yaml::Value& right) {
    const yaml::Value *first = left.find("name"), *second = right.find("name");
    return first == nullptr || second == nullptr || *first == *second;
  }

  const Pipeline& pipeline_;
  std::optional<gitlab::Version> server_;
  Report& report_;
  const Job* job_ = nullptr;
};

}  // namespace

Rule rule_of(gitlab::KeywordFault::Kind kind) {
  switch (kind) {
    case gitlab::KeywordFault::Kind::unknown_keyword: return Rule::unknown_keyword;
    case gitlab::KeywordFault::Kind::invalid_value: return Rule::invalid_value;
    case gitlab::KeywordFault::Kind::invalid_job: return Rule::invalid_job;
  }
  return Rule::invalid_value;
}

void check_keywords(const Pipeline& pipeline, std::optional<gitlab::Version> server, Report& report) {
  Check(pipeline, server, report).run();
}

}  // namespace statelane::lint
