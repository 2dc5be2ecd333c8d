#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lint/check_habits.hpp"
#include "lint/job_paths.hpp"
#include "states/path_inputs.hpp"

namespace statelane::lint {

namespace {

/// Images whose entrypoint is the tool itself: a job's shell commands become its arguments.
constexpr std::string_view tool_images[] = {"hashicorp/terraform", "opentofu/opentofu", "hashicorp/packer",
                                            "amazon/aws-cli"};

constexpr std::string_view secret_words[] = {"PASSWORD",   "PASSWD",      "SECRET", "TOKEN",
                                             "ACCESS_KEY", "PRIVATE_KEY", "API_KEY"};

/// Programs that are no shell and start none.
constexpr std::string_view programs[] = {"terraform", "tofu",      "terragrunt",    "packer",  "aws",   "az",
                                         "gcloud",    "tflint",    "tfsec",         "checkov", "trivy", "infracost",
                                         "vault",     "kubectl",   "helm",          "python",  "node",  "cat",
                                         "sleep",     "terrascan", "terraform-docs"};

/// Tags that name no version.
constexpr std::string_view moving_tags[] = {"latest", "light", "full",    "edge",    "stable",  "nightly", "main",
                                            "master", "dev",   "develop", "rolling", "current", "testing", "unstable"};

/// Images whose tags of one or two numbers follow the newest release: a plan of 1.9.7 does not fit an apply of 1.9.8.
constexpr std::string_view versioned_images[] = {"hashicorp/terraform", "opentofu/opentofu", "alpine/terragrunt"};

/// `1`, `1.9`, `v1.9`: less than a version.
bool is_part_of_version(std::string_view tag) {
  if (tag.starts_with('v')) tag.remove_prefix(1);
  return !tag.empty() && tag.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(tag.begin(), tag.end(), '.') < 2;
}

/// Image without registry, tag and digest: `docker.io/hashicorp/terraform:1.9` is `hashicorp/terraform`.
std::string_view image_name(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  image = image.substr(0, image.find(':', slash == std::string_view::npos ? 0 : slash));
  const std::size_t before =
      slash == std::string_view::npos || slash == 0 ? std::string_view::npos : image.rfind('/', slash - 1);
  return before == std::string_view::npos ? image : image.substr(before + 1);
}

std::string_view image_tag(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  return colon == std::string_view::npos ? std::string_view() : image.substr(colon + 1);
}

template <typename Words>
bool is_any_of(std::string_view text, const Words& words) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

class Check {
 public:
  Check(const ExaminedPipeline& pipeline, Report& report) : pipeline_(pipeline), report_(report) {}

  void run() {
    const yaml::Value::Entry* variables = yaml::find_entry(pipeline_.pipeline->configuration.root, "variables");
    if (variables != nullptr) check_variables(variables->value, "");
    for (const ExaminedJob& job : pipeline_.jobs) {
      const yaml::Value* own = job.job->find("variables");
      if (own != nullptr) check_variables(*own, job.job->name);
      if (job.job->find("trigger") != nullptr || job.commands.runs.empty()) continue;
      check_image(job);
      check_commands(job);
    }
  }

 private:
  void check_variables(const yaml::Value& variables, const std::string& job) {
    if (variables.as_map() == nullptr) return;
    for (const yaml::Value::Entry& variable : *variables.as_map()) {
      const auto text = variable_text(variable.value);
      if (!text || variable.value.as_integer() != nullptr || variable.value.as_bool() != nullptr) continue;
      if (is_secret(variable.key, *text)) {
        report_.add(
            Rule::credentials_exposed, variable.spot(), job,
            fmt::format("\"{}\" stands in the repository, for all who may read it", variable.key),
            {"make it a masked, protected variable of the project, and change the secret: it is in the history"});
      }
      if (variable.key == "TF_LOG" && (*text == "TRACE" || *text == "DEBUG" || *text == "trace" || *text == "debug")) {
        report_.add(Rule::credentials_exposed, variable.spot(), job,
                    "Terraform's debug log holds requests with their credentials, and GitLab shows it",
                    {"take TF_LOG away"});
      }
    }
  }

  /// A name of a secret with a text of its own: no variable, no path, no placeholder.
  static bool is_secret(std::string_view name, std::string_view text) {
    if (text.size() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA"))) return true;
    const bool is_named = std::any_of(std::begin(secret_words), std::end(secret_words), [&](std::string_view word) {
      return name.ends_with(word) || name.ends_with(std::string(word) + "_VALUE");
    });
    const bool has_digit = std::any_of(
        text.begin(), text.end(), [](char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; });
    return is_named && has_digit && text.size() >= 12 && text.find_first_of("$<>{} /:.") == std::string_view::npos;
  }

  /// The job brings Terraform itself, whatever the image is.
  static bool installs_tool(const ExaminedJob& job) {
    return std::any_of(job.commands.others.begin(), job.commands.others.end(), [](const OtherCommand& command) {
      return std::any_of(command.words.begin(), command.words.end(), [](const std::string& word) {
        return word.find("releases.hashicorp.com") != std::string::npos ||
               word.find("opentofu/releases") != std::string::npos || word == "tfenv" || word == "tfswitch" ||
               word == "tofuenv" || word == "tenv";
      });
    });
  }

  void check_image(const ExaminedJob& examined) {
    const Job& job = *examined.job;
    const yaml::Value* image = job.find("image");
    const yaml::Value* name = image != nullptr && image->as_map() != nullptr ? image->find("name") : image;
    if (name == nullptr || name->as_string() == nullptr) return;
    const std::string text = expand_variables(job, {}, *name->as_string());
    if (text.find(unknown_text) != std::string::npos) return;
    const std::string_view tag = image_tag(text);
    const bool is_pinned =
        text.find('@') != std::string::npos || (!tag.empty() ? !is_moving(text, tag) : is_release(text));
    if (!is_pinned && !installs_tool(examined)) {
      const bool is_terraforms = image_name(text).find("terraform") != std::string_view::npos;
      report_.add(Rule::unpinned_image, name->spot, job.name,
                  fmt::format("\"{}\" is another version from one day to the next: a plan may not fit its apply", text),
                  {is_terraforms ? "name a version: hashicorp/terraform:1.11.4" : "name a version, or a digest"});
    }
    const yaml::Value* entrypoint = image->find("entrypoint");
    if (entrypoint != nullptr) return check_entrypoint(job, *entrypoint);
    if (!is_any_of(image_name(text), tool_images)) return;
    report_.add(Rule::image_entrypoint, name->spot, job.name,
                fmt::format("the entrypoint of \"{}\" is the tool, and GitLab needs a shell there", text),
                {fmt::format("image: {{name: \"{}\", entrypoint: [\"\"]}}", text)});
  }

  /// GitLab's own images have the version in their name.
  static bool is_release(std::string_view image) { return image.find("/releases/") != std::string_view::npos; }

  static bool is_moving(std::string_view image, std::string_view tag) {
    if (is_any_of(tag, moving_tags)) return !is_release(image) || tag != "latest";
    return is_any_of(image_name(image), versioned_images) && is_part_of_version(tag);
  }

  /// `["terraform"]`, `[/usr/bin/env, terraform]`: what the runner hands over is no command of theirs.
  void check_entrypoint(const Job& job, const yaml::Value& entrypoint) {
    const std::vector<const yaml::Value*> words = yaml::texts_of(&entrypoint);
    for (const yaml::Value* word : words) {
      const std::string_view name = base_name_of(*word->as_string());
      const bool is_set = name.find('=') != std::string_view::npos || word->as_string()->find('=') != std::string::npos;
      if (name == "env" || is_set) continue;
      if (!is_any_of(name, programs)) return;
      report_.add(Rule::image_entrypoint, entrypoint.spot, job.name,
                  fmt::format("\"{}\" is no shell, and GitLab needs one at the entrypoint", *word->as_string()),
                  {"entrypoint: [\"\"]"});
      return;
    }
  }

  void check_commands(const ExaminedJob& job) {
    const bool keeps_files = std::any_of(job.commands.others.begin(), job.commands.others.end(), looks_at_changes);
    for (const TerraformRun& run : job.commands.runs) {
      const bool is_wrapper = run.tool.starts_with("gitlab-");
      if (run.verb != "fmt" || is_wrapper || keeps_files || run.flag("check") || run.tool == "terragrunt") continue;
      report_.add(Rule::fmt_without_check, run.spot, job.job->name,
                  "fmt rewrites the files of the job, which are thrown away, and never fails",
                  {"fmt -check -recursive -diff"});
    }
    for (const OtherCommand& command : job.commands.others) {
      const bool prints_all =
          command.words.size() == 1 && (command.words[0] == "env" || command.words[0] == "printenv");
      if (!prints_all || !command.output_files.empty()) continue;
      report_.add(Rule::credentials_exposed, command.spot, job.job->name,
                  "this prints every variable of the job, and GitLab masks only some",
                  {"print the ones that are needed"});
    }
  }

  /// What a job does with files that `fmt` rewrote: it fails when they differ, or commits them.
  static bool looks_at_changes(const OtherCommand& command) {
    if (command.words[0] != "git") return false;
    return std::any_of(command.words.begin() + 1, command.words.end(), [](const std::string& word) {
      return word == "diff" || word == "diff-index" || word == "diff-files" || word == "status" || word == "ls-files" ||
             word == "add" || word == "commit";
    });
  }

  const ExaminedPipeline& pipeline_;
  Report& report_;
};

}  // namespace

void check_surroundings(const ExaminedPipeline& pipeline, Report& report) { Check(pipeline, report).run(); }

}  // namespace statelane::lint
