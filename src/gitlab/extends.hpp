#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace statelane::gitlab {

/// The names in the value of an `extends` keyword: one, or a list of them.
std::vector<std::string> extended_names(const yaml::Value& extends);

/// An `extends` that GitLab refuses, or that makes more of a file than can be held.
struct ExtendsFault {
  std::string job;  ///< whose `extends` it is
  yaml::Spot spot;
  std::string message;
  std::vector<std::string> hints{};
  bool is_too_large = false;
};

struct Extended {
  std::vector<ExtendsFault> faults;  ///< what they say of is left out, the rest is laid over each other
  /// Job → names in its `extends`, and in theirs, that are not there; only where not all files are seen.
  std::map<std::string, std::set<std::string>> unseen;
};

enum class Files {
  all_seen,
  some_unseen,  ///< a name that is not there is no fault: a file that is not seen may define it
};

/// Lays the `extends` of every map at the top over each other, in place, as lib/gitlab/ci/config/extendable does: deep
/// merge of maps, everything else replaced, of several the later over the earlier, at most `max_extends_depth` levels.
Extended resolve_extends(yaml::Value::Map& root, Files files = Files::all_seen);

}  // namespace statelane::gitlab
