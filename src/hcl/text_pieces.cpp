#include "hcl/text_pieces.hpp"

#include <algorithm>
#include <vector>

#include "hcl/normal_form.hpp"

namespace statelane::hcl {

namespace {

std::size_t known_size(const Value::Text& text) {
  std::size_t result = 0;
  for (const auto& piece : text.pieces) result += piece ? piece->size() : 0;
  return result;
}

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

/// The place behind the letters beyond ASCII that begin at `at`.
std::size_t end_of_letters(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_ascii(text[at])) ++at;
  return at;
}

}  // namespace

void append_unknown(Value::Text& text, const Value::Unknown& why) {
  const bool may_climb = text.why.may_climb || why.may_climb;
  if (text.why.reason.empty()) text.why = why;
  text.why.is_error = false;
  text.why.may_climb = may_climb;
  if (text.pieces.empty() || text.pieces.back()) text.pieces.push_back(std::nullopt);
}

void append_text(Value::Text& text, std::string_view known) {
  if (known.empty()) return;
  if (known_size(text) + known.size() > longest_text)
    return append_unknown(text, {"the text is too long", {}, false, holds_climb(known)});
  if (!text.pieces.empty() && text.pieces.back()) {
    *text.pieces.back() += known;
  } else {
    text.pieces.emplace_back(known);
  }
}

void append_text(Value::Text& text, const Value::Text& more) {
  for (const auto& piece : more.pieces) {
    if (piece) {
      append_text(text, *piece);
    } else {
      append_unknown(text, more.why);
    }
  }
}

Value::Text to_text(const Value& value, const SourceRange& range) {
  if (const auto* text = value.as_text()) return *text;
  Value::Text result;
  if (const auto known = value.as_known_string()) {
    append_text(result, *known);
  } else if (const auto* unknown = value.as_unknown()) {
    append_unknown(result, *unknown);
  } else {
    append_unknown(result, {"it is one of several texts", range, false, value.may_climb()});
  }
  return result;
}

Value::Text hide_root(Value::Text text) {
  const auto holds_root = [](const auto& piece) { return piece && piece->find(repository_root) != std::string::npos; };
  if (std::none_of(text.pieces.begin(), text.pieces.end(), holds_root)) return text;
  const Value::Unknown place{"where the repository lies is not known", {}, false, true};
  Value::Text result;
  for (const auto& piece : text.pieces) {
    if (!piece) append_unknown(result, text.why);
    std::string_view rest = piece ? std::string_view(*piece) : "";
    for (std::size_t at = rest.find(repository_root); at != std::string_view::npos; at = rest.find(repository_root)) {
      append_text(result, rest.substr(0, at + 1));
      append_unknown(result, place);
      rest.remove_prefix(at + repository_root.size());
    }
    append_text(result, rest);
  }
  return result;
}

bool may_be_equal(const Value::Text& left, const Value::Text& right) {
  const Value::Text first = hide_root(left);
  const Value::Text second = hide_root(right);
  const auto is_known = [](const Value::Text& text) {
    return text.pieces.empty() || (text.pieces.size() == 1 && text.pieces[0]);
  };
  const auto part = [](const Value::Text& text, bool is_front) {
    if (text.pieces.empty()) return std::string_view();
    const auto& piece = is_front ? text.pieces.front() : text.pieces.back();
    return piece ? std::string_view(*piece) : std::string_view();
  };
  if (is_known(first) && is_known(second)) return part(first, true) == part(second, true);
  if ((is_known(first) && part(first, true).size() < known_size(second)) ||
      (is_known(second) && part(second, true).size() < known_size(first)))
    return false;
  const std::string_view begin = part(first, true).substr(0, part(second, true).size());
  if (begin != part(second, true).substr(0, begin.size())) return false;
  const std::string_view one_end = part(first, false);
  const std::string_view other_end = part(second, false);
  const std::size_t common = std::min(one_end.size(), other_end.size());
  return one_end.substr(one_end.size() - common) == other_end.substr(other_end.size() - common);
}

std::string clean_path(const std::string& path) {
  const bool is_absolute = path.starts_with('/');
  std::vector<std::string_view> parts;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !is_absolute) {
      parts.push_back(part);
    }
  }
  std::string result;
  result.reserve(path.size() + 1);
  for (const std::string_view part : parts) {
    if (!result.empty() || is_absolute) result += '/';
    result += part;
  }
  if (result.empty()) return is_absolute ? "/" : ".";
  return result;
}

Value::Text to_normal_form(std::string_view text) {
  Value::Text result;
  if (std::all_of(text.begin(), text.end(), is_ascii)) {
    append_text(result, text);
    return result;
  }
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_ascii(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = end_of_letters(text, at);
    if (!is_in_normal_form(text.substr(at, end - at))) {
      // A mark is composed with the letter before it, which may be ASCII.
      append_text(result, text.substr(begin, std::max(at, begin + 1) - 1 - begin));
      append_unknown(result, {"its letters may have another form for Terraform", {}});
      begin = end;
    }
    at = end;
  }
  append_text(result, text.substr(begin));
  return result;
}

}  // namespace statelane::hcl
