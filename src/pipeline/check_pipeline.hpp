#pragma once

#include <span>

#include "base/diagnostics.hpp"
#include "gitlab/version.hpp"
#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// Which jobs of the files a pipeline of theirs has.
enum class JobSet {
  all,               ///< a generated child
  chosen_by_gitlab,  ///< a static file: any of them, so that counts of jobs say nothing
};

/// Everything about a child pipeline that GitLab would refuse, and everything that it would silently do differently
/// from what is written, is an error with the reason: unknown stages and needs, needs of later stages, in circles,
/// twice or more than 50; `only` together with `rules`; jobs without a script; names, environments and locks outside
/// GitLab's alphabets; values of keywords that it refuses (see check_keywords.hpp); keys given twice; text that is not
/// UTF-8; patterns that never match; too many jobs with an environment; a file above the size limit. `files` are the
/// files of one pipeline, as one `trigger:include` names them; the first holds the globals. Faults are reported for
/// `.statelane.yml`, since that is where users can do something about them.
void check_pipeline(std::span<const Pipeline> files, const gitlab::Version& server, Diagnostics& diagnostics,
                    JobSet set = JobSet::all);

}  // namespace statelane::pipeline
