#pragma once

#include <string>
#include <vector>

#include "hcl/value.hpp"
#include "terragrunt/entry.hpp"

namespace statelane::terragrunt {

/// A path that was looked at, whether something is there or not. It is one of the tree: what is generated was read from
/// its template.
struct Read {
  enum class Kind {
    evaluated,  ///< all that it does shows in the unit's fingerprint
    data,       ///< nobody knows what is made of it
  };
  Kind kind = Kind::evaluated;
  RepoPath path;
  std::string glob;  ///< not empty: what lies below `path` and matches, in GitLab's pattern language
  Origin origin;

  friend auto operator<=>(const Read&, const Read&) = default;
};

/// A path that is not known, or not as a whole, to be covered by a pattern.
struct OpenPath {
  hcl::Value text;
  RepoPath from;  ///< where it is relative to
  Origin origin;
  std::string what;  ///< for people: what it is, and why it is not known
};

/// Something that could not be known, or is wrong, for people.
struct Remark {
  Origin origin;
  std::string what;

  friend auto operator<=>(const Remark&, const Remark&) = default;
};

/// A unit whose outputs are fetched, or that is only waited for.
struct Dependency {
  RepoPath directory;
  Origin origin;

  friend auto operator<=>(const Dependency&, const Dependency&) = default;
};

/// All that evaluating something has met on the way, in order.
struct ReadLog {
  std::vector<Read> reads;
  std::vector<OpenPath> open;
  std::vector<Remark> remarks;
  std::vector<Dependency> fetched;  ///< by files that were read, beside the unit's own
  std::vector<RepoPath> included;   ///< files that were included
};

}  // namespace statelane::terragrunt
