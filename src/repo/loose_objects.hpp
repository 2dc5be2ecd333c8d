#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

#include "repo/git_library.hpp"

namespace statelane::repo {

/// No larger object is read: nothing that Terraform or this program reads comes near it.
inline constexpr std::size_t largest_object = std::size_t{1} << 30;

/// What the fault of a loose object whose header does not fit its bytes says.
inline constexpr std::string_view lying_header = "its header ";

/// An object database over `objects` (a repository's `objects` directory) and its alternates: libgit2's packs, and
/// loose objects by a reader of our own, because libgit2 1.5 (and 1.9) never comes back from a truncated loose object.
/// Where there is an index of several packs it is passed by. Throws `Error`.
GitOdb open_object_database(const std::filesystem::path& objects);

/// Whether packs of `objects` have an index together; then a database opened on it knows the packs of that moment only.
bool has_multi_pack_index(const std::filesystem::path& objects);

/// The indexes of the packs in `objects`, sorted.
std::vector<std::filesystem::path> list_pack_indexes(const std::filesystem::path& objects);

/// One more pack for a database, by its index. What is no index is passed over.
void add_pack(git_odb* database, const std::filesystem::path& index, int priority);

/// The `objects` directories that `objects/info/alternates` names, theirs too, as deep as git follows them.
std::vector<std::filesystem::path> read_alternates(const std::filesystem::path& objects);

}  // namespace statelane::repo
