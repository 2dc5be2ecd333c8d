#pragma once

#include <string>
#include <vector>

#include "terragrunt/reads.hpp"

namespace statelane::terragrunt {

/// A block with a label, evaluated to the object of its attributes.
struct Labelled {
  std::string label;
  Entry entry;
};

enum class MergeStrategy { none, shallow, deep };

/// What one file of configuration says when it has been evaluated, together with what it includes.
struct Config {
  RepoPath directory;  ///< in which relative paths of dependencies are read
  Entries locals;
  Entries attributes;  ///< `inputs`, `remote_state` …, and blocks without labels as objects
  bool has_terraform = false;
  Entries terraform;            ///< attributes of the block `terraform`
  std::vector<Labelled> steps;  ///< `extra_arguments.x`, `before_hook.x` …, in the order in which they take effect
  Entries dependencies;         ///< blocks `dependency` by label
  std::vector<Entry> paths;     ///< each `dependencies.paths`
  Entries generate;             ///< blocks by label, and what an attribute `generate` adds
  Entries features;
};

/// The configuration of a file and of one that it includes, as Terragrunt merges them (its page "include"): `locals`
/// are the child's. What both say is told in `remarks` where Terragrunt refuses it.
Config merge_configs(const Config& parent, const Config& child, MergeStrategy strategy, std::vector<Remark>& remarks);

/// The whole as one object, as `read_terragrunt_config` and exposed includes give it.
Entry to_object(const Config& config);

}  // namespace statelane::terragrunt
