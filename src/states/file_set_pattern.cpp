#include "states/file_set_pattern.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "base/utf8.hpp"

namespace statelane::states {

namespace {

constexpr std::string_view meta_characters = "*?[{\\";

/// doublestar's `indexRuneWithEscaping`: a backslash right before the character hides it.
std::size_t find_unescaped(std::string_view text, char wanted, std::size_t from) {
  for (std::size_t at = text.find(wanted, from); at != std::string_view::npos; at = text.find(wanted, at + 1)) {
    if (at == from || text[at - 1] != '\\') return at;
  }
  return std::string_view::npos;
}

std::vector<std::string_view> split_unescaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = find_unescaped(text, separator, begin);
    parts.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

/// One character; a byte that begins none counts as one, as Go reads it.
struct Rune {
  char32_t value = 0;
  std::size_t length = 0;
};

Rune rune_at(std::string_view text, std::size_t at) {
  const Utf8Character found = first_utf8_character(text.substr(at));
  return found.length == 0 ? Rune{0xFFFD, 1} : Rune{found.value, found.length};
}

/// What stands between `[` and `]` against one character.
std::optional<bool> matches_class(std::string_view content, char32_t wanted) {
  if (content.empty()) return std::nullopt;
  const bool is_negated = content.front() == '^';
  std::size_t at = is_negated ? 1 : 0;
  const auto take = [&]() -> std::optional<char32_t> {
    if (at >= content.size() || content[at] == '-') return std::nullopt;
    if (content[at] == '\\' && ++at >= content.size()) return std::nullopt;
    const Rune rune = rune_at(content, at);
    at += rune.length;
    return rune.value;
  };
  bool is_found = false;
  while (at < content.size()) {
    const auto low = take();
    auto high = low;
    if (low && at < content.size() && content[at] == '-') {
      ++at;
      high = take();
    }
    if (!low || !high) return std::nullopt;
    is_found = is_found || (*low <= wanted && wanted <= *high);
  }
  return is_found != is_negated;
}

/// `*` and what follows it: any suffix of the name but the empty one is tried.
bool matches_after_star(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return true;
  for (std::size_t at = 0; at < name.size(); at += rune_at(name, at).length) {
    if (matches_component(pattern, name.substr(at)).value_or(false)) return true;
  }
  return false;
}

/// `pattern` stands behind an opening brace.
std::optional<bool> matches_braces(std::string_view pattern, std::string_view name) {
  const std::size_t end = find_unescaped(pattern, '}', 0);
  if (end == std::string_view::npos) return std::nullopt;
  for (const std::string_view option : split_unescaped(pattern.substr(0, end), ',')) {
    const auto result = matches_component(std::string(option).append(pattern.substr(end + 1)), name);
    if (!result || *result) return result;
  }
  return false;
}

bool has_nested_braces(std::string_view component) {
  bool is_open = false;
  for (std::size_t at = 0; at < component.size(); ++at) {
    if (component[at] == '\\') {
      ++at;
    } else if (component[at] == '{') {
      if (is_open) return true;
      is_open = true;
    } else if (component[at] == '}') {
      is_open = false;
    }
  }
  return is_open;
}

/// GitLab's language reads `!` in front of a class as negation, and a brace that nothing opened as half a pair.
std::string to_glob_component(std::string_view component) {
  if (component == "**") return "**";
  if (has_nested_braces(component) || count_alternatives(component, 64) >= 64) return "*";
  std::string result;
  bool is_open = false;
  for (std::size_t at = 0; at < component.size(); ++at) {
    const char letter = component[at];
    if (letter == '\\') {
      if (at + 1 == component.size()) return "*";
      result.append(component.substr(at++, 2));
    } else if (letter == '[') {
      const std::size_t end = find_unescaped(component, ']', at + 1);
      if (end == std::string_view::npos) return "*";
      const std::string_view content = component.substr(at + 1, end - at - 1);
      result.append(content.starts_with('!') ? "[\\" : "[").append(content).append("]");
      at = end;
    } else {
      if (letter == '}' && !is_open) result += '\\';
      if (letter == '{' || letter == '}') is_open = letter == '{';
      result += letter;
    }
  }
  return result;
}

}  // namespace

std::optional<FileSetPattern> parse_file_set(const RepoPath& from, std::string_view text) {
  FileSetPattern result{from, {}};
  for (const std::string_view component : split_unescaped(text, '/')) {
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      result.components.emplace_back(component);
    } else if (!result.components.empty()) {
      result.components.pop_back();
    } else if (!result.base.is_root()) {
      result.base = result.base.parent();
    } else {
      return std::nullopt;
    }
  }
  const auto is_plain = [](const std::string& component) {
    return component.find_first_of(meta_characters) == std::string::npos;
  };
  const auto first = std::find_if_not(result.components.begin(), result.components.end(), is_plain);
  for (auto component = result.components.begin(); component != first; ++component)
    result.base = result.base.child(*component);
  result.components.erase(result.components.begin(), first);
  return result;
}

std::optional<bool> matches_component(std::string_view pattern, std::string_view name) {
  if (pattern.empty() || name.empty()) return pattern.empty() ? name.empty() : pattern == "*";
  std::size_t at = 0;
  std::size_t place = 0;
  while (at < pattern.size() && place < name.size()) {
    const Rune wanted = rune_at(name, place);
    const char letter = pattern[at];
    if (letter == '*') return matches_after_star(pattern.substr(at + 1), name.substr(place));
    if (letter == '{') return matches_braces(pattern.substr(at + 1), name.substr(place));
    if (letter == '[') {
      const std::size_t end = find_unescaped(pattern, ']', at + 1);
      if (end == std::string_view::npos) return std::nullopt;
      const auto result = matches_class(pattern.substr(at + 1, end - at - 1), wanted.value);
      if (!result || !*result) return result;
      at = end + 1;
    } else {
      if (letter == '\\' && ++at == pattern.size()) return std::nullopt;
      const Rune rune = rune_at(pattern, at);
      if (rune.value != wanted.value && letter != '?') return false;
      at += rune.length;
    }
    place += wanted.length;
  }
  const std::string_view rest = pattern.substr(at);
  return place == name.size() && (rest.empty() || rest == "*" || rest == "**");
}

std::string to_glob(std::span<const std::string> components) {
  std::string glob;
  for (const std::string& component : components) {
    if (!glob.empty()) glob += '/';
    glob += to_glob_component(component);
  }
  // doublestar's `**` at the end lists every depth; in GitLab's pattern language that is `**/*`.
  if (glob == "**" || glob.ends_with("/**")) glob += "/*";
  return glob;
}

}  // namespace statelane::states
