#pragma once

#include <vector>

#include "states/closure.hpp"

namespace statelane::states {

/// The addresses that Terraform's `http` backend would ask with whatever user and password its environment has: of the
/// stored states that the configuration reads without a password, and those of the state's own lock, whose place is
/// `own`. The state's own address is not among them. A read whose backend is not known may be one. Sorted.
std::vector<OpenAddress> find_open_addresses(const Closure& closure, const Place& own);

}  // namespace statelane::states
