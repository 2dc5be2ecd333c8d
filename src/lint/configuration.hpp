#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lint/finding.hpp"
#include "repo/tree.hpp"
#include "yaml/value.hpp"

namespace statelane::lint {

/// Something that could not be looked at: its content is on a server, or depends on variables.
struct Unseen {
  yaml::Spot spot;
  std::string what;       ///< for people: `template "Terraform/Base.gitlab-ci.yml"`
  std::string directory;  ///< a component's `root_dir` or its like; empty where nothing says
};

/// A pipeline's configuration as GitLab puts it together: local includes read and merged, `extends` and `!reference`
/// resolved.
struct Configuration {
  yaml::Value::Map root;
  std::vector<Unseen> unseen;  ///< in the order of the text
  /// Job → names in its `extends`, and in theirs, that only an unseen include can define.
  std::map<std::string, std::set<std::string>> unseen_bases;
};

/// Reads the pipeline file at `path` of `tree` and all that it includes. What GitLab would refuse is reported, and the
/// rest is read on. Empty when the file is not there or cannot be read at all. Bounded: 150 includes, 1,000,000 values.
std::optional<Configuration> load_configuration(const repo::Tree& tree, const RepoPath& path, Report& report);

/// Follows every `!reference`, up to ten deep (lib/gitlab/ci/config/yaml/tags/reference.rb). One that leads nowhere is
/// a fault, and stays, unless something is unseen: then it only stays.
void resolve_references(Configuration& configuration, Report& report);

/// Values that all of a configuration may hold; more are a finding, and what would add them is left out.
inline constexpr std::size_t most_configuration_values = 1'000'000;

}  // namespace statelane::lint
