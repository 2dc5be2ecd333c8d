#include "process/find_program.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace statelane::process {

namespace {

bool is_regular_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::string find_program(const std::string& name, std::string_view search_path) {
  if (name.find('/') != std::string::npos) return name;
  std::string not_executable;
  for (std::size_t begin = 0; begin <= search_path.size() && !name.empty();) {
    const std::size_t end = std::min(search_path.find(':', begin), search_path.size());
    const std::string_view directory = search_path.substr(begin, end - begin);
    begin = end + 1;
    if (!directory.starts_with('/')) continue;
    std::string candidate = fmt::format("{}/{}", directory, name);
    if (!is_regular_file(candidate)) continue;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (not_executable.empty()) not_executable = candidate;
  }
  if (!not_executable.empty()) {
    throw Error(ErrorKind::cannot_execute, fmt::format("cannot execute {}: permission denied", not_executable),
                {fmt::format("make it executable: chmod +x {}", not_executable)});
  }
  throw Error(ErrorKind::not_found, fmt::format("cannot find the program '{}' on PATH", name),
              {fmt::format("install '{}', or use an image that has it", name)});
}

}  // namespace statelane::process
