#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::applied {

/// What became of a deployment, in GitLab's words; `other` is one that this program does not know.
enum class Status { created, running, success, failed, canceled, skipped, blocked, other };

/// One record of GitLab's: a job with an environment and the action `start`, or what was posted without a job.
struct Deployment {
  std::int64_t iid = 0;       ///< spent when the gate could be pressed, so it is no order of applies
  std::string environment{};  ///< its name; empty where only a ref tells of it
  std::string commit{};       ///< 40 (or 64) lower case digits
  std::string branch{};       ///< branch or tag; empty where only a ref tells of it
  Status status = Status::success;
  std::string job{};           ///< the job's name; empty: recorded without a job, or only a ref tells of it
  std::string user{};          ///< who is behind it, by the name that GitLab's addresses have
  std::string finished_at{};   ///< as GitLab writes it; empty: not known
  std::int64_t finished = 0;   ///< the same in microseconds since 1970; 0: not known
  bool has_started = true;     ///< false: its job never ran, so that nothing can have been changed
  std::string pipeline_url{};  ///< of the job; empty: not known

  friend bool operator==(const Deployment&, const Deployment&) = default;
};

/// One environment of the project.
struct Environment {
  std::int64_t id = 0;
  std::string name{};
  std::string slug{};        ///< as it is stored; GitLab never computes it anew
  bool is_stopped = false;   ///< or about to be
  std::int64_t created = 0;  ///< in microseconds since 1970; 0: not known
};

/// The records of an answer of `GET /projects/:id/deployments`. Entries that are none, with a commit that is no commit
/// or without an environment, are left out; empty when the answer is no list at all.
std::optional<std::vector<Deployment>> parse_deployments(std::string_view body);

/// The same for `GET /projects/:id/environments`.
std::optional<std::vector<Environment>> parse_environments(std::string_view body);

/// A time as GitLab writes it (ISO 8601 with a zone) in microseconds since 1970; 0 for anything else.
std::int64_t parse_time(std::string_view text);

/// The commit of a record is 40 or 64 lower case digits.
bool is_commit(std::string_view text);

}  // namespace statelane::applied
