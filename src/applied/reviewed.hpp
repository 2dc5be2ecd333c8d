#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applied/api.hpp"

namespace statelane::applied {

/// A merge request, as GitLab names it with a commit.
struct CommitRequest {
  std::uint64_t number = 0;  ///< `iid`
  std::string head{};        ///< `sha`: the last commit of its branch, also after it was squashed
  std::string target_branch{};
  bool is_merged = false;
  friend bool operator==(const CommitRequest&, const CommitRequest&) = default;
};

/// The merge requests that brought a commit: `GET /projects/:id/repository/commits/:sha/merge_requests`, which
/// newer servers answer to a job's token, and others to an access token. Empty where GitLab does not say, and then
/// `why_not` does.
struct CommitRequests {
  std::optional<std::vector<CommitRequest>> requests{};
  std::string why_not{};
};
CommitRequests find_commit_requests(Api& api, const std::string& commit);

/// The number in GitLab's own message of a merge: its last line "See merge request GROUP/PROJECT!42". Empty where the
/// message is another, or of another project.
std::optional<std::uint64_t> find_request_in_message(std::string_view message, std::string_view project);

/// A note on a merge request.
struct ReadNote {
  std::int64_t author = 0;
  std::string body{};
  friend bool operator==(const ReadNote&, const ReadNote&) = default;
};

/// The notes that hold `mark`, the last changed first, at most 20 pages of 20. `GET …/merge_requests/:iid/notes`, which
/// a job's token may not ask.
struct RequestNotes {
  std::optional<std::vector<ReadNote>> notes{};
  std::string why_not{};
};
RequestNotes find_notes(Api& api, std::uint64_t request, std::string_view mark);

/// One file of a job's artifacts, of the newest pipeline of a merge request that succeeded; empty where the server does
/// not give it: it has expired, or was never kept.
std::optional<std::string> read_request_artifact(Api& api, std::uint64_t request, const std::string& job,
                                                 const std::string& path);

}  // namespace statelane::applied
