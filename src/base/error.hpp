#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace statelane {

/// What stops a command. `main` turns the kind into the exit code.
enum class ErrorKind {
  user_files,      ///< 1: the user's files have errors, or a check that was asked for struck
  usage,           ///< 2: usage, unknown state or revision
  environment,     ///< 3: git, output, missing base
  refused,         ///< 125: the job helper refuses
  cannot_execute,  ///< 126
  not_found,       ///< 127: the tool to run is not there
};

/// The one exception type: thrown where the reason is known, caught once in `main`.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::vector<std::string> hints = {})
      : std::runtime_error(message), kind_(kind), hints_(std::move(hints)) {}

  ErrorKind kind() const { return kind_; }
  const std::vector<std::string>& hints() const { return hints_; }

 private:
  ErrorKind kind_;
  std::vector<std::string> hints_;
};

}  // namespace statelane
