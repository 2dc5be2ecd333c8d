#pragma once

#include <string>
#include <string_view>

#include "states/state.hpp"

namespace statelane::states {

/// An attribute whose value is a URL, or may be one.
bool is_address(std::string_view attribute);

/// Of a URL: scheme and host in lower case, no default port, no slash at the end, no credentials. Other text unchanged.
std::string normalise_address(std::string address);

/// Of a PostgreSQL URL the server and database: no credentials, no parameters, no default port.
std::string normalise_connection(std::string connection);

/// Text without slashes at either end.
std::string trim_slashes(std::string text);

/// A path of the local backend, read from `directory`, relative to the repository's root. One that leaves the
/// repository is kept as written.
std::string normalise_path(const std::string& path, const RepoPath& directory);

/// The same for a path that is known in part: its known beginning is resolved. Wholly unknown where it climbs behind an
/// unknown part.
PartialText normalise_path_pieces(PartialText path, const RepoPath& directory);

}  // namespace statelane::states
