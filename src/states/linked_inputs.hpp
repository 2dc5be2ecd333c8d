#pragma once

#include <map>
#include <vector>

#include "states/input_set.hpp"
#include "states/sources.hpp"

namespace statelane::states {

/// Adds what symbolic links and submodules among the inputs of one state lead to. Behind a wildcard or a part that is
/// not known they count as those in front of it do: the link itself, what it leads to, and a submodule's commit.
class LinkedInputs {
 public:
  LinkedInputs(const Sources& sources, InputSet& inputs) : sources_(sources), inputs_(inputs) {}

  /// `patterns`, and those that go on behind links to directories: what they match has its files there too.
  std::vector<std::uint32_t> with_continuations(std::vector<std::uint32_t> patterns);

  /// Follows the links in all inputs, and those in there, until nothing new is found.
  void follow_all();

 private:
  void follow_directory(std::uint32_t index);
  const std::vector<std::uint32_t>& follow_glob(std::uint32_t index);
  std::vector<std::uint32_t> add_linked_patterns(std::uint32_t index);
  void add_submodules(std::uint32_t index);
  bool stands_for_configuration(const RepoPath& link, std::uint32_t via) const;
  void add_link(const RepoPath& link, std::uint32_t via);
  bool lies_in_other_state(const RepoPath& path, const RepoPath& directory) const;

  const Sources& sources_;
  InputSet& inputs_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> followed_;  ///< glob → those that go on behind its links
};

}  // namespace statelane::states
