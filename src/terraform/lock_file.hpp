#pragma once

#include <string>

namespace statelane::terraform {

/// Two texts of `.terraform.lock.hcl` lock the same providers at the same versions under the same constraints, and the
/// second accepts every package that the first did: `terraform providers lock` for one more platform adds hashes. False
/// where that cannot be told.
bool only_gains_hashes(const std::string& before, const std::string& after);

}  // namespace statelane::terraform
