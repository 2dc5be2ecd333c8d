#pragma once

#include <string>
#include <vector>

#include "base/files.hpp"

namespace statelane::runner {

/// What an apply has done, by address, in the order in which it was done. Terraform tells each when it is complete;
/// what failed, or was still at work when it ended, is not among them.
struct AppliedChanges {
  std::vector<std::string> created{};
  std::vector<std::string> updated{};
  std::vector<std::string> destroyed{};

  friend bool operator==(const AppliedChanges&, const AppliedChanges&) = default;
};

/// From what `apply` printed, as it did; nothing from a file that is not there. Throws `Error{environment}` when it
/// cannot be read.
AppliedChanges read_applied_changes(const files::Place& output);

/// `: 2 created, 1 destroyed`; empty when nothing was done to resources.
std::string render_counts(const AppliedChanges& done);

/// What was done until an apply failed, a line for each of the first `most` addresses.
std::string render_applied(const AppliedChanges& done, std::size_t most = 20);

}  // namespace statelane::runner
