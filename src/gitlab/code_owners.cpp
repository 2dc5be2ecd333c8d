#include "gitlab/code_owners.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/glob.hpp"
#include "base/replace_all.hpp"

namespace statelane::gitlab {

namespace {

constexpr std::string_view blanks = " \t\f\v\r";

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// A name with its mark, or an address; other words are nothing to GitLab.
bool is_owner(std::string_view word) {
  const std::size_t at = word.find('@');
  if (at == std::string_view::npos || word.size() == at + 1) return false;
  return at == 0 || word.find('@', at + 1) == std::string_view::npos;
}

std::vector<std::string> read_owners(std::string_view text) {
  std::vector<std::string> owners;
  while (!(text = trim(text)).empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    if (is_owner(word)) owners.emplace_back(word);
    text.remove_prefix(word.size());
  }
  return owners;
}

/// What begins or goes on with a section: it counts for the lines below it.
struct Heading {
  std::string name{};
  bool is_optional = false;
  std::uint32_t approvals = 1;
  std::vector<std::string> owners{};  ///< by default
};

/// `[name]`, `^[name][2] @owner`; empty when the line is none.
std::optional<Heading> read_heading(std::string_view line) {
  Heading section;
  section.is_optional = line.starts_with('^');
  if (section.is_optional) line.remove_prefix(1);
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos || end == 1) return std::nullopt;
  section.name = line.substr(1, end - 1);
  line.remove_prefix(end + 1);
  if (line.starts_with('[')) {
    const auto [after, fault] = std::from_chars(line.data() + 1, line.data() + line.size(), section.approvals);
    if (fault != std::errc() || after == line.data() + line.size() || *after != ']') return std::nullopt;
    section.approvals = std::max<std::uint32_t>(section.approvals, 1);
    line.remove_prefix(static_cast<std::size_t>(after + 1 - line.data()));
  }
  if (!line.empty() && blanks.find(line.front()) == std::string_view::npos) return std::nullopt;
  section.owners = read_owners(line);
  return section;
}

/// Where the pattern of a line ends: at the first blank that no backslash stands before.
std::size_t find_end(std::string_view line) {
  for (std::size_t at = line.find_first_of(blanks); at != std::string_view::npos;
       at = line.find_first_of(blanks, at + 1))
    if (at == 0 || line[at - 1] != '\\') return at;
  return line.size();
}

/// As GitLab completes a pattern before it matches it.
std::string complete(std::string_view written) {
  std::string pattern(written);
  if (pattern.starts_with("\\#")) pattern.erase(0, 1);
  for (const char blank : blanks) pattern = replace_all(pattern, std::string{'\\', blank}, " ");
  if (pattern == "*") return "/**/*";
  if (!pattern.starts_with('/')) pattern.insert(0, "/**/");
  return pattern.ends_with('/') ? pattern + "**/*" : pattern;
}

OwnersEntry read_entry(std::string_view line) {
  OwnersEntry entry;
  entry.is_exclusion = line.starts_with('!');
  if (entry.is_exclusion) line.remove_prefix(1);
  const std::size_t end = find_end(line);
  entry.pattern = complete(line.substr(0, end));
  entry.owners = read_owners(line.substr(end));
  return entry;
}

bool is_same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  return std::ranges::equal(left, right, {}, lower, lower);
}

/// The section of a name, which may be a new one.
OwnersSection& open_section(std::vector<OwnersSection>& sections, const std::string& name) {
  const auto found =
      std::ranges::find_if(sections, [&](const auto& section) { return is_same_name(section.name, name); });
  return found == sections.end() ? sections.emplace_back(OwnersSection{name}) : *found;
}

/// Braces are plain characters here.
bool matches(const OwnersEntry& entry, std::string_view path) {
  const std::string pattern = replace_all(replace_all(entry.pattern, "{", "\\{"), "}", "\\}");
  return matches_glob(pattern, path);
}

}  // namespace

std::vector<OwnersSection> parse_code_owners(std::string_view text) {
  std::vector<OwnersSection> sections;
  Heading heading;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.empty() || line.starts_with('#')) continue;
    if (auto next = read_heading(line)) {
      heading = *std::move(next);
      continue;
    }
    OwnersEntry entry = read_entry(line);
    entry.line = number;
    entry.is_optional = heading.is_optional;
    entry.approvals = heading.approvals;
    if (entry.owners.empty() && find_end(line) == line.size()) entry.owners = heading.owners;
    open_section(sections, heading.name).entries.push_back(std::move(entry));
  }
  return sections;
}

std::vector<Ownership> find_owners(const std::vector<OwnersSection>& sections, std::string_view path) {
  const std::string absolute = "/" + std::string(path);
  std::vector<Ownership> result;
  for (const OwnersSection& section : sections) {
    const bool is_excluded = std::ranges::any_of(
        section.entries, [&](const OwnersEntry& entry) { return entry.is_exclusion && matches(entry, absolute); });
    if (is_excluded) continue;
    const auto last = std::find_if(section.entries.rbegin(), section.entries.rend(), [&](const OwnersEntry& entry) {
      return !entry.is_exclusion && matches(entry, absolute);
    });
    if (last == section.entries.rend() || last->owners.empty()) continue;
    // Of headings with one name one that is not optional decides for all.
    const bool is_optional = std::ranges::all_of(section.entries, &OwnersEntry::is_optional);
    result.push_back({section.name, is_optional, last->approvals, last->owners, last->line});
  }
  return result;
}

}  // namespace statelane::gitlab
