#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "runner/job_environment.hpp"
#include "runner/json_scanner.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// What tells one version of a stored state from another, as Terraform writes it into each; unknown in an encrypted
/// one.
struct StateVersion {
  std::string lineage{};
  std::optional<std::int64_t> serial{};
  std::string content{};  ///< SHA-256 of all else
};

/// A state that an earlier job of this runner could not save.
struct UnsavedState {
  files::Place file;
  std::string job;  ///< the number of that job
  StateVersion version;
};

/// Where states that cannot be saved are kept besides the artifacts: below CI_BUILDS_DIR, by project and lane. A job
/// that the server has ended can upload nothing, and the next one of the runner cleans the checkout. Empty where
/// nothing outlives the job (CI_SHARED_ENVIRONMENT is not set), outside CI and in pipelines of merge requests.
std::optional<files::Place> unsaved_states_directory(const LaneDescription& lane, const JobEnvironment& job);

/// Those that are kept there, by the number of their jobs.
std::vector<UnsavedState> find_unsaved_states(const LaneDescription& lane, const JobEnvironment& job);

/// Reads a state's text from pieces of any size, as far as it says: nothing of what is no JSON, or encrypted.
class StateVersionReader {
 public:
  StateVersionReader();
  StateVersionReader(const StateVersionReader&) = delete;
  StateVersionReader& operator=(const StateVersionReader&) = delete;

  void add(std::string_view piece);
  StateVersion finish();

 private:
  JsonScanner::Answer take(const JsonEvent& event);

  StateVersion version_;
  Sha256 content_;
  std::string key_;  ///< of the state itself
  int depth_ = 0;
  bool is_damaged_ = false;
  JsonScanner scanner_;
};

/// The stored state is that one, or a later one of it. The tools give the first state that is pushed to a new place a
/// lineage of its own, and a new state that was never stored may have none: then it holds the same things.
bool holds(const StateVersion& stored, const StateVersion& unsaved);

/// `lineage 1a2b…, serial 7`, or that it is not known.
std::string describe(const StateVersion& version);

}  // namespace statelane::runner
