#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace statelane::facts {

/// How names of files of facts, of files of records, and of files that are being written end.
inline constexpr std::string_view fact_ending = ".facts";
inline constexpr std::string_view record_ending = ".records";
inline constexpr std::string_view unfinished_ending = ".new";

/// Puts `bytes` where `file` says, whole or not at all, in place of what is there. False when that cannot be.
bool write_file(const std::filesystem::path& file, std::string_view bytes);

/// The same under a new name that begins with `stem` and ends in `ending`.
bool write_new_file(const std::filesystem::path& stem, std::string_view ending, std::string_view bytes);

}  // namespace statelane::facts
