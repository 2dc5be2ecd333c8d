#include <fmt/format.h>

#include <algorithm>

#include "lint/check_habits.hpp"
#include "lint/script_variables.hpp"

namespace statelane::lint {

namespace {

/// Settings of backends that are credentials.
constexpr std::string_view secret_settings[] = {"password",
                                                "token",
                                                "access_token",
                                                "secret_key",
                                                "access_key",
                                                "sas_token",
                                                "client_secret",
                                                "secret_id",
                                                "session_token",
                                                "security_token",
                                                "client_certificate_password",
                                                "conn_str",
                                                "private_key",
                                                "api_key",
                                                "sse_customer_key",
                                                "encryption_key",
                                                "oidc_token"};

/// `KEY` of `KEY=VALUE` when it is a credential with a value.
std::optional<std::string> secret_in(std::string_view setting) {
  while (!setting.empty() && (setting.front() == '"' || setting.front() == '\'')) setting.remove_prefix(1);
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos || equals + 1 >= setting.size()) return std::nullopt;
  const std::string_view name = setting.substr(0, setting.find_last_not_of(' ', equals - 1) + 1);
  const bool is_secret =
      std::find(std::begin(secret_settings), std::end(secret_settings), name) != std::end(secret_settings);
  return is_secret ? std::optional(std::string(name)) : std::nullopt;
}

constexpr std::string_view option = "-backend-config";

/// Every value of `-backend-config` among the words.
std::vector<std::string> backend_settings(const std::vector<std::string>& words) {
  std::vector<std::string> settings;
  for (std::size_t index = 0; index < words.size(); ++index) {
    std::string_view word = words[index];
    if (word.starts_with("--")) word.remove_prefix(1);
    if (!word.starts_with(option)) continue;
    word.remove_prefix(option.size());
    if (word.starts_with('=')) {
      settings.emplace_back(word.substr(1));
    } else if (word.empty() && index + 1 < words.size()) {
      settings.push_back(words[index + 1]);
    }
  }
  return settings;
}

std::optional<std::string> secret_among(const std::vector<std::string>& words) {
  for (const std::string& setting : backend_settings(words)) {
    if (auto name = secret_in(setting)) return name;
  }
  return std::nullopt;
}

class Check {
 public:
  Check(const ExaminedPipeline& pipeline, Report& report) : pipeline_(pipeline), report_(report) {}

  void run() {
    for (const ExaminedJob& job : pipeline_.jobs) {
      if (job.job->find("trigger") != nullptr || job.commands.runs.empty()) continue;
      check_credentials(job);
    }
  }

 private:
  void check_credentials(const ExaminedJob& job) {
    for (const TerraformRun& run : job.commands.runs) {
      const auto name = run.verb == "init" ? secret_among(run.arguments) : std::nullopt;
      if (name) report_credential(run.spot, *job.job, *name);
    }
    for (const yaml::Value::Entry& variable : job.job->variables) {
      const auto text = variable.key.starts_with("TF_CLI_ARGS") ? variable_text(variable.value) : std::nullopt;
      const auto name = text ? secret_among(split_words(*text)) : std::nullopt;
      if (name) report_credential(variable.value.spot, *job.job, *name);
    }
  }

  void report_credential(const yaml::Spot& spot, const Job& job, const std::string& name) {
    report_.add(
        Rule::credentials_exposed, spot, job.name,
        fmt::format("-backend-config keeps \"{}\" in .terraform and in the plan file: who reads the artifact has "
                    "it, and an apply uses it when it may have expired",
                    name),
        {"give it by a variable that the backend reads: TF_HTTP_PASSWORD, AWS_SECRET_ACCESS_KEY, "
         "ARM_ACCESS_KEY, PG_CONN_STR"});
  }

  const ExaminedPipeline& pipeline_;
  Report& report_;
};

}  // namespace

void check_backend_credentials(const ExaminedPipeline& pipeline, Report& report) { Check(pipeline, report).run(); }

}  // namespace statelane::lint
