#pragma once

#include <optional>

#include "lint/finding.hpp"
#include "lint/node.hpp"

namespace statelane::lint {

/// A file of a pipeline's configuration.
struct Document {
  std::optional<Node> header;  ///< the first of two documents, when it has `spec`
  Node content;                ///< a map
};

/// Reads the file with this index of `report` as GitLab does: Psych's YAML 1.1 types, the last of equal keys, `<<`
/// merged where it stands (so that it overrides what stands above it), aliases expanded, at most two documents of which
/// the first may be a header. Faults are reported with their places; duplicate keys and merges that override are too,
/// and the reading goes on as GitLab would. Empty when GitLab would refuse the file. Bounded whatever the text is: 2
/// MiB, 100 levels, 300,000 values with aliases counted each time they are used.
std::optional<Document> read_document(std::uint32_t file, Report& report);

}  // namespace statelane::lint
