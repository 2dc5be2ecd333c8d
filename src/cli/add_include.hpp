#pragma once

#include <optional>
#include <string>

namespace statelane::cli {

/// The text of a pipeline with one more local file in its `include`, at the end of the list that is there, else at the
/// end or, where that would change a value, the beginning of the text. All else stays as it is, to the letter. Empty
/// where that cannot be told for certain: the text is no YAML, or its `include` is no list with one entry a line.
std::optional<std::string> add_include(const std::string& pipeline, const std::string& file);

/// `include` with that file more, on one line, for people to write where `add_include` cannot.
std::string describe_include(const std::string& pipeline, const std::string& file);

}  // namespace statelane::cli
