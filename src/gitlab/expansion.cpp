#include "gitlab/expansion.hpp"

#include "gitlab/changes_pattern.hpp"

namespace statelane::gitlab {

namespace {

bool begins_name(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
}

bool continues_name(char character) { return begins_name(character) || (character >= '0' && character <= '9'); }

/// The length of the variable name at the beginning of `text`; 0 when there is none.
std::size_t name_length(std::string_view text) {
  if (text.empty() || !begins_name(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() && continues_name(text[length])) ++length;
  return length;
}

/// `text` begins with `$NAME`, `${NAME}` or `%NAME%`.
bool begins_variable(std::string_view text) {
  const auto closes = [](std::string_view rest, char closing) {
    const std::size_t length = name_length(rest);
    return length > 0 && length < rest.size() && rest[length] == closing;
  };
  if (text.starts_with("${")) return closes(text.substr(2), '}');
  if (text.starts_with('$')) return name_length(text.substr(1)) > 0;
  return text.starts_with('%') && closes(text.substr(1), '%');
}

std::string replace_each(std::string_view text, char wanted, std::string_view replacement) {
  std::string result;
  for (const char character : text) {
    if (character == wanted) {
      result += replacement;
    } else {
      result += character;
    }
  }
  return result;
}

}  // namespace

std::string escape_for_runner(std::string_view text) { return replace_each(text, '$', "$$"); }

std::string escape_for_runner_glob(std::string_view text) { return escape_for_runner(escape_pattern(text)); }

bool is_expanded_by_gitlab(std::string_view text) {
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (begins_variable(text.substr(index))) return true;
  }
  return false;
}

std::string quote_for_shell(std::string_view text) { return "'" + replace_each(text, '\'', "'\\''") + "'"; }

std::optional<std::string> quote_for_expression(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  for (const char quote : {'"', '\''}) {
    if (text.find(quote) == std::string_view::npos) return quote + std::string(text) + quote;
  }
  return std::nullopt;
}

}  // namespace statelane::gitlab
