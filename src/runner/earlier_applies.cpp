#include "runner/earlier_applies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "runner/apply_record.hpp"
#include "runner/artifacts.hpp"

namespace statelane::runner {

namespace {

std::optional<Refusal> look_at(const LaneDescription& lane, const std::string& slug) {
  const auto text = files::read(artifacts_directory(lane.project_directory) / slug / "applied.json", largest_record);
  if (!text) {
    return Refusal{Guard::changed_outputs,
                   fmt::format("the apply of '{}', which comes first, left no record: it did not end well, or its "
                               "artifact has expired",
                               slug),
                   "retry that apply, then the plan job of this state, review its plan and start this job again"};
  }
  try {
    const ApplyRecord record = parse_record(*text);
    if (record.exit_code == 0) return std::nullopt;
    return Refusal{Guard::changed_outputs,
                   fmt::format("the apply of '{}', which comes first, failed with code {}", slug, record.exit_code),
                   "mend it and retry it, then the plan job of this state, and review its plan"};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<Refusal> find_missing_applies(const LaneDescription& lane, std::string_view slugs) {
  std::vector<Refusal> result;
  while (!slugs.empty()) {
    const std::size_t end = std::min(slugs.find(' '), slugs.size());
    const std::string slug(slugs.substr(0, end));
    slugs.remove_prefix(std::min(end + 1, slugs.size()));
    if (slug.empty()) continue;
    if (auto refusal = look_at(lane, slug)) result.push_back(*std::move(refusal));
  }
  return result;
}

}  // namespace statelane::runner
