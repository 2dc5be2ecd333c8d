#pragma once

#include <vector>

#include "cli/options.hpp"
#include "emit/report.hpp"
#include "runner/plan_certificate.hpp"

namespace statelane::cli {

/// `report --note`: the same report as the one note of this pipeline's merge request, where there is a merge request
/// and a token in STATELANE_NOTE_TOKEN; says on stderr what it did, or why nothing. Throws `Error` when GitLab refuses
/// or cannot be reached. `certificates`, of the plans that the report is about, go with it in lines that are not shown.
void write_report_note(const emit::Report& report, const std::vector<runner::PlanCertificate>& certificates,
                       const Options& options);

}  // namespace statelane::cli
