#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "yaml/read.hpp"

namespace statelane::yaml {

/// One of a file's documents: its text, and where in the file it begins.
struct DocumentText {
  std::string_view text;
  SourcePos begin;
};

/// The value of one document of valid UTF-8. Adds what should be remarked to `remarks`; throws the `Fault` that ends
/// the reading. Bounded by `most_levels` and `most_values`.
Value read_document(std::uint32_t file, const DocumentText& part, std::vector<Fault>& remarks);

}  // namespace statelane::yaml
