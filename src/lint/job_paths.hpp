#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace statelane::lint {

// Paths as a job's script and its keywords write them. `states::repository_root` stands for the checkout
// (`CI_PROJECT_DIR`), `unknown_text` for what is not known.

/// A path that begins with the checkout, from the root and without `.` and `..`; empty when it lies outside or nothing
/// is known of where it begins.
std::optional<std::string> path_from_root(std::string_view text);

/// `to` as seen from the directory `from`.
std::string join_path(const std::string& from, const std::string& to);

/// What `text` names for a job that is in `directory`, from the repository's root; empty when it lies outside or some
/// part of it is not known.
std::optional<std::string> known_path(std::string_view directory, const std::string& text);

/// The last component, without a slash behind it.
std::string_view base_name_of(std::string_view path);

}  // namespace statelane::lint
