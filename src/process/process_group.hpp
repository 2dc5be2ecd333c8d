#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace statelane::process {

/// A process that belongs to a group.
struct GroupMember {
  pid_t pid = -1;
  std::string program;  ///< the file name of what it executes
  friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

/// The processes of a group that have not ended, by number. None where the system does not tell.
std::vector<GroupMember> find_group_members(pid_t group);

}  // namespace statelane::process
