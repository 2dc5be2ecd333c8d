#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/repo_path.hpp"
#include "hcl/value.hpp"

namespace statelane::terragrunt {

/// Where something is written.
struct Origin {
  RepoPath file;
  std::uint32_t line = 0;  ///< 0: the file as a whole

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// What an attribute is given.
struct Entry {
  hcl::Value value;
  /// The same with a digest in the place of each part that is not known, made of all that it hangs on: its tokens, and
  /// the values and files that these name. Equal marks: equal values, whatever the unknown things turn out to be.
  hcl::Value mark;
  Origin origin{};
};

using Entries = std::map<std::string, Entry>;

/// Nothing in the value is open: it is what it is on every machine, but for where the repository lies.
bool is_settled(const hcl::Value& value);

/// The entries as one object.
Entry to_object(const Entries& entries);

/// A text that is equal for equal marks.
std::string describe_mark(const hcl::Value& mark);

}  // namespace statelane::terragrunt
