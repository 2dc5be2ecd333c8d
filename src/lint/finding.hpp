#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "lint/rule.hpp"
#include "yaml/value.hpp"

namespace statelane::lint {

/// A file that was read, without a byte order mark.
struct SourceFile {
  RepoPath path;
  std::string text;
};

/// One thing found. What several jobs have from one place (a template, a default) is one finding that names them all.
struct Finding {
  Rule rule = Rule::yaml_syntax;
  std::vector<std::string> jobs;     ///< the jobs that it is about, sorted; empty: the pipeline as a whole
  std::string state;                 ///< the id of a state; empty where it is about none
  Diagnostic diagnostic;             ///< the message names neither jobs nor rule: whoever prints it does
  std::vector<std::string> missing;  ///< missed-inputs: directories and files, sorted
  std::vector<std::string> add;      ///< missed-inputs: the patterns to add
};

/// The append-only sink of everything found, with the files that spots point into.
class Report {
 public:
  /// The index of the file, for spots.
  std::uint32_t add_file(SourceFile file);
  const std::vector<SourceFile>& files() const { return files_; }

  /// `job` is empty where it is about the whole. The finding may be filled in further; it moves with the next one.
  Finding& add(Rule rule, const yaml::Spot& spot, const std::string& job, std::string message,
               std::vector<std::string> hints = {});

  /// Sorted by file, place and rule, the jobs of equal ones joined, without those that a comment
  /// `# statelane-lint: ignore RULE` on the line or the line above silences.
  std::vector<Finding> take_findings();

 private:
  struct Placed {
    Finding finding;
    yaml::Spot spot;
  };
  bool is_silenced(const Placed& placed) const;

  std::vector<SourceFile> files_;
  std::vector<Placed> placed_;
};

}  // namespace statelane::lint
