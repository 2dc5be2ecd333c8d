#include "runner/garbage_collection.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

/// So many programs of one run (each provider is one, and each of its aliases another) can take all that they may.
constexpr std::uint64_t programs = 16;

/// A program that holds nearly as much as it may would collect without end, so it is either this or nothing.
constexpr std::uint64_t least_for_program = 384 * mebibyte;

/// Where nothing is said Go collects when the heap has doubled (100); here when it has become four times as large.
constexpr std::string_view collects_at = "300";

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

/// Empty where the file is not there or holds no number (`max`).
std::optional<std::uint64_t> read_number_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string text;
  stream >> text;
  return read_number(text);
}

std::uint64_t read_available(const fs::path& meminfo) {
  std::ifstream stream(meminfo);
  for (std::string name; stream >> name;) {
    std::uint64_t kibibytes = 0;
    if (name == "MemAvailable:") return stream >> kibibytes ? kibibytes * 1024 : 0;
  }
  return 0;
}

/// The names of a version's files for what a group may take and what it has taken.
struct GroupFiles {
  fs::path limit;
  fs::path taken;
};

/// What the group at `path` (as `/proc/self/cgroup` has it) and those around it leave.
std::uint64_t left_by_groups(const fs::path& mount, fs::path path, const GroupFiles& files) {
  std::uint64_t result = std::numeric_limits<std::uint64_t>::max();
  for (;; path = path.parent_path()) {
    const fs::path group = mount / path.relative_path();
    if (const auto limit = read_number_of(group / files.limit)) {
      const std::uint64_t taken = read_number_of(group / files.taken).value_or(0);
      result = std::min(result, *limit - std::min(*limit, taken));
    }
    if (!path.has_relative_path()) return result;
  }
}

std::uint64_t left_by_groups(const fs::path& root) {
  std::uint64_t result = std::numeric_limits<std::uint64_t>::max();
  std::ifstream stream(root / "proc/self/cgroup");
  const fs::path mount = root / "sys/fs/cgroup";
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path path = line.substr(second + 1);
    if (controllers == ",,")
      result = std::min(result, left_by_groups(mount, path, {"memory.max", "memory.current"}));
    else if (controllers.find(",memory,") != std::string::npos)
      result =
          std::min(result, left_by_groups(mount / "memory", path, {"memory.limit_in_bytes", "memory.usage_in_bytes"}));
  }
  return result;
}

bool is_said(const char* name, const EnvironmentChanges& variables) {
  const char* value = std::getenv(name);
  return variables.contains(name) || (value != nullptr && *value != '\0');
}

}  // namespace

std::uint64_t find_spare_memory(const fs::path& root) {
  std::uint64_t result = std::min(read_available(root / "proc/meminfo"), left_by_groups(root));
  struct rlimit space {};
  if (::getrlimit(RLIMIT_AS, &space) == 0) result = std::min<std::uint64_t>(result, space.rlim_cur);
  return result;
}

EnvironmentChanges choose_garbage_collection(std::uint64_t spare_memory, const EnvironmentChanges& variables) {
  const std::uint64_t for_program = spare_memory / programs;
  if (for_program < least_for_program || is_said("GOGC", variables) || is_said("GOMEMLIMIT", variables)) return {};
  return {{"GOGC", std::string(collects_at)}, {"GOMEMLIMIT", fmt::format("{}MiB", for_program / mebibyte)}};
}

}  // namespace statelane::runner
