#include <algorithm>

#include "lint/shell.hpp"
#include "lint/terraform_runs.hpp"
#include "states/path_inputs.hpp"

namespace statelane::lint {

namespace {

constexpr int most_levels = 8;
constexpr std::size_t most_combinations = 200;  ///< GitLab's own limit of `parallel`

std::string expand(const Job& job, const std::map<std::string, std::string>& matrix, std::string_view text, int level);

std::string value_of(const Job& job, const std::map<std::string, std::string>& matrix, const std::string& name,
                     int level) {
  const auto chosen = matrix.find(name);
  if (chosen != matrix.end()) return chosen->second;
  if (name == "CI_PROJECT_DIR") return std::string(states::repository_root);
  if (name == "CI_JOB_NAME") return job.name;
  if (name == "CI_ENVIRONMENT_NAME") {
    const yaml::Value* named = environment_name(job);
    if (named != nullptr && named->as_string() != nullptr) return expand(job, matrix, *named->as_string(), level + 1);
  }
  const yaml::Value::Entry* variable = yaml::find_entry(job.variables, name);
  const auto value = variable != nullptr ? variable_text(variable->value) : std::nullopt;
  return value ? expand(job, matrix, *value, level + 1) : std::string(1, unknown_text);
}

std::string expand(const Job& job, const std::map<std::string, std::string>& matrix, std::string_view text, int level) {
  if (level > most_levels) return std::string(1, unknown_text);
  const auto is_letter = [](char letter) {
    return letter == '_' || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z');
  };
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      result += text[at++];
      continue;
    }
    const bool is_braced = text.substr(at + 1).starts_with('{');
    std::size_t end = at + (is_braced ? 2 : 1);
    const std::size_t begin = end;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string name(text.substr(begin, end - begin));
    if (name.empty() || (is_braced && !text.substr(end).starts_with('}'))) {
      result += text[at++];
      continue;
    }
    result += value_of(job, matrix, name, level);
    at = end + (is_braced ? 1 : 0);
  }
  return result;
}

/// `REGION: [a, b]`, `TIER: gold` of one entry, multiplied out.
void add_combinations(const yaml::Value& entry, std::vector<std::map<std::string, std::string>>& combinations) {
  if (entry.as_map() == nullptr) return;
  std::vector<std::map<std::string, std::string>> product = {{}};
  for (const yaml::Value::Entry& variable : *entry.as_map()) {
    std::vector<std::map<std::string, std::string>> next;
    const yaml::Value::List one = {variable.value};
    const yaml::Value::List& values = variable.value.as_list() != nullptr ? *variable.value.as_list() : one;
    for (const auto& combination : product) {
      for (const yaml::Value& value : values) {
        if (next.size() > most_combinations) break;
        next.push_back(combination);
        next.back()[variable.key] = variable_text(value).value_or(std::string(1, unknown_text));
      }
    }
    product = std::move(next);
  }
  combinations.insert(combinations.end(), product.begin(), product.end());
}

}  // namespace

std::vector<std::map<std::string, std::string>> matrix_of(const Job& job) {
  std::vector<std::map<std::string, std::string>> combinations;
  const yaml::Value* parallel = job.find("parallel");
  const yaml::Value* matrix = parallel != nullptr ? parallel->find("matrix") : nullptr;
  if (matrix != nullptr && matrix->as_list() != nullptr) {
    for (const yaml::Value& entry : *matrix->as_list()) add_combinations(entry, combinations);
  }
  if (combinations.size() > most_combinations) combinations.resize(most_combinations);
  if (combinations.empty()) combinations.emplace_back();
  return combinations;
}

std::string expand_variables(const Job& job, const std::map<std::string, std::string>& matrix, std::string_view text) {
  return expand(job, matrix, text, 0);
}

}  // namespace statelane::lint
