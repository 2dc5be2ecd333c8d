#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "states/closure.hpp"
#include "states/linked_inputs.hpp"
#include "states/reference_inputs.hpp"

namespace statelane::states {

/// Walks from the root module of one state through all modules that it calls, to any depth, circles included: each is
/// looked at once for every set of arguments that it is called with, up to `most_calls_of_a_module`, and past that once
/// with unknown arguments. What they name goes to `inputs`, what they read of other states to `closure`.
class ModuleWalk {
 public:
  ModuleWalk(const Sources& sources, const Lane& lane, InputSet& inputs, LinkedInputs& links,
             ReferenceInputs& references, Closure& closure)
      : sources_(sources), lane_(lane), inputs_(inputs), links_(links), references_(references), closure_(closure) {}

  /// `arguments`: what the lane fixes of the root module's variables.
  /// `via`: the input by which the root module comes in; empty: it is the state's own directory.
  void walk(const Module& root, Arguments arguments, std::optional<std::uint32_t> via = std::nullopt) {
    root_ = via;
    visit_module(root, ".", std::move(arguments), via);
  }

 private:
  struct FoldedCall;

  void visit_module(const Module& module, const std::string& path, Arguments arguments,
                    std::optional<std::uint32_t> via);
  void note_cut_files(const Module& module, std::optional<std::uint32_t> via);
  void load_module(const Module& module, const std::string& path, std::optional<std::uint32_t> via);
  void visit_calls(const ModuleScope& scope, std::optional<std::uint32_t> via, bool is_evaluated);
  void add_reads(const Module& module, const Module::Read& read, const Fold& fold, std::optional<std::uint32_t> via);
  void visit_call(const FoldedCall& call, const Reach& reach);
  void follow_call(const FoldedCall& call, std::string_view source, const Reach& reach);
  bool follow_own_source(const FoldedCall& call, std::string_view source, const Reach& reach);
  bool enter_module(const FoldedCall& call, const ModuleTarget& target, const Reach& way);
  void follow_unknown_source(const FoldedCall& call, const PossibleText& source, const Reach& reach);
  std::vector<std::uint32_t> cover_local_source(const FoldedCall& call, const PossibleText& source, const Reach& reach);

  const Sources& sources_;
  const Lane& lane_;
  InputSet& inputs_;
  LinkedInputs& links_;
  ReferenceInputs& references_;
  Closure& closure_;
  std::optional<std::uint32_t> root_;
  std::set<RepoPath> loaded_;                        ///< modules that were loaded without being evaluated
  std::map<RepoPath, std::set<std::string>> calls_;  ///< per module, the paths and arguments it was looked at with
};

inline constexpr std::size_t most_calls_of_a_module = 64;

}  // namespace statelane::states
