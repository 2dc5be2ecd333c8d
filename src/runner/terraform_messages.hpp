#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// What a failure of Terraform means, in words.
struct Explanation {
  std::string message;  ///< one sentence, lower case, no full stop
  std::string place;    ///< `net/main.tf:7` where Terraform names one, else the state directory; empty for the root
  std::string fix;
  bool is_refusal = false;  ///< the plan was refused, before anything was done

  friend bool operator==(const Explanation&, const Explanation&) = default;
};

/// What stands around the failure.
struct FailureSetting {
  std::string_view call = "terraform";  ///< how a person calls the tool on this state: `terraform -chdir=net`
  std::string_view directory = ".";     ///< the state directory, relative to the project
  bool is_apply = false;                ///< something was being changed
};

/// The failures that are recognised in Terraform's or OpenTofu's output, each once, in the order of their importance;
/// nothing for those that speak for themselves, and nothing for what a provider or a program says in its own words. A
/// lock's holder is named, never our own refused attempt.
std::vector<Explanation> explain_failure(std::string_view output, const FailureSetting& setting);

/// A failure in one line: the first that is explained, else the title of the first error, which may be a provider's
/// words, else `otherwise`.
std::string name_failure(const std::vector<Explanation>& explained, std::string_view output,
                         const std::string& otherwise);

}  // namespace statelane::runner
