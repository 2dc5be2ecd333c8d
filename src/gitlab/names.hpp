#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace statelane::gitlab {

/// Whether GitLab can carry `id`: YAML, and so every name and variable, is UTF-8. The user has to rename the directory
/// otherwise.
bool can_carry(std::string_view id);

// Every name below is a function of the id alone, so that adding a state never renames another's job or lock, and
// differs for different ids: where an id cannot stand as it is, twelve digits of its SHA-256 are appended. All of them
// accept any bytes and return UTF-8; for an id that GitLab cannot carry the name is right, but the lane would not find
// its state.

/// `plan: ID`, and with other verbs `apply: ID`. At most 255 bytes. Control characters and line separators are
/// replaced, and a name that GitLab's pages would fold into a group (`… 1/2`, `… [x]`) gets the digits as a tail.
std::string job_name(std::string_view verb, std::string_view id);

/// The environment's name: `[A-Za-z0-9_/. -]`, at most 255 characters, nothing that GitLab expands.
std::string environment_name(std::string_view id);

/// What GitLab makes of an environment's name for addresses and refs (lib/gitlab/slug/environment.rb): at most 24 of
/// `[a-z0-9-]`, with a digest's six digits where the name does not stand as it is. Since GitLab 12.2; environments that
/// are older, or were renamed, have another one.
std::string environment_slug(std::string_view name);

/// Something that can be such a slug.
bool is_environment_slug(std::string_view text);

/// The key of the lock that a state's jobs share. GitLab silently takes no lock at all for a key it does not like.
std::string resource_group_key(std::string_view id);

/// `[A-Za-z0-9._-]`, at most 128 characters, never `.` or `..`: the directory of the state's artifacts. `a/b` is
/// `a--b`, `a@b` is `a__b`. Also fit as the name of a GitLab-managed Terraform state.
std::string slug(std::string_view id);

/// A cache key: a slug with a prefix of ours, so that it meets no other job's cache.
std::string cache_key(std::string_view id);

/// GitLab's pages would show a job of this name inside a group (lib/gitlab/utils/job.rb).
bool is_grouped_name(std::string_view name);

/// A top-level key that GitLab does not take for a job.
bool is_reserved_name(std::string_view name);

/// As one part of an address of GitLab's API: every byte but `[A-Za-z0-9._~-]` is `%NN`.
std::string escape_for_url(std::string_view text);

}  // namespace statelane::gitlab
