#pragma once

#include <span>
#include <string>

#include "gitlab/version.hpp"

namespace statelane::cli {

/// Reads the files of one pipeline, as they will be written, through the checker that `lint` has. Users' faults are
/// told before anything is written: what GitLab would refuse here is a fault of ours. Throws `std::logic_error` then.
void read_back(std::span<const std::string> files, const gitlab::Version& server);

}  // namespace statelane::cli
