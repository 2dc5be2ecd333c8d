#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// JSON does not tell blocks from attributes: this says which names are types of blocks, how many labels such a block
/// has, and the same for the blocks within it. Every other name is an attribute.
struct BlockSchema {
  std::string_view type;
  unsigned labels = 0;
  std::span<const BlockSchema> nested = {};
};

/// Reads a file in HCL's JSON syntax (`.tf.json`) into the tree that the native syntax gives. As the specification
/// says:
/// - a block is an object, or an array of objects for several blocks; each label is one more level of objects around
/// it, which
///   may be arrays of objects too; null is no block. A body may be an array of objects, which count as one;
/// - the name `//` is a comment in bodies;
/// - strings are templates, also as keys of objects; the nodes of a template have the place of the whole string.
/// A fault of JSON itself ends the reading: the tree holds what came before it. A fault within a template or block is
/// one message, and the rest is there.
File parse_json(std::string source, const RepoPath& path, std::span<const BlockSchema> schema,
                Diagnostics& diagnostics);

}  // namespace statelane::hcl
