#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "applied/api.hpp"
#include "applied/deployment.hpp"

namespace statelane::applied {

/// Where an answer comes from. GitLab's deployments say what finished last and what failed; the git refs that GitLab
/// makes of them say only that a commit was applied once.
enum class Source { none, refs, api };

/// A state that is asked for.
struct Wanted {
  std::string id{};
  std::string environment{};            ///< the name that its apply job has
  std::vector<std::string> branches{};  ///< names or globs: where it is applied
};

/// What is known of one state.
struct Record {
  Source source = Source::none;
  std::optional<Deployment> applied{};  ///< the last success that counts
  std::optional<Deployment> failed{};   ///< the newest try after it that did not succeed, though it ran
  std::optional<Deployment> offered{};  ///< without any success: a gate that was there and was not pressed
  std::optional<Deployment> foreign{};  ///< a later success of another job or branch
  bool is_stopped = false;              ///< its environment is: what was applied is not there any more
  std::string why_unknown{};            ///< why nothing can be said; empty where something can

  friend bool operator==(const Record&, const Record&) = default;
};

/// A state that was applied once and is not among the wanted ones. With refs alone only the slug is known.
struct Left {
  std::string id{};
  std::string environment{};
  std::string slug{};
  Record record{};
};

/// For each state, which commit was applied last.
struct Ledger {
  Source source = Source::none;             ///< the best that gave answers
  std::map<std::string, Record> records{};  ///< of every wanted state, by its id
  std::vector<Left> left{};                 ///< sorted by id and slug
  /// The oldest record of the project that counts: what is older than it was applied before there were records.
  std::optional<Deployment> first{};
  std::vector<std::string> remarks{};  ///< for people: what could not be asked, and why

  const Record* find(const std::string& id) const;
};

/// A ref of GitLab's: `refs/environments/SLUG/deployments/IID`.
struct DeploymentRef {
  std::string name;
  std::string commit;
};

/// Who can be asked.
struct Sources {
  std::optional<ApiPlace> api{};
  std::string why_no_api{};  ///< where there is no place to ask
  World world{};
  std::chrono::milliseconds patience{60'000};  ///< for all requests together
  /// Those whose names begin with one of these; throws `Error`. Empty: not to be asked.
  std::function<std::vector<DeploymentRef>(const std::vector<std::string>& prefixes)> list_refs{};
  std::string branch{};  ///< the branch whose records count, where the state is applied on it
};

/// Asks GitLab's deployments first, and the refs for states that have no answer then. Each listing is read in pages,
/// newest first, until every state was seen, at most 100 pages; what is still open then is asked for by itself, a few.
///
/// A record counts where its job is the state's own apply and its branch is `branch`, or one of the state's where it is
/// not applied on `branch`; what was recorded without a job counts by its branch alone. All else is foreign.
Ledger read_ledger(const std::vector<Wanted>& wanted, const Sources& sources);

/// The id of the state whose apply the job `job` in `environment` is; empty where it is no such job.
std::string find_state_of_job(const std::string& job, const std::string& environment);

/// Pairs of environments with one slug: GitLab makes only the first of them. Sorted.
std::vector<std::pair<std::string, std::string>> find_equal_slugs(const std::vector<std::string>& environments);

}  // namespace statelane::applied
