#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "yaml/value.hpp"

namespace statelane::yaml {

inline constexpr std::size_t most_bytes = std::size_t{2} << 20;
inline constexpr std::size_t most_levels = 100;
/// Aliases count each time they are used.
inline constexpr std::size_t most_values = 300'000;

/// Why a text cannot be read, or what in it means something else than it seems to.
enum class FaultKind {
  syntax,     ///< no YAML
  value,      ///< a plain value that Psych makes something of that no keyword takes: a date, a key that is no text
  reference,  ///< `!reference` of something that is no list of names
  too_large,
  duplicate_key,    ///< remark: the later one counts
  merge_overrides,  ///< remark: `<<` replaces a key that stands above it
  ignored_tag,      ///< remark: Psych reads the value as though the tag were not there
};

struct Fault {
  FaultKind kind = FaultKind::syntax;
  Spot spot;
  std::string message;
  std::vector<std::string> hints{};
};

/// What a text holds.
struct Reading {
  std::vector<Value> documents;  ///< those that are not empty
  std::vector<Fault> remarks;    ///< what a person should know, and Psych reads nevertheless
  std::optional<Fault> fault{};  ///< the first fault ends the reading; then there are no documents
};

/// Reads a text as GitLab does, with Ruby's Psych: YAML 1.1 types (a plain `on` is a boolean, `017` is 15, a quoted
/// scalar is always a text), the last of equal keys, `<<` merged where it stands (so that it overrides what stands
/// above it), aliases expanded, integer keys as their digits. Documents are parted as GitLab parts them, at lines that
/// begin with `---`. Bounded whatever the text is. `file` is what the spots carry.
Reading read(std::string_view text, std::uint32_t file = 0);

/// The one document of a file that is ours: what `read` only remarks is an error too, but for `<<` over a key. Each
/// fault is told with its place. Empty when anything was refused; null (`Value{}`) for an empty text.
std::optional<Value> read_strictly(std::string_view text, const RepoPath& path, Diagnostics& diagnostics);

}  // namespace statelane::yaml
