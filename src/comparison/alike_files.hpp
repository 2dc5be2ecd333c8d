#pragma once

#include "comparison/loaded_tree.hpp"
#include "repo/change_set.hpp"

namespace statelane::comparison {

/// The changes, where a configuration file of a state that left has the content id of the file of a new state that it
/// is most alike, if git would take the two for one that was renamed: what looks for moved states sees them as the same
/// file. Only such files are read. Where there are too many to compare each with each, only files of one name are, in
/// directories of one name.
repo::ChangeSet with_alike_files(const LoadedTree& base, const LoadedTree& head, const repo::ChangeSet& changes);

}  // namespace statelane::comparison
