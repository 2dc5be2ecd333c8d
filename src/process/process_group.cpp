#include "process/process_group.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

namespace statelane::process {

namespace {

namespace fs = std::filesystem;

std::optional<pid_t> parse_pid(std::string_view name) {
  pid_t pid = -1;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return fault == std::errc() && end == name.data() + name.size() ? std::optional(pid) : std::nullopt;
}

/// It belongs to the group and has not ended.
bool is_member(const fs::path& process, pid_t group) {
  std::ifstream stream(process / "stat");
  std::string line;
  std::getline(stream, line);
  // proc(5): pid (name) state parent group …; the name may hold anything.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream fields(line.substr(name_end + 1));
  char state = 0;
  pid_t parent = -1;
  pid_t found = -1;
  fields >> state >> parent >> found;
  return found == group && state != 'Z' && state != 'X';
}

std::string program_of(const fs::path& process) {
  std::error_code fault;
  const fs::path program = fs::read_symlink(process / "exe", fault);
  if (!fault) return program.filename().string();
  std::ifstream stream(process / "comm");
  std::string name;
  std::getline(stream, name);
  return name;
}

}  // namespace

std::vector<GroupMember> find_group_members(pid_t group) {
  std::vector<GroupMember> result;
  if (group <= 0 || ::kill(-group, 0) != 0) return result;
  std::error_code fault;
  for (fs::directory_iterator entry("/proc", fault), end; !fault && entry != end; entry.increment(fault)) {
    const auto pid = parse_pid(entry->path().filename().string());
    if (pid && is_member(entry->path(), group)) result.push_back({*pid, program_of(entry->path())});
  }
  std::sort(result.begin(), result.end(), [](const auto& left, const auto& right) { return left.pid < right.pid; });
  return result;
}

}  // namespace statelane::process
