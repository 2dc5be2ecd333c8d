#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/message.hpp"

namespace statelane::http {

/// Why a JSON API refuses, behind a colon: it says so in `message` or `error`, as GitLab's does. Whatever else an
/// answer holds stays out of the log, and this is cut and free of escapes. Empty where it does not say.
std::string reason_of(const Response& response);

/// What the header Retry-After asks for, in seconds of at most a day (RFC 9110, 10.2.3); dates are not read.
std::optional<std::chrono::milliseconds> retry_after(const Response& response);

}  // namespace statelane::http
