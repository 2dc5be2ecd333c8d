#pragma once

#include <compare>
#include <cstdint>

namespace statelane {

/// A place in a text file. `line` and `column` count from 1; a column is one byte; `offset` counts bytes from 0.
struct SourcePos {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t offset = 0;

  friend auto operator<=>(const SourcePos&, const SourcePos&) = default;
};

/// The bytes from `begin` up to, not including, `end`.
struct SourceRange {
  SourcePos begin;
  SourcePos end;

  friend auto operator<=>(const SourceRange&, const SourceRange&) = default;
};

}  // namespace statelane
