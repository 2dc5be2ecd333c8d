#pragma once

#include <string>
#include <string_view>

#include "runner/artifacts.hpp"
#include "runner/job_environment.hpp"

namespace statelane::runner {

/// GitLab's `reports:annotations`: a link on the job's page to one of its artifacts below `.statelane/SLUG/`. Empty
/// where the job does not know its own page.
std::string render_annotations(std::string_view job_url, std::string_view slug, std::string_view file,
                               std::string_view label);

/// Writes `annotations.json` beside the lane's other artifacts, with a link to `shown` where it is there; without it
/// an empty one, since GitLab warns of a report that is missing. Nothing outside GitLab.
void write_annotations(const LaneDescription& lane, const JobEnvironment& job, const ArtifactPaths& paths,
                       const files::Place& shown, std::string_view label);

}  // namespace statelane::runner
