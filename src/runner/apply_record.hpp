#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/applied_changes.hpp"
#include "runner/output_digests.hpp"

namespace statelane::runner {

/// What an apply did: `applied.json`, schema "statelane/applied/1". It goes to the applies that depend on this one,
/// which see by it whether outputs that their plans read have changed since.
struct ApplyRecord {
  std::string commit{};
  std::int64_t finished = 0;  ///< seconds since 1970
  int exit_code = 0;
  AppliedChanges done{};
  std::vector<std::string> passed_guards{};  ///< the options that passed a guard
  AppliedOutputs outputs{};
  std::string user{};     ///< who started the job; empty: not known
  std::string job_url{};  ///< empty: not known
  friend bool operator==(const ApplyRecord&, const ApplyRecord&) = default;
};

std::string render_record(const ApplyRecord& record);

/// Throws `Error{environment}` when it is something else, of another schema, or differs in any byte.
ApplyRecord parse_record(std::string_view text);

}  // namespace statelane::runner
