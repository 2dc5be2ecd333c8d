#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "base/source.hpp"
#include "pipeline/pipeline.hpp"
#include "yaml/value.hpp"

namespace statelane::pipeline {

/// Where one setting of a template comes from.
struct KeyOrigin {
  std::string job;  ///< `.statelane-plan`
  std::string key;  ///< `artifacts.expire_in`
  yaml::Value value;
  bool is_overridden = false;  ///< from the repository's file, at `pos`; else built in
  SourcePos pos;

  friend bool operator==(const KeyOrigin&, const KeyOrigin&) = default;
};

/// The hidden jobs that lanes extend.
///   .statelane               what all jobs share
///   .statelane-plan          plan job of a Terraform state
///   .statelane-custom-plan   plan job of a lane outside Terraform
///   .statelane-apply         apply job
///   .statelane-noop          the job of a pipeline in which nothing runs
///   .statelane-barrier       waits for many jobs
///   .statelane-plan-destroy  plan job of a deleted state
///   .statelane-destroy       what destroys it
///   .statelane-shell-…       the same for jobs that call Terraform alone; .statelane-shell and .statelane-shell-custom
///                            are the parts that their scripts share
///   .statelane-drift         the state against the world
///   .statelane-drift-summary one table of what the drift jobs found
///   .statelane-gates         writes the second stage after all plans
///   .statelane-warning       says what is left to people
class TemplateSet {
 public:
  /// The built-in templates.
  TemplateSet();

  /// Lays the hidden jobs of a file over the built-in ones of the same name, as `extends` merges; a null takes a key
  /// out. Hidden jobs of other names are kept for templates that extend or reference them. Everything else in the file
  /// is an error, and so is what a template may not set (see lane_keywords.hpp). A file with errors changes nothing.
  void override_with(std::string_view text, const RepoPath& path, Diagnostics& diagnostics);

  /// The keywords of a template; empty when there is none of that name.
  const yaml::Value::Map& keywords(std::string_view name) const;

  /// The keywords after `extends`, those of the templates below included.
  yaml::Value::Map resolved(std::string_view name) const;

  /// The repository's file sets this key (dotted) of the template itself.
  bool is_overridden(std::string_view name, std::string_view key) const;

  /// `names` and all that they extend or reference, those that extend after what they extend.
  std::vector<Job> collect(const std::vector<std::string>& names) const;

  /// Every setting with its origin, templates sorted by name, keys in the order of the text.
  std::vector<KeyOrigin> origins() const;

 private:
  struct Template {
    std::vector<std::string> comments;
    yaml::Value::Map keywords;  ///< built-in ones with the overrides laid over
    yaml::Value::Map overrides;
  };

  void collect(const std::string& name, std::set<std::string>& seen, std::vector<Job>& jobs) const;

  std::map<std::string, Template, std::less<>> templates_;
};

}  // namespace statelane::pipeline
