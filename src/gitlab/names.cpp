#include "gitlab/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "gitlab/limits.hpp"

namespace statelane::gitlab {

namespace {

constexpr std::size_t digest_digits = 12;
constexpr std::size_t max_slug_length = 128;

/// `text` ends as a name does that got a digest: `separator` and then the digits.
bool ends_like_digest(std::string_view text, std::string_view separator) {
  if (text.size() < separator.size() + digest_digits) return false;
  const std::string_view tail = text.substr(text.size() - digest_digits);
  return tail.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.substr(0, text.size() - digest_digits).ends_with(separator);
}

/// The longest beginning of `text` that has at most `limit` bytes and ends with a whole character.
std::string_view shorten(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

/// `name` where it says all of `id`; otherwise shortened, with the digest of `id`. A name that merely looks as if it
/// had a digest gets one too, so that no id can take another's name.
std::string with_digest(std::string_view name, bool is_exact, std::string_view id, std::string_view separator,
                        std::size_t limit) {
  if (is_exact && name.size() <= limit && !ends_like_digest(name, separator)) return std::string(name);
  std::string_view beginning = shorten(name, limit - separator.size() - digest_digits);
  beginning.remove_prefix(std::min(beginning.find_first_not_of("-./ "), beginning.size()));
  beginning = beginning.substr(0, beginning.find_last_not_of("-/ ") + 1);
  if (beginning.empty()) beginning = "state";
  return fmt::format("{}{}{}", beginning, separator, sha256_hex(id).substr(0, digest_digits));
}

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

/// Characters that break a line somewhere, or cannot be seen: controls, line separators, direction marks, the byte
/// order mark.
bool is_hidden_character(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value <= 0x9F) || (value >= 0x200B && value <= 0x200F) ||
         (value >= 0x2028 && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) || value == 0xFEFF ||
         (value >= 0xFFFE && value <= 0xFFFF);
}

/// `id` with a `-` for each hidden character and each byte that is not UTF-8.
std::string to_visible(std::string_view id) {
  std::string result;
  while (!id.empty()) {
    const Utf8Character character = first_utf8_character(id);
    if (character.length == 0 || is_hidden_character(character.value)) {
      result += '-';
    } else {
      result += id.substr(0, character.length);
    }
    id.remove_prefix(std::max<std::size_t>(1, character.length));
  }
  return result;
}

/// Replaces each run of characters that are not `is_allowed` by one `-`.
std::string map_characters(std::string_view text, const std::function<bool(char)>& is_allowed) {
  std::string result;
  bool in_run = false;
  for (const char character : text) {
    if (is_allowed(character)) {
      result += character;
    } else if (!in_run) {
      result += '-';
    }
    in_run = !is_allowed(character);
  }
  return result;
}

/// `a/b@c` as `a--b__c`. It can be read back, unless the id itself has such pairs.
std::string spell_separators(std::string_view id) {
  std::string result;
  for (const char character : id) {
    if (character == '/') {
      result += "--";
    } else if (character == '@') {
      result += "__";
    } else {
      result += character;
    }
  }
  return result;
}

bool has_ambiguous_separators(std::string_view id) {
  constexpr std::array<std::string_view, 6> pairs = {"--", "__", "-/", "/-", "_@", "@_"};
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](std::string_view pair) { return id.find(pair) != std::string_view::npos; });
}

/// `\s` of Ruby's patterns.
bool is_space(char character) { return std::string_view(" \t\r\n\f\v").find(character) != std::string_view::npos; }

/// What begins a group. `\b` between brackets is a backspace.
bool is_group_separator(char character) { return is_space(character) || character == ':' || character == '\b'; }

/// Takes digits from the end of `text`; false when there are none.
bool drop_digits(std::string_view& text) {
  const std::size_t before = text.size();
  while (!text.empty() && text.back() >= '0' && text.back() <= '9') text.remove_suffix(1);
  return text.size() < before;
}

/// Takes white space and characters of `others` from the end of `text`; false when there are none.
bool drop_separators(std::string_view& text, std::string_view others) {
  const std::size_t before = text.size();
  while (!text.empty() && (is_space(text.back()) || others.find(text.back()) != std::string_view::npos))
    text.remove_suffix(1);
  return text.size() < before;
}

/// A separator (white space or a colon) stands before a `[` in `text`, which ends with `]`.
bool ends_with_bracket_group(std::string_view text) {
  for (std::size_t index = 1; index < text.size(); ++index) {
    if (text[index] == '[' && is_group_separator(text[index - 1])) return true;
  }
  return false;
}

}  // namespace

bool can_carry(std::string_view id) { return is_valid_utf8(id); }

std::string job_name(std::string_view verb, std::string_view id) {
  const std::string visible = to_visible(id);
  const std::string name = fmt::format("{}: {}", verb, visible);
  const bool is_exact = visible == id && !is_grouped_name(name) && !id.ends_with(' ') && !id.starts_with(' ');
  return with_digest(name, is_exact, id, " #", max_job_name_characters);
}

std::string environment_name(std::string_view id) {
  if (id == ".") return with_digest("root", false, id, "-", max_environment_characters);
  const std::string name = map_characters(id, [](char character) {
    return is_letter_or_digit(character) || std::string_view("_/. -").find(character) != std::string_view::npos;
  });
  const bool has_edge = name.empty() || name.find_first_of("/ ") == 0 || name.find_last_of("/ ") == name.size() - 1;
  return with_digest(name, !has_edge && name == id, id, "-", max_environment_characters);
}

namespace {

/// The last six digits of the name's SHA-256 as a number to the base 36.
std::string slug_suffix(std::string_view name) {
  constexpr std::uint64_t modulus = 36ULL * 36 * 36 * 36 * 36 * 36;
  std::uint64_t rest = 0;
  for (const char digit : sha256_hex(name)) {
    const std::uint64_t value =
        digit <= '9' ? static_cast<std::uint64_t>(digit - '0') : static_cast<std::uint64_t>(digit - 'a') + 10;
    rest = (rest * 16 + value) % modulus;
  }
  std::string digits(6, '0');
  for (std::size_t index = digits.size(); index-- > 0; rest /= 36) {
    digits[index] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
  }
  return digits;
}

}  // namespace

bool is_environment_slug(std::string_view text) {
  constexpr std::size_t longest = 24;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !text.empty() && text.size() <= longest && text.find_first_not_of(letters) == std::string_view::npos;
}

std::string environment_slug(std::string_view name) {
  constexpr std::size_t longest = 24;
  constexpr std::size_t longest_beginning = 17;
  const auto is_letter = [](char byte) { return byte >= 'a' && byte <= 'z'; };
  std::string slug;
  const auto add = [&](char byte) {
    // Runs of dashes are one, and with them the bytes of one character.
    if (byte != '-' || !slug.ends_with('-')) slug += byte;
  };
  for (const char typed : name) {
    const char byte = typed >= 'A' && typed <= 'Z' ? static_cast<char>(typed - 'A' + 'a') : typed;
    const bool stays = is_letter(byte) || (byte >= '0' && byte <= '9');
    if (slug.empty() && !is_letter(byte)) slug = "env-";
    add(stays ? byte : '-');
  }
  if (slug.empty()) slug = "env-";
  if (slug.size() > longest || slug != name) {
    slug = slug.substr(0, longest_beginning);
    add('-');
    return slug + slug_suffix(name);
  }
  if (slug.ends_with('-')) slug.pop_back();
  return slug;
}

std::string resource_group_key(std::string_view id) { return environment_name(id); }

namespace {

/// What lies in `.statelane` beside the directories of the states.
bool is_taken(std::string_view name) {
  constexpr std::array taken = {"cache", "private", "report.html", "drift.txt"};
  return std::find(taken.begin(), taken.end(), name) != taken.end();
}

}  // namespace

std::string slug(std::string_view id) {
  if (id == ".") return with_digest("root", false, id, "-", max_slug_length);
  const std::string spelled = spell_separators(id);
  const std::string name = map_characters(spelled, [](char character) {
    return is_letter_or_digit(character) || std::string_view("._-").find(character) != std::string_view::npos;
  });
  // Dots and dashes in front are hidden files and options to tools.
  const bool is_plain = !name.empty() && !is_taken(name) && name.front() != '.' && name.front() != '-';
  const bool is_exact = is_plain && name == spelled && !has_ambiguous_separators(id);
  return with_digest(name, is_exact, id, "-", max_slug_length);
}

std::string cache_key(std::string_view id) { return "statelane-" + slug(id); }

bool is_grouped_name(std::string_view name) {
  // The pattern there: ([\b\s:]+((\[.*\])|(\d+[\s:\/\\]+\d+))){1,3}\s*\z
  std::string_view text = name;
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.ends_with(']')) return ends_with_bracket_group(text);
  return drop_digits(text) && drop_separators(text, ":/\\") && drop_digits(text) && !text.empty() &&
         is_group_separator(text.back());
}

bool is_reserved_name(std::string_view name) {
  constexpr std::array<std::string_view, 15> reserved = {
      "after_script", "before_script", "cache", "default", "false", "image",     "include", "nil",
      "pages",        "services",      "spec",  "stages",  "true",  "variables", "workflow"};
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

std::string escape_for_url(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || std::string_view("-._~").find(byte) != std::string_view::npos;
    if (is_plain) {
      result += byte;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return result;
}

}  // namespace statelane::gitlab
