#pragma once

#include <filesystem>
#include <vector>

#include "repo/git_library.hpp"

namespace statelane::repo {

/// An object database over `objects` (a repository's `objects` directory) and its alternates: libgit2's packs, and
/// loose objects by a reader of our own, because libgit2 1.5 (and 1.9) never comes back from a truncated loose object.
/// Throws `Error`.
GitOdb open_object_database(const std::filesystem::path& objects);

/// The `objects` directories that `objects/info/alternates` names, theirs too, as deep as git follows them.
std::vector<std::filesystem::path> read_alternates(const std::filesystem::path& objects);

}  // namespace statelane::repo
