#pragma once

#include <filesystem>

namespace statelane::repo {

/// Whether every place that the index of a pack names lies in the pack beside it. libgit2 1.5 believes an index, and
/// reads what lies behind the pack. False also where either cannot be read. The work grows with the number of objects:
/// four bytes of each are looked at.
bool stays_in_its_pack(const std::filesystem::path& index);

}  // namespace statelane::repo
