#pragma once

#include <optional>

#include "lint/finding.hpp"
#include "yaml/value.hpp"

namespace statelane::lint {

/// A file of a pipeline's configuration.
struct Document {
  std::optional<yaml::Value> header;  ///< the first of two documents, when it has `spec`
  yaml::Value content;                ///< a map
};

/// Reads the file with this index of `report` as GitLab does: at most two documents, of which the first may be a
/// header. Faults are reported with their places; so is what GitLab reads otherwise than it looks, and the reading goes
/// on as GitLab would. Empty when GitLab would refuse the file.
std::optional<Document> read_document(std::uint32_t file, Report& report);

}  // namespace statelane::lint
