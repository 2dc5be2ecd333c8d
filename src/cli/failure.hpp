#pragma once

#include <exception>
#include <string>

namespace statelane::cli {

/// How the program ends when it cannot go on.
struct Failure {
  std::string text;  ///< for stderr
  int exit_code = 0;
};

/// What the user reads of an exception, with its remedies. What is no `Error` and not the system's is a fault of the
/// program and says so.
Failure describe_failure(const std::exception& fault);

}  // namespace statelane::cli
