#pragma once

#include "states/input_set.hpp"
#include "states/sources.hpp"

namespace statelane::states {

/// Adds what symbolic links among the inputs of one state lead to.
class LinkedInputs {
 public:
  LinkedInputs(const Sources& sources, InputSet& inputs) : sources_(sources), inputs_(inputs) {}

  /// Follows the links in all inputs, and those in there, until nothing new is found.
  void follow_all();

 private:
  void follow_directory(std::uint32_t index);
  void add_link(const RepoPath& link, std::uint32_t via);
  bool lies_in_other_state(const RepoPath& path, const RepoPath& directory) const;

  const Sources& sources_;
  InputSet& inputs_;
};

}  // namespace statelane::states
