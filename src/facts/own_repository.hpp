#pragma once

#include <functional>
#include <string>
#include <vector>

namespace statelane::facts {

/// By which names the repository that is read may name itself.
struct OwnRepository {
  std::vector<std::string> addresses;  ///< of its remotes and of its project, as they are written
  /// A ref (`v1.2`, a commit's id) is one thing for ever. Null: only ids are.
  std::function<bool(const std::string& ref)> is_fixed = nullptr;
};

}  // namespace statelane::facts
