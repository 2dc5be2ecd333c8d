#include "gitlab/changes_pattern.hpp"

#include "base/glob.hpp"
#include "base/utf8.hpp"

namespace statelane::gitlab {

namespace {

void append_component(std::string& pattern, std::string_view component, PatternKeyword keyword) {
  if (!is_valid_utf8(component)) {
    pattern += '*';
    return;
  }
  for (const char character : component) {
    const bool begins_variable = character == '$' || character == '%';
    if (begins_variable && keyword == PatternKeyword::rules_changes) {
      pattern.append({'[', character, ']'});
      continue;
    }
    // A bracket would not protect `{`: braces are expanded first.
    if (std::string_view("\\*?[{}").find(character) != std::string_view::npos) pattern += '\\';
    pattern += character;
  }
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view path) { return matches_glob(pattern, path); }

std::string escape_pattern(std::string_view literal, PatternKeyword keyword) {
  std::string pattern;
  while (true) {
    const std::size_t slash = literal.find('/');
    append_component(pattern, literal.substr(0, slash), keyword);
    if (slash == std::string_view::npos) return pattern;
    pattern += '/';
    literal.remove_prefix(slash + 1);
  }
}

std::string pattern_below(std::string_view directory, PatternKeyword keyword) {
  if (directory.empty()) return "**/*";
  return escape_pattern(directory, keyword) + "/**/*";
}

std::string pattern_for(std::string_view glob, PatternKeyword keyword) {
  if (keyword == PatternKeyword::only_changes) return std::string(glob);
  std::string pattern;
  for (std::size_t index = 0; index < glob.size(); ++index) {
    const std::string_view before = glob.substr(0, index);
    const char character = glob[index];
    const bool begins_name =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
    // A backslash before the name's first letter means nothing to a glob, between brackets and braces too.
    if (begins_name && (before.ends_with('$') || before.ends_with("${") || before.ends_with('%'))) pattern += '\\';
    pattern += character;
  }
  return pattern;
}

}  // namespace statelane::gitlab
