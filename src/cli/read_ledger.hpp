#pragma once

#include <optional>
#include <string>
#include <vector>

#include "applied/ledger.hpp"
#include "cli/options.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

/// Where GitLab's API is asked, or why it is not. In a job by its own token; elsewhere by STATELANE_TOKEN or
/// GITLAB_TOKEN, the place being that of `origin` unless GitLab's variables name one.
struct ApiChoice {
  std::optional<applied::ApiPlace> place{};
  std::string why_not{};
};
ApiChoice choose_api(const repo::Repository& repository);

/// A project of a GitLab, as a remote's address names it. Empty for addresses of other shapes.
struct RemoteProject {
  std::string host{};
  std::string path{};      ///< `group/project`
  bool is_secure = false;  ///< whoever answers there is who it says: https or ssh
};
std::optional<RemoteProject> parse_remote_address(const std::string& address);

/// Asks GitLab, and the refs of origin, what was applied last.
applied::Ledger read_ledger(const repo::Repository& repository, const std::vector<applied::Wanted>& wanted,
                            const std::string& branch, const Options& options);

}  // namespace statelane::cli
