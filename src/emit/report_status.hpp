#pragma once

#include <string>

#include "emit/status.hpp"

namespace statelane::emit {

/// The part of a report's page that says of all states what was applied last: a table of those that need a person, and
/// how many do not.
std::string render_report_status(const Status& status);

}  // namespace statelane::emit
