#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace statelane::runner {

/// What `run drift` found: `drift.json`, schema "statelane/drift/1", among the lane's artifacts.
struct DriftResult {
  std::string state{};
  bool has_drifted = false;
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;
  std::optional<std::int64_t> changed_outside{};  ///< objects that are not as the state has them; empty: not told
  std::string tool_version{};                     ///< of what planned; empty: not told

  friend bool operator==(const DriftResult&, const DriftResult&) = default;
};

std::string render_drift_result(const DriftResult& result);

/// Throws `Error{environment}` with its `place` when it is something else, cut off or of another schema.
DriftResult parse_drift_result(std::string_view text, std::string_view place);

/// The results below a directory of artifacts (`*/drift.json`), sorted by state. A damaged one is an error.
std::vector<DriftResult> read_drift_results(const files::Place& directory);

/// One table: states that have drifted with their counts, how many have not, and how many of `expected` did not answer.
/// `expected` 0: not known.
std::string render_drift_summary(const std::vector<DriftResult>& results, std::size_t expected);

/// `run drift-summary`: prints the table of the results below `<project>/.statelane` and keeps it there as `drift.txt`.
/// 0 when all answered and none has drifted, 2 when one has, else 1.
int run_drift_summary(const std::filesystem::path& project_directory);

}  // namespace statelane::runner
