#include "cli/failure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <system_error>

#include "base/error.hpp"
#include "base/escape.hpp"

namespace statelane::cli {

namespace {

constexpr int internal_error = 70;

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::user_files: return 1;
    case ErrorKind::usage: return 2;
    case ErrorKind::environment: return 3;
    case ErrorKind::refused: return 125;
    case ErrorKind::cannot_execute: return 126;
    case ErrorKind::not_found: return 127;
  }
  return internal_error;
}

Failure describe_error(const Error& error) {
  Failure failure{fmt::format("statelane: error: {}\n", escape_lines(error.what())), exit_code_of(error.kind())};
  for (const std::string& hint : error.hints()) failure.text += fmt::format("hint: {}\n", escape_lines(hint));
  return failure;
}

}  // namespace

Failure describe_failure(const std::exception& fault) {
  if (const auto* error = dynamic_cast<const Error*>(&fault)) return describe_error(*error);
  if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr) {
    return describe_error({ErrorKind::environment, "out of memory", {"give the job more memory"}});
  }
  if (const auto* error = dynamic_cast<const std::filesystem::filesystem_error*>(&fault)) {
    const bool is_forbidden = error->code() == std::errc::permission_denied ||
                              error->code() == std::errc::operation_not_permitted ||
                              error->code() == std::errc::read_only_file_system;
    return describe_error(
        {ErrorKind::environment, fmt::format("cannot use {}: {}", error->path1().string(), error->code().message()),
         is_forbidden ? std::vector<std::string>{"look at its owner and mode (ls -ld)"} : std::vector<std::string>{}});
  }
  if (dynamic_cast<const std::system_error*>(&fault) != nullptr) {
    return describe_error(
        {ErrorKind::environment, fault.what(), {"the limits of the job are the usual cause: ulimit -a"}});
  }
  return {fmt::format("statelane: internal error: {}\nhint: this is a fault of statelane; please report it\n",
                      fault.what()),
          internal_error};
}

}  // namespace statelane::cli
