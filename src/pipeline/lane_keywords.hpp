#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/source.hpp"
#include "yaml/value.hpp"

namespace statelane::pipeline {

/// Which jobs a set of keywords reaches.
enum class KeywordTarget {
  lane,  ///< plan and apply jobs: `.statelane`, `job` of `.statelane.yml`
  plan,
  apply,
  other,  ///< jobs that wait or say that nothing runs
};

/// A keyword that the user may not set there.
struct RefusedKeyword {
  SourcePos pos;
  std::string message;
  std::string hint;

  friend bool operator==(const RefusedKeyword&, const RefusedKeyword&) = default;
};

/// What of `keywords` would break a lane: which jobs exist and when they start is decided by `generate` (`rules`,
/// `only`, `needs`, `when` …), the lock and the environment follow from the state's id, an apply is never retried or
/// interrupted.
std::vector<RefusedKeyword> find_refused_keywords(const yaml::Value::Map& keywords, KeywordTarget target);

}  // namespace statelane::pipeline
