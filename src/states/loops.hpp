#pragma once

#include <functional>
#include <span>
#include <vector>

#include "hcl/fold.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::states {

/// Folds an expression where the given variables have values.
using Fold = std::function<hcl::Value(const hcl::Expression&, std::span<const hcl::Variable>)>;

/// Values for the variables of all loops around an expression, the outermost first.
using Round = std::vector<hcl::Variable>;

/// Every round of `loops`: each element of each, and of the loops inside it. One round without variables when there is
/// no loop, none when a collection is empty. The variables of a collection that is not known, or has too many elements,
/// are unknown. Names in a round live as long as `loops`.
std::vector<Round> find_rounds(std::span<const terraform::Loop> loops, const Fold& fold);

/// More rounds than this are not told apart.
inline constexpr std::size_t most_rounds = 256;

}  // namespace statelane::states
