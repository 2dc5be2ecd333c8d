#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "base/utf8.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "lint/check_structure.hpp"
#include "lint/expression.hpp"
#include "lint/keywords.hpp"

namespace statelane::lint {

namespace {

using Keywords = std::span<const std::string_view>;

bool is_known(Keywords keywords, std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

std::vector<std::string> suggestions(Keywords keywords, std::string_view word) {
  const std::vector<std::string> candidates(keywords.begin(), keywords.end());
  const auto suggestion = find_suggestion(word, candidates);
  return suggestion ? std::vector{fmt::format("did you mean \"{}\"?", *suggestion)} : std::vector<std::string>{};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<std::size_t>(1, first_utf8_character(text).length));
  return count;
}

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

/// What `environment` names and `resource_group` may hold (environment_name_regex).
bool is_environment_name(std::string_view text) {
  constexpr std::string_view more = "_/${}. -";
  return !text.starts_with('/') && !text.ends_with('/') && std::all_of(text.begin(), text.end(), [&](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || more.find(letter) != std::string_view::npos;
  });
}

class Check {
 public:
  Check(const Pipeline& pipeline, Report& report) : pipeline_(pipeline), report_(report) {}

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

  void check_root() {
    for (const yaml::Value::Entry& entry : pipeline_.configuration.root) {
      const bool is_hidden = entry.key.starts_with('.');
      if (is_hidden || is_known(root_keywords(), entry.key) || entry.value.as_map() != nullptr) continue;
      add(Rule::unknown_keyword, entry.spot(),
          fmt::format("\"{}\" is {}: no keyword of GitLab, and no job", entry.key, yaml::kind_of(entry.value)),
          suggestions(root_keywords(), entry.key));
    }
    const yaml::Value::Entry* stages = yaml::find_entry(pipeline_.configuration.root, "stages");
    if (stages != nullptr && stages->value.as_list() == nullptr && stages->value.as_reference() == nullptr) {
      add(Rule::invalid_value, stages->value.spot,
          fmt::format("stages is {}; it takes a list of names", yaml::kind_of(stages->value)));
    }
    const yaml::Value::Entry* section = yaml::find_entry(pipeline_.configuration.root, "default");
    if (section == nullptr || section->value.as_map() == nullptr) return;
    for (const yaml::Value::Entry& entry : *section->value.as_map()) {
      if (is_default_keyword(entry.key)) continue;
      add(Rule::unknown_keyword, entry.spot(), fmt::format("default takes no \"{}\"", entry.key));
    }
  }

  const yaml::Value* own(std::string_view keyword) const {
    return job_->own_keywords.contains(std::string(keyword)) ? job_->find(keyword) : nullptr;
  }

  bool has_work_elsewhere() const { return !job_->unseen_bases.empty(); }

  void check_job() {
    check_name();
    check_own_keywords();
    check_work();
    check_stage();
    check_scripts();
    check_when(own("when"), false);
    check_rules();
    check_sections();
    check_numbers();
    check_places();
  }

  void check_name() {
    if (job_->name.empty()) add(Rule::invalid_name, job_->spot, "a job's name cannot be empty");
    if (count_characters(job_->name) > gitlab::max_job_name_characters) {
      add(Rule::invalid_name, job_->spot,
          fmt::format("a job's name has at most {} characters", gitlab::max_job_name_characters));
    }
  }

  void check_own_keywords() {
    const bool is_trigger = job_->own_keywords.contains("trigger");
    for (const yaml::Value::Entry& entry : job_->keywords) {
      if (!job_->own_keywords.contains(entry.key)) continue;
      if (!is_known(job_keywords(), entry.key)) {
        add(Rule::unknown_keyword, entry.spot(), fmt::format("a job has no keyword \"{}\"", entry.key),
            suggestions(job_keywords(), entry.key));
      } else if (is_trigger && entry.key != "script" && !is_known(trigger_job_keywords(), entry.key)) {
        add(Rule::invalid_job, entry.spot(), fmt::format("a job with trigger takes no \"{}\"", entry.key));
      }
    }
  }

  void check_work() {
    const bool has_script = job_->own_keywords.contains("script") || job_->own_keywords.contains("run");
    const bool has_trigger = job_->own_keywords.contains("trigger");
    const bool may_have_more = has_work_elsewhere() || is_defined_elsewhere();
    if (has_script && has_trigger) {
      add(Rule::invalid_job, job_->find_entry("trigger")->spot(), "a job has either script or trigger, not both");
    } else if (!has_script && !has_trigger && !may_have_more) {
      add(Rule::invalid_job, job_->spot, "a job has to have script, run or trigger",
          {"a job that is only there to be extended begins with a dot"});
    }
    for (const char* keyword : {"only", "except"}) {
      if (!job_->own_keywords.contains("rules") || !job_->own_keywords.contains(keyword)) continue;
      add(Rule::invalid_job, job_->find_entry(keyword)->spot(),
          fmt::format("{} cannot stand beside rules in one job", keyword));
    }
  }

  /// An unseen include may define the rest of the job, as GitLab's own templates do.
  bool is_defined_elsewhere() const { return !pipeline_.configuration.unseen.empty(); }

  void check_stage() {
    const yaml::Value::Entry* stages = yaml::find_entry(pipeline_.configuration.root, "stages");
    if (stages != nullptr && stages->value.as_list() == nullptr) return;
    const yaml::Value* stage = own("stage");
    if (stage != nullptr && stage->as_string() == nullptr) {
      if (stage->as_reference() == nullptr)
        add(Rule::invalid_value, stage->spot, fmt::format("stage is {}, no name", yaml::kind_of(*stage)));
      return;
    }
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

  void check_scripts() {
    for (const char* keyword : {"script", "before_script", "after_script"}) {
      const yaml::Value* script = own(keyword);
      if (script == nullptr) continue;
      const bool is_empty = script->is_null() || (script->as_list() != nullptr && script->as_list()->empty());
      if (std::string_view(keyword) == "script" && is_empty)
        add(Rule::invalid_value, script->spot, "script cannot be empty");
      check_script(*script, keyword);
    }
  }

  void check_script(const yaml::Value& node, std::string_view keyword) {
    if (const auto* list = node.as_list()) {
      for (const yaml::Value& item : *list) check_script(item, keyword);
    } else if (node.as_map() != nullptr) {
      add(Rule::invalid_value, node.spot,
          fmt::format("this line of {} is a map to YAML: it holds a colon and a blank", keyword),
          {"put the whole line in quotes"});
    } else if (node.as_string() == nullptr && node.as_reference() == nullptr && !node.is_null()) {
      add(Rule::invalid_value, node.spot, fmt::format("this line of {} is {} to YAML", keyword, yaml::kind_of(node)),
          {"put it in quotes"});
    }
  }

  void check_when(const yaml::Value* when, bool in_rule) {
    if (when == nullptr || when->as_string() == nullptr) return;
    constexpr std::string_view words[] = {"always", "delayed", "manual", "on_failure", "on_success", "never"};
    const Keywords allowed(words, in_rule ? std::size(words) : std::size(words) - 1);
    if (is_known(allowed, *when->as_string())) return;
    add(Rule::invalid_value, when->spot, fmt::format("when cannot be \"{}\" here", *when->as_string()),
        suggestions(allowed, *when->as_string()));
  }

  void check_rules() {
    const yaml::Value* rules = own("rules");
    if (rules == nullptr) return;
    if (rules->as_list() == nullptr && rules->as_reference() == nullptr) {
      add(Rule::invalid_value, rules->spot, fmt::format("rules is {}; it takes a list of maps", yaml::kind_of(*rules)));
      return;
    }
    check_rule_list(*rules);
  }

  void check_rule_list(const yaml::Value& rules) {
    if (rules.as_list() == nullptr) return;
    for (const yaml::Value& rule : *rules.as_list()) {
      check_rule_list(rule);
      if (rule.as_string() != nullptr || rule.as_bool() != nullptr || rule.as_integer() != nullptr) {
        add(Rule::invalid_value, rule.spot, fmt::format("an entry of rules is {}, no map", yaml::kind_of(rule)));
      }
      check_section(&rule, rule_keywords(), "an entry of rules");
      check_when(rule.find("when"), true);
      const yaml::Value* condition = rule.find("if");
      if (condition == nullptr || condition->as_string() == nullptr) continue;
      if (!evaluate_expression(*condition->as_string(), {})) {
        add(Rule::invalid_value, condition->spot, "GitLab cannot read this expression",
            {"variables begin with $, texts stand in quotes, patterns between slashes"});
      }
    }
  }

  void check_section(const yaml::Value* node, Keywords keywords, std::string_view name) {
    if (node == nullptr || node->as_map() == nullptr) return;
    for (const yaml::Value::Entry& entry : *node->as_map()) {
      if (is_known(keywords, entry.key)) continue;
      add(Rule::unknown_keyword, entry.spot(), fmt::format("{} has no keyword \"{}\"", name, entry.key),
          suggestions(keywords, entry.key));
    }
  }

  void check_sections() {
    const yaml::Value* artifacts = own("artifacts");
    check_section(artifacts, artifacts_keywords(), "artifacts");
    check_section(artifacts != nullptr ? artifacts->find("reports") : nullptr, report_keywords(), "artifacts:reports");
    check_section(own("image"), image_keywords(), "image");
    check_section(own("environment"), environment_keywords(), "environment");
    const yaml::Value* cache = own("cache");
    check_section(cache, cache_keywords(), "cache");
    if (cache == nullptr || cache->as_list() == nullptr) return;
    for (const yaml::Value& each : *cache->as_list()) check_section(&each, cache_keywords(), "cache");
    if (cache->as_list()->size() > gitlab::max_caches) {
      add(Rule::invalid_value, cache->spot, fmt::format("a job has at most {} caches", gitlab::max_caches));
    }
  }

  void check_numbers() {
    const yaml::Value* retry = own("retry");
    const yaml::Value* most = retry != nullptr && retry->as_map() != nullptr ? retry->find("max") : retry;
    if (most != nullptr && most->as_integer() != nullptr && (*most->as_integer() < 0 || *most->as_integer() > 2)) {
      add(Rule::invalid_value, most->spot, "a job is retried at most twice: retry takes 0, 1 or 2");
    }
    const yaml::Value* parallel = own("parallel");
    if (parallel != nullptr && parallel->as_integer() != nullptr &&
        (*parallel->as_integer() < 1 || *parallel->as_integer() > static_cast<std::int64_t>(gitlab::max_parallel))) {
      add(Rule::invalid_value, parallel->spot, fmt::format("parallel takes 1 to {}", gitlab::max_parallel));
    }
    const yaml::Value* tags = own("tags");
    if (tags != nullptr && yaml::texts_of(tags).size() > gitlab::max_runner_tags) {
      add(Rule::invalid_value, tags->spot, fmt::format("a job has at most {} tags", gitlab::max_runner_tags));
    }
  }

  void check_places() {
    const yaml::Value* group = own("resource_group");
    if (group != nullptr && group->as_string() != nullptr &&
        !is_environment_name(fill_variables(*group->as_string()))) {
      add(Rule::dead_lock, group->spot,
          fmt::format("GitLab takes no lock for \"{}\", and says nothing", *group->as_string()),
          {"a resource_group holds letters, digits, blanks and _ / . -, with no slash at its ends"});
    }
    const yaml::Value* environment = own("environment");
    const yaml::Value* name =
        environment != nullptr && environment->as_map() != nullptr ? environment->find("name") : environment;
    if (name != nullptr && name->as_string() != nullptr && !is_environment_name(fill_variables(*name->as_string()))) {
      add(Rule::invalid_name, name->spot, fmt::format("\"{}\" cannot be an environment's name", *name->as_string()),
          {"it holds letters, digits, blanks and _ / . -, with no slash at its ends"});
    }
    check_cache_keys(own("cache"));
  }

  void check_cache_keys(const yaml::Value* cache) {
    if (cache == nullptr) return;
    if (cache->as_list() != nullptr) {
      for (const yaml::Value& each : *cache->as_list()) check_cache_keys(&each);
      return;
    }
    const yaml::Value* key = cache->find("key");
    if (key != nullptr && key->as_string() != nullptr &&
        fill_variables(*key->as_string()).find('/') != std::string::npos) {
      add(Rule::invalid_value, key->spot, "a cache key holds no slash", {"write - instead of /"});
    }
    const yaml::Value* files = key != nullptr ? key->find("files") : nullptr;
    if (files != nullptr && yaml::texts_of(files).size() > gitlab::max_cache_key_files) {
      add(Rule::invalid_value, files->spot,
          fmt::format("cache:key:files takes at most {} files", gitlab::max_cache_key_files));
    }
  }

  const Pipeline& pipeline_;
  Report& report_;
  const Job* job_ = nullptr;
};

}  // namespace

void check_keywords(const Pipeline& pipeline, Report& report) { Check(pipeline, report).run(); }

}  // namespace statelane::lint
