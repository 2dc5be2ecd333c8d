#include "runner/terraform_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "runner/diagnostic_text.hpp"

namespace statelane::runner {

namespace {

/// What stands after `label` up to `end`; empty when the label is not there.
std::string after(std::string_view text, std::string_view label, std::string_view end) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + label.size());
  text = text.substr(0, text.find_first_of(end));
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

/// `main.tf:7` of `on main.tf line 7, in …` of the diagnostic that begins with `title`, below `directory`.
std::string place_of(std::string_view text, std::string_view title, std::string_view directory) {
  const std::size_t at = text.find(title);
  if (at == std::string_view::npos) return "";
  std::string_view rest = text.substr(at + title.size());
  rest = rest.substr(0, rest.find("Error: "));
  const std::size_t on = rest.find(" on ");
  const std::size_t line = rest.find(" line ", on == std::string_view::npos ? 0 : on);
  if (on == std::string_view::npos || line == std::string_view::npos || line - on > 300) return "";
  const std::size_t number = line + 6;
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", number), rest.size());
  const std::filesystem::path file = std::filesystem::path(directory) / rest.substr(on + 4, line - on - 4);
  return fmt::format("{}:{}", file.lexically_normal().string(), rest.substr(number, end - number));
}

struct KnownFailure {
  std::string_view sign;
  std::string_view message;
  std::string_view fix;          ///< {0}: how the tool is called on this state
  std::string_view more = {};    ///< what the output has to hold besides
  std::string_view unless = {};  ///< what it must not hold; empty: nothing
};

constexpr std::array known_failures = {
    KnownFailure{"Saved plan is stale",
                 "the state has changed since this plan was made, so the plan can no longer be applied",
                 "retry the plan job, review its plan, then start this job again"},
    KnownFailure{"Saved plan does not match the given state",
                 "the plan was made for another state than the backend holds here",
                 "give plan and apply the same backend settings (TF_HTTP_ADDRESS, backend_config, workspace), then "
                 "retry the plan job"},
    KnownFailure{"decryption failed for all provided methods",
                 "the plan or the state is encrypted with another key than this job has",
                 "give both jobs the same key; its variable may be protected, or scoped to an environment"},
    KnownFailure{"is encrypted and requires a valid encryption configuration",
                 "the plan is encrypted, and this job has no key for it",
                 "give both jobs the same encryption (its block or TF_ENCRYPTION), then retry the plan job"},
    KnownFailure{"as a plan file", "the plan file is damaged, or is no plan file",
                 "retry the plan job and review its plan", "", "crypt"},
    KnownFailure{"Mismatch between input and plan variable value",
                 "a variable has another value here than in the plan (named above)",
                 "give both jobs the same value; one that differs from job to job by nature (CI_JOB_ID) cannot be a "
                 "variable of a plan, unless it is ephemeral"},
    KnownFailure{
        "-upgrade flag conflicts with -lockfile=readonly",
        "-upgrade is given to init, and the providers of the dependency lock file are to stay",
        "take -upgrade out of TF_CLI_ARGS and TF_CLI_ARGS_init; to upgrade, run '{0} init -upgrade' and commit "
        ".terraform.lock.hcl"},
    KnownFailure{
        "left behind forgotten instances",
        "all that was to be destroyed is destroyed; objects with destroy = false are left in place, as configured",
        "nothing is left to do; OpenTofu 1.12 and later ends such a job without an error"},
    KnownFailure{"Cannot apply incomplete plan", "the plan stopped half-way and cannot be applied",
                 "retry the plan job"},
    KnownFailure{"Can't change variable when applying a saved plan",
                 "a variable is set that differs from the plan's; a saved plan has its variables fixed",
                 "set variables in the plan job only (TF_VAR_..., -var in TF_CLI_ARGS_apply)"},
    KnownFailure{"Failed to persist state to backend",
                 "the state could not be saved to the backend; what was applied is not recorded there",
                 "when the backend works again, push the state that was kept before anything else is planned"},
    KnownFailure{"HTTP error: 409",
                 "somebody else holds the state's lock now: it was opened by force while this run had it",
                 "find out who did it, and compare what both runs changed before the state that was kept is pushed"},
    KnownFailure{"Error releasing the state lock", "the state's lock could not be released and may still be held",
                 "the next run of this state names the holder and the command that opens it"},
    KnownFailure{"Plugin did not respond",
                 "a provider's process ended while it was at work; what it was doing then is not in the state",
                 "look whether it was done, and import or remove what is not in the state before the next apply ('{0} "
                 "plan')"},
    KnownFailure{"Unable to find remote state", "a state that this one reads is empty: it was never applied",
                 "apply that state first, then retry this job"},
    KnownFailure{"Unsupported attribute", "an output that this state reads is not there in the other state",
                 "apply the state that has this output first, or correct the output's name here; then retry this job",
                 "data.terraform_remote_state."},
    KnownFailure{"remote state endpoint requires auth", "the state server wants a user and a password",
                 "set TF_HTTP_USERNAME and TF_HTTP_PASSWORD; in a GitLab job with a state of the same GitLab they are "
                 "set by themselves"},
    KnownFailure{
        "remote state endpoint invalid auth", "the state server refuses the user's permission",
        "GitLab wants the role Maintainer to lock and write a state, Developer to read it; check who started the job"},
    KnownFailure{"giving up after", "the state server does not answer, or answers with an error",
                 "look at the server; then retry the job"},
    KnownFailure{"lock file is read-only", "the dependency lock file does not fit the required providers",
                 "run '{0} init' and commit .terraform.lock.hcl"},
    KnownFailure{"Inconsistent dependency lock file", "the dependency lock file does not fit the required providers",
                 "run '{0} init' and commit .terraform.lock.hcl"},
    KnownFailure{"doesn't match any of the checksums",
                 "a provider's checksum is not in the dependency lock file, perhaps for this platform",
                 "run '{0} providers lock -platform=linux_amd64' and commit .terraform.lock.hcl"},
    KnownFailure{"No value for required variable", "a variable has no value",
                 "give it one: var_files in .statelane.yml, a *.auto.tfvars file, or TF_VAR_<name> in the job"},
    KnownFailure{"Module not installed", "a module is not installed",
                 "run '{0} init'; a module's source may have changed"},
    KnownFailure{"Two interrupts received",
                 "Terraform was interrupted twice and stopped at once; the state may lack what was done last",
                 "compare the state with the world before the next apply ('{0} plan')"},
};

Explanation explain_lock(std::string_view lines, std::string_view text, const FailureSetting& setting) {
  constexpr std::string_view title = "Error acquiring the state lock";
  const std::size_t begin = lines.find(title);
  const std::string_view diagnostic = lines.substr(begin);
  // The http backend prints our own refused attempt as "Lock Info"; the holder is only in the message.
  const bool is_http = text.find("HTTP remote state already locked") != std::string_view::npos;
  const std::string id = is_http ? after(text, "already locked: ID=", " ") : after(diagnostic, "  ID:", "\n");
  if (id.empty()) {
    return {"the state could not be locked", "", "see the reason above; locking can be refused for lack of permission"};
  }
  std::string holder = id;
  const std::string who = is_http ? "" : after(diagnostic, "  Who:", "\n");
  if (!who.empty()) {
    holder += fmt::format(" ({}, {}, since {})", who, after(diagnostic, "  Operation:", "\n"),
                          after(diagnostic, "  Created:", "\n"));
  }
  return {
      fmt::format("the state is locked by {}", holder), "",
      fmt::format("wait for that run to end and retry; only if it is certain that it was killed: {} force-unlock {}",
                  setting.call, id)};
}

std::optional<Explanation> explain_version(std::string_view text) {
  const std::size_t at = text.find("plan file was created by ");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at);
  return Explanation{fmt::format("the plan was made by {}, and this job has {}", after(rest, "created by ", ","),
                                 after(rest, "this is ", ";")),
                     "", "use the same image in both jobs, or retry the plan job"};
}

}  // namespace

std::vector<Explanation> explain_failure(std::string_view output, const FailureSetting& setting) {
  const std::string lines = unbox(output);
  const std::string text = unwrap(lines);
  std::vector<Explanation> result;
  if (auto version = explain_version(text)) result.push_back(std::move(*version));
  if (text.find("Error acquiring the state lock") != std::string::npos)
    result.push_back(explain_lock(lines, text, setting));
  for (const KnownFailure& known : known_failures) {
    if (text.find(known.sign) == std::string::npos || text.find(known.more) == std::string::npos) continue;
    if (!known.unless.empty() && text.find(known.unless) != std::string::npos) continue;
    Explanation explanation{std::string(known.message), place_of(text, known.sign, setting.directory),
                            fmt::format(fmt::runtime(known.fix), setting.call)};
    const bool is_told = std::any_of(result.begin(), result.end(),
                                     [&](const Explanation& told) { return told.message == explanation.message; });
    if (!is_told) result.push_back(std::move(explanation));
  }
  for (Explanation& explanation : result) {
    if (explanation.place.empty() && setting.directory != ".") explanation.place = setting.directory;
  }
  return result;
}

}  // namespace statelane::runner
