#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::gitlab {

// CODEOWNERS as GitLab reads it; see "Code Owners syntax and error handling" of its documentation.

/// Where the file may lie; the first that is there counts.
inline constexpr std::array<std::string_view, 3> code_owners_places = {"CODEOWNERS", "docs/CODEOWNERS",
                                                                       ".gitlab/CODEOWNERS"};

/// A line with a pattern.
struct OwnersEntry {
  std::string pattern;              ///< with a slash first, as GitLab completes it
  std::vector<std::string> owners;  ///< `@user`, `@group/sub`, `@@role`, an address; its heading's where it has none
  std::uint32_t line = 0;
  bool is_exclusion = false;  ///< `!pattern`
  bool is_optional = false;   ///< below `^[name]`
  std::uint32_t approvals = 1;
  friend bool operator==(const OwnersEntry&, const OwnersEntry&) = default;
};

struct OwnersSection {
  std::string name;  ///< as it is written first; empty: what stands before the first heading
  std::vector<OwnersEntry> entries{};
  friend bool operator==(const OwnersSection&, const OwnersSection&) = default;
};

/// The sections in their order; those of one name, whatever its case, are one. What cannot be understood is no error:
/// GitLab goes on too.
std::vector<OwnersSection> parse_code_owners(std::string_view text);

/// Who owns a path by one section.
struct Ownership {
  std::string section;
  bool is_optional = false;
  std::uint32_t approvals = 1;
  std::vector<std::string> owners;  ///< as the line has them; never empty
  std::uint32_t line = 0;
  friend auto operator<=>(const Ownership&, const Ownership&) = default;
};

/// By each section at most one: that of the last line whose pattern matches, unless an exclusion matches.
std::vector<Ownership> find_owners(const std::vector<OwnersSection>& sections, std::string_view path);

}  // namespace statelane::gitlab
