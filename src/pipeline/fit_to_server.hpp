#pragma once

#include "base/diagnostics.hpp"
#include "gitlab/version.hpp"
#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// Takes out of all jobs and templates what the server does not know yet, since it would refuse the whole file:
/// `manual_confirmation`, `retry:exit_codes` and `artifacts:access: maintainer` with a warning, because somebody asked
/// for them; reports of annotations without one.
void fit_to_server(Pipeline& pipeline, const gitlab::Version& server, Diagnostics& diagnostics);

/// Gives every job with a `timeout` of its own a RUNNER_SCRIPT_TIMEOUT below it, unless it has one: after a job's own
/// time-out GitLab uploads no artifacts, so that the state that Terraform could not save would be lost with them.
void add_script_timeouts(Pipeline& pipeline);

}  // namespace statelane::pipeline
