#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "states/state.hpp"

namespace statelane::states {

/// The inputs of one state while they are gathered: each once, with every way to it.
class InputSet {
 public:
  /// Adds an input or another way to it. Returns its index, which stays valid until `finish`.
  std::uint32_t add(InputKind kind, const RepoPath& path, const std::string& glob, const Reach& reach);

  std::size_t size() const { return inputs_.size(); }
  const Input& operator[](std::uint32_t index) const { return inputs_[index]; }

  /// Takes every input of kind `file` that one of `patterns` (indexes) covers as a part of that pattern.
  void absorb_files(std::span<const std::uint32_t> patterns);

  /// All inputs sorted by kind, path and glob, ways included; the set is spent afterwards.
  std::vector<Input> finish();

 private:
  std::vector<Input> inputs_;
  std::map<std::uint32_t, std::uint32_t> absorbed_;  ///< file → pattern
  std::map<std::tuple<InputKind, RepoPath, std::string>, std::uint32_t> index_;
};

}  // namespace statelane::states
