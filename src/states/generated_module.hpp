#pragma once

#include <memory>
#include <vector>

#include "states/module_index.hpp"
#include "states/state.hpp"
#include "terragrunt/unit.hpp"

namespace statelane::states {

/// Configuration that is written into a unit's module before it is run, as modules of its own.
class GeneratedModules {
 public:
  /// Reads the text if it is configuration. What is not known of it stands as a gap; see `with_gaps`.
  void add(const terragrunt::GeneratedText& text, const RepoPath& directory, terraform::Tool tool);

  const std::vector<std::unique_ptr<Module>>& modules() const { return modules_; }

 private:
  std::vector<std::unique_ptr<terraform::FileFacts>> facts_;
  std::vector<std::unique_ptr<Module>> modules_;
};

/// The text with an unknown part for each gap in it.
PartialText with_gaps(const PartialText& text);

}  // namespace statelane::states
