#pragma once

#include <optional>
#include <vector>

#include "states/closure.hpp"
#include "states/discovery.hpp"
#include "states/instances.hpp"
#include "states/trace.hpp"
#include "states/tree_records.hpp"
#include "terragrunt/unit.hpp"

namespace statelane::states {

/// What one state directory becomes: its states with the stored states that each reads.
struct Member {
  State state;
  std::vector<RemoteRead> reads;
  std::vector<UnitDependency> dependencies = {};
  std::string origin{};                             ///< see `RecordedClosure`
  std::optional<WorkspaceNames> workspace_names{};  ///< where `terraform.workspace` stands in what it runs
};

/// Builds the states of one tree, each with all that it depends on. What records tell is not worked out again.
class MemberBuilder {
 public:
  /// `traced`: the tree that `sources.modules` reads, to follow what is asked of it.
  MemberBuilder(const Sources& sources, TracedTree& traced, TreeRecords& records, Answers& answers,
                Diagnostics& diagnostics);

  /// One of the states of a directory; `siblings` are all of them.
  Member build_member(const Discovery& discovery, const Instance& instance, const std::vector<Instance>& siblings);

  Member build_unit(const terragrunt::Unit& unit);

 private:
  State begin_state(const RepoPath& directory, const Instance& instance, const config::Settings& settings) const;
  void finish(Closure closure, Member& member) const;
  RecordedClosure closure_of(const Discovery& discovery, const Instance& instance);
  void add_attributes(std::vector<Input>& inputs) const;

  const Sources& sources_;
  TracedTree& traced_;
  TreeRecords& records_;
  Answers& answers_;
  Diagnostics& diagnostics_;
  std::vector<RepoPath> attributes_;  ///< every `.gitattributes`, sorted
};

}  // namespace statelane::states
