#include "runner/terraform_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "base/escape.hpp"
#include "runner/diagnostic_text.hpp"

namespace statelane::runner {

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Of another's words, how much is told.
constexpr std::size_t most_told = 200;

/// What stands after `label` up to `end`; empty when the label is not there.
std::string after(std::string_view text, std::string_view label, std::string_view end) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + label.size());
  text = text.substr(0, text.find_first_of(end));
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return escape_for_terminal(cut_text(text, most_told));
}

/// Whose error it has to be.
enum class Whose {
  tool,    ///< the tool's about itself, its backend or its files
  state,   ///< the tool's, while it loads, locks or saves a state: also another one that this state reads
  anyones  ///< it may be about a resource or a provider, in the tool's words
};

struct KnownFailure {
  Whose whose;
  std::string_view title;   ///< the title begins so, whatever the case
  std::string_view detail;  ///< title or detail hold this too
  std::string_view message;
  std::string_view fix;  ///< {0}: how the tool is called on this state
  enum class When { always, in_apply } when = When::always;
  bool is_refusal = false;
  std::string_view unless = {};  ///< no error holds this, if it is not empty
};

using When = KnownFailure::When;

constexpr std::array known_failures = {
    KnownFailure{Whose::tool, "Saved plan is stale", "",
                 "the state has changed since this plan was made, so the plan can no longer be applied",
                 "retry the plan job, review its plan, then start this job again", When::always, true},
    KnownFailure{Whose::tool, "Saved plan does not match the given state", "",
                 "the plan was made for another state than the backend holds here",
                 "give plan and apply the same backend settings (TF_HTTP_ADDRESS, backend_config, workspace), then "
                 "retry the plan job",
                 When::always, true},
    KnownFailure{Whose::tool, "", "decryption failed for all provided methods",
                 "the plan or the state is encrypted with another key than this job has",
                 "give both jobs the same key; its variable may be protected, or scoped to an environment"},
    KnownFailure{Whose::tool, "", "is encrypted and requires a valid encryption configuration",
                 "the plan is encrypted, and this job has no key for it",
                 "give both jobs the same encryption (its block or TF_ENCRYPTION), then retry the plan job"},
    KnownFailure{Whose::tool, "", "is encrypted and can not be read without an encryption configuration",
                 "the state is encrypted, and this job has no key for it",
                 "give the job the state's encryption (its block or TF_ENCRYPTION); its variable may be protected, or "
                 "scoped to an environment"},
    KnownFailure{Whose::tool, "", "unencrypted payload without unencrypted method",
                 "the state is not encrypted, and this job takes only encrypted ones",
                 "to encrypt it, name the method \"unencrypted\" as the fallback of its encryption for one apply"},
    KnownFailure{Whose::tool, "Failed to", "as a plan file", "the plan file is damaged, or is no plan file",
                 "retry the plan job and review its plan", When::always, false, "crypt"},
    KnownFailure{Whose::tool, "Mismatch between input and plan variable value", "",
                 "a variable has another value here than in the plan (named above)",
                 "give both jobs the same value; one that differs from job to job by nature (CI_JOB_ID) cannot be a "
                 "variable of a plan, unless it is ephemeral"},
    KnownFailure{
        Whose::tool, "", "-upgrade flag conflicts with -lockfile=readonly",
        "-upgrade is given to init, and the providers of the dependency lock file are to stay",
        "take -upgrade out of TF_CLI_ARGS and TF_CLI_ARGS_init; to upgrade, run '{0} init -upgrade' and commit "
        ".terraform.lock.hcl"},
    KnownFailure{
        Whose::tool, "", "left behind forgotten instances",
        "all that was to be destroyed is destroyed; objects with destroy = false are left in place, as configured",
        "nothing is left to do; OpenTofu 1.12 and later ends such a job without an error"},
    KnownFailure{Whose::tool, "Cannot apply incomplete plan", "", "the plan stopped half-way and cannot be applied",
                 "retry the plan job"},
    KnownFailure{Whose::tool, "Can't change variable when applying a saved plan", "",
                 "a variable is set that differs from the plan's; a saved plan has its variables fixed",
                 "set variables in the plan job only (TF_VAR_..., -var in TF_CLI_ARGS_apply)"},
    KnownFailure{Whose::tool, "Failed to persist state to backend", "",
                 "the state could not be saved to the backend; what was applied is not recorded there",
                 "when the backend works again, push the state that was kept before anything else is planned"},
    KnownFailure{Whose::tool, "Failed to save state", "HTTP error: 409",
                 "somebody else holds the state's lock now: it was opened by force while this run had it",
                 "find out who did it, and compare what both runs changed before the state that was kept is pushed"},
    KnownFailure{Whose::tool, "Error releasing the state lock", "",
                 "the state's lock could not be released and may still be held",
                 "the next run of this state names the holder and the command that opens it"},
    KnownFailure{Whose::anyones, "Plugin did not respond", "ApplyResourceChange",
                 "a provider's process ended while it was at work; what it was doing then is not in the state",
                 "look whether it was done, and import or remove what is not in the state before the next apply ('{0} "
                 "plan')",
                 When::in_apply},
    KnownFailure{Whose::anyones, "Request cancelled", "ApplyResourceChange request was cancelled",
                 "a provider's process ended while it was at work; what it was doing then is not in the state",
                 "look whether it was done, and import or remove what is not in the state before the next apply ('{0} "
                 "plan')",
                 When::in_apply},
    KnownFailure{Whose::anyones, "Plugin did not respond", "failed to respond to the plugin",
                 "a provider's process ended while it was asked; nothing was being changed by it",
                 "retry the job; if it happens again, its memory is the usual cause"},
    KnownFailure{Whose::state, "Unable to find remote state", "",
                 "a state that this one reads is empty: it was never applied",
                 "apply that state first, then retry this job"},
    KnownFailure{Whose::anyones, "Unsupported attribute", "data.terraform_remote_state.",
                 "an output that this state reads is not there in the other state",
                 "apply the state that has this output first, or correct the output's name here; then retry this job"},
    KnownFailure{Whose::state, "", "HTTP remote state endpoint requires auth",
                 "the state server wants a user and a password",
                 "set TF_HTTP_USERNAME and TF_HTTP_PASSWORD; in a GitLab job with a state of the same GitLab they are "
                 "set by themselves"},
    KnownFailure{
        Whose::state, "", "HTTP remote state endpoint invalid auth", "the state server refuses the user's permission",
        "GitLab wants the role Maintainer to lock and write a state, Developer to read it; check who started the job"},
    KnownFailure{Whose::state, "", "giving up after", "the state server does not answer, or answers with an error",
                 "look at the server; then retry the job"},
    KnownFailure{Whose::tool, "address argument is required", "", "the http backend has no address",
                 "for a state that GitLab keeps name it in .statelane.yml: gitlab_state: \"{{slug}}\"; else set "
                 "'address' in the backend block or TF_HTTP_ADDRESS"},
    KnownFailure{Whose::tool, "Provider dependency changes detected", "",
                 "the dependency lock file does not fit the required providers",
                 "run '{0} init' and commit .terraform.lock.hcl"},
    KnownFailure{Whose::tool, "Inconsistent dependency lock file", "",
                 "the dependency lock file does not fit the required providers",
                 "run '{0} init' and commit .terraform.lock.hcl"},
    KnownFailure{Whose::tool, "Failed to query available provider packages", "init -upgrade",
                 "the dependency lock file holds a provider version that the configuration no longer allows",
                 "run '{0} init -upgrade' and commit .terraform.lock.hcl"},
    KnownFailure{Whose::tool, "Failed to install provider", "doesn't match any of the checksums",
                 "a provider's checksum is not in the dependency lock file, perhaps for this platform",
                 "run '{0} providers lock -platform=linux_amd64' and commit .terraform.lock.hcl"},
    KnownFailure{Whose::tool, "Unsupported Terraform Core version", "", "the configuration asks for another version",
                 "use an image with a version that 'required_version' allows, or change it there"},
    KnownFailure{Whose::tool, "Unsupported OpenTofu Core version", "", "the configuration asks for another version",
                 "use an image with a version that 'required_version' allows, or change it there"},
    KnownFailure{Whose::tool, "No value for required variable", "", "a variable has no value",
                 "give it one: var_files in .statelane.yml, a *.auto.tfvars file, or TF_VAR_<name> in the job"},
    KnownFailure{Whose::tool, "Module not installed", "", "a module is not installed",
                 "run '{0} init'; a module's source may have changed"},
};

constexpr std::string_view lock_title = "Error acquiring the state lock";

/// How the titles of what the tool meets with a state begin.
constexpr std::array state_titles = {
    lock_title,
    std::string_view("Error releasing the state lock"),
    std::string_view("Error loading state"),
    std::string_view("Error loading the remote state"),
    std::string_view("Error refreshing state"),
    std::string_view("Error retrieving state"),
    std::string_view("Error inspecting states"),
    std::string_view("Failed to save state"),
    std::string_view("Failed to load state"),
    std::string_view("Failed to get existing workspaces"),
    std::string_view("Unable to find remote state"),
};

bool begins_with(std::string_view text, std::string_view start) {
  const auto lower = [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; };
  return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(),
                                                   [&](char left, char right) { return lower(left) == lower(right); });
}

bool is_from(const ToolError& error, Whose whose) {
  if (whose == Whose::anyones) return true;
  if (whose == Whose::tool) return error.subject.empty();
  const bool reads_state = has(error.subject, "terraform_remote_state.");
  if (!error.subject.empty() && !reads_state) return false;
  return std::any_of(state_titles.begin(), state_titles.end(),
                     [&](std::string_view title) { return begins_with(error.title, title); });
}

bool is_known(const ToolError& error, const KnownFailure& known, const FailureSetting& setting) {
  if (known.when == When::in_apply && !setting.is_apply) return false;
  return begins_with(error.title, known.title) && is_from(error, known.whose) &&
         (has(error.title, known.detail) || has(error.detail, known.detail));
}

bool is_ruled_out(const std::vector<ToolError>& errors, const KnownFailure& known) {
  return !known.unless.empty() && std::any_of(errors.begin(), errors.end(), [&](const ToolError& error) {
    return has(error.title, known.unless) || has(error.detail, known.unless);
  });
}

/// The place from the project's top.
std::string place_of(const ToolError& error, std::string_view directory) {
  if (error.place.empty()) return "";
  return escape_for_terminal((std::filesystem::path(directory) / error.place).lexically_normal().string());
}

Explanation explain_lock(const ToolError& error, const FailureSetting& setting) {
  // The http backend prints our own refused attempt as "Lock Info"; the holder is only in the message.
  const bool is_http = has(error.detail, "HTTP remote state already locked");
  const std::string id = is_http ? after(error.detail, "already locked: ID=", " ") : after(error.lines, "  ID:", "\n");
  if (id.empty()) {
    return {"the state could not be locked", "", "see the reason above; locking can be refused for lack of permission"};
  }
  std::string holder = id;
  const std::string who = is_http ? "" : after(error.lines, "  Who:", "\n");
  if (!who.empty()) {
    holder += fmt::format(" ({}, {}, since {})", who, after(error.lines, "  Operation:", "\n"),
                          after(error.lines, "  Created:", "\n"));
  }
  return {
      fmt::format("the state is locked by {}", holder), "",
      fmt::format("wait for that run to end and retry; only if it is certain that it was killed: {} force-unlock {}",
                  setting.call, id)};
}

std::optional<Explanation> explain_version(const ToolError& error) {
  const std::size_t at = error.detail.find("plan file was created by ");
  if (at == std::string::npos || !error.subject.empty()) return std::nullopt;
  const std::string_view rest = std::string_view(error.detail).substr(at);
  return Explanation{fmt::format("the plan was made by {}, and this job has {}", after(rest, "created by ", ","),
                                 after(rest, "this is ", ";")),
                     "", "use the same image in both jobs, or retry the plan job", true};
}

/// The tool met a full disk itself, and says where.
std::optional<Explanation> explain_full_disk(const ToolError& error) {
  constexpr std::string_view reason = ": no space left on device";
  const std::string text = error.title + " " + error.detail;
  const std::size_t at = text.find(reason);
  if (at == std::string::npos || !error.subject.empty()) return std::nullopt;
  const std::string before = text.substr(0, at);
  const std::string file = before.substr(std::min(before.rfind(' ') + 1, before.size()));
  return Explanation{fmt::format("the disk is full: cannot write {}", after(file, "", "")), "",
                     "give the job more room, or remove what it does not need; then retry it"};
}

/// The first lines that are not drawn as errors.
std::optional<Explanation> explain_two_interrupts(std::string_view output, const FailureSetting& setting) {
  constexpr std::string_view sign = "Two interrupts received.";
  if (!output.starts_with(sign) && !has(output, fmt::format("\n{}", sign))) return std::nullopt;
  return Explanation{"Terraform was interrupted twice and stopped at once; the state may lack what was done last", "",
                     fmt::format("compare the state with the world before the next apply ('{} plan')", setting.call)};
}

/// Explanations, each message once.
class Explanations {
 public:
  void add(std::optional<Explanation> explanation) {
    if (!explanation) return;
    const bool is_told = std::any_of(found_.begin(), found_.end(),
                                     [&](const Explanation& told) { return told.message == explanation->message; });
    if (!is_told) found_.push_back(std::move(*explanation));
  }
  std::vector<Explanation> finish(std::string_view directory) {
    for (Explanation& explanation : found_) {
      if (explanation.place.empty() && directory != ".") explanation.place = escape_for_terminal(directory);
    }
    return std::move(found_);
  }

 private:
  std::vector<Explanation> found_;
};

}  // namespace

std::vector<Explanation> explain_failure(std::string_view output, const FailureSetting& setting) {
  const std::vector<ToolError> errors = find_errors(output);
  Explanations result;
  for (const ToolError& error : errors) {
    result.add(explain_version(error));
    result.add(explain_full_disk(error));
    if (error.title == lock_title && error.subject.empty()) result.add(explain_lock(error, setting));
  }
  std::vector<bool> is_explained(errors.size());
  for (const KnownFailure& known : known_failures) {
    if (is_ruled_out(errors, known)) continue;
    for (std::size_t index = 0; index < errors.size(); ++index) {
      if (is_explained[index] || !is_known(errors[index], known, setting)) continue;
      is_explained[index] = true;
      result.add(Explanation{std::string(known.message), place_of(errors[index], setting.directory),
                             fmt::format(fmt::runtime(known.fix), setting.call), known.is_refusal});
    }
  }
  result.add(explain_two_interrupts(output, setting));
  return result.finish(setting.directory);
}

std::string name_failure(const std::vector<Explanation>& explained, std::string_view output,
                         const std::string& otherwise) {
  if (!explained.empty()) {
    const Explanation& first = explained.front();
    return first.place.empty() ? first.message : first.place + ": " + first.message;
  }
  const std::vector<ToolError> errors = find_errors(output);
  if (errors.empty()) return otherwise;
  const ToolError& first = errors.front();
  return first.title + (first.subject.empty() ? "" : ", with " + first.subject) +
         (first.place.empty() ? "" : ", at " + first.place);
}

}  // namespace statelane::runner
