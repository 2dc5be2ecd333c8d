#pragma once

#include "comparison/comparison.hpp"
#include "comparison/standings.hpp"

namespace statelane::comparison {

/// Makes of what a push touches what a pipeline of its branch offers: every state whose applied commit is known is
/// compared with that one, what is applied and unchanged leaves, and what an earlier push left comes in. States that
/// were left behind and can be destroyed join the graph of base. The set of affected states is sorted afterwards, and
/// the dependents are found anew.
void take_own_bases(const repo::Repository& repository, const Standings& standings, const ComparisonRequest& request,
                    Comparison& comparison, facts::FactStore& facts);

/// Notes with each affected state what its branch has merged and not applied: "!41 (merged, not applied)".
void note_unapplied(const Standings& standings, impact::Impact& impact);

}  // namespace statelane::comparison
