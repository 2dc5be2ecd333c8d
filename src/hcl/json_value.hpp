#pragma once

#include <span>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "hcl/arena.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

struct JsonMember;

/// A JSON value with its place. It lives in an arena.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  SourceRange range;
  std::string_view text;                ///< string: escapes resolved; boolean and number: as written
  std::span<const JsonValue> items;     ///< array
  std::span<const JsonMember> members;  ///< object, in source order, with duplicates
};

struct JsonMember {
  std::string_view name;
  SourceRange name_range;
  JsonValue value;
};

struct JsonDocument {
  JsonValue value;
  bool is_cut = false;  ///< see `File::is_cut`
};

/// Reads JSON text. The first fault is an error with its place and ends the reading; what was complete before it is
/// returned. Values may nest `nesting_limit` deep; there may be `most_values`.
JsonDocument read_json(std::string_view source, const RepoPath& path, Arena& arena, Diagnostics& diagnostics);

/// The value that `jsondecode` makes of it.
Value to_value(const JsonValue& json);

}  // namespace statelane::hcl
