#pragma once

#include <optional>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "base/yaml_value.hpp"

namespace statelane::config {

/// Reads one YAML document, typed as GitLab's parser (Psych, YAML 1.1) types it: a plain `on` is a boolean, `017` is
/// 15, a quoted scalar is always a string. Aliases are expanded and `<<` is merged where it stands, so that it
/// overrides keys above it, within bounds: at most 2 MiB of text, 100 levels, 1,000,000 values. What is refused, each
/// as an error with its place: bad syntax, duplicate keys, an unterminated quote, a key that is not a string, a date,
/// bytes that are not UTF-8, an unknown tag, more than one document. Empty when anything was refused; null
/// (`YamlValue{}`) for an empty text.
std::optional<YamlValue> read_yaml(std::string_view text, const RepoPath& path, Diagnostics& diagnostics);

}  // namespace statelane::config
