#include "states/sources.hpp"

#include "states/trace.hpp"

namespace statelane::states {

const ScannedDirectory* Sources::find_directory(const RepoPath& path) const {
  if (trace != nullptr) trace->add(Question::Kind::names, path);
  return scan.find(path);
}

std::span<const RepoPath> Sources::links_below(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::links, directory);
  return scan.links_below(directory);
}

std::span<const RepoPath> Sources::submodules_below(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::links, directory);
  return scan.submodules_below(directory);
}

std::span<const ScannedDirectory> Sources::directories_below(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::configuration, directory);
  return scan.below(directory);
}

bool Sources::is_state_directory(const RepoPath& directory) const {
  if (trace != nullptr) trace->add(Question::Kind::state_directory, directory);
  return state_directories.contains(directory);
}

}  // namespace statelane::states
