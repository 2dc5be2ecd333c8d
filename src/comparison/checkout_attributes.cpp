#include "comparison/checkout_attributes.hpp"

#include <algorithm>
#include <array>

namespace statelane::comparison {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view blanks = " \t\r";

/// What git (gitattributes(5)), GitLab and Linguist do with these leaves the files of a checkout as they are.
bool leaves_files_alone(std::string_view attribute) {
  while (attribute.starts_with('-') || attribute.starts_with('!')) attribute.remove_prefix(1);
  const std::string_view name = attribute.substr(0, attribute.find('='));
  constexpr std::array names = {"conflict-marker-size"sv, "delta"sv, "diff"sv,         "encoding"sv,
                                "export-ignore"sv,        "merge"sv, "export-subst"sv, "whitespace"sv};
  return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with("linguist-") ||
         name.starts_with("gitlab-");
}

/// Takes one word from the front of `line`; a quoted pattern is one, its quotes included.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  std::size_t end = 0;
  if (line.starts_with('"')) {
    for (end = 1; end < line.size() && line[end] != '"'; ++end) {
      if (line[end] == '\\') ++end;
    }
    end = std::min(end + 1, line.size());
  }
  end = std::min(line.find_first_of(blanks, end), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

}  // namespace

std::vector<std::string> checkout_attributes(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string kept(take_word(line));
    if (kept.empty() || kept.starts_with('#')) continue;
    const std::size_t pattern_size = kept.size();
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (!leaves_files_alone(word)) kept.append(" ").append(word);
    }
    if (kept.size() > pattern_size) result.push_back(std::move(kept));
  }
  return result;
}

}  // namespace statelane::comparison
