#include <algorithm>
#include <string>
#include <vector>

#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

/// Go's `filepath.Base`.
std::string base_name(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return ".";
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || path == "/" ? path : path.substr(slash + 1);
}

/// Cleaning changes nothing in it but slashes at its ends and a leading `./`: no empty component, none of dots but
/// leading `..`.
bool is_clean(std::string_view piece, bool is_first) {
  while (is_first && piece.starts_with("./")) piece.remove_prefix(2);
  bool may_climb = is_first;
  std::size_t begin = 0;
  while (begin <= piece.size()) {
    const std::size_t end = std::min(piece.find('/', begin), piece.size());
    const std::string_view component = piece.substr(begin, end - begin);
    const bool is_end = begin == 0 || end == piece.size();
    begin = end + 1;
    if (component == ".." && may_climb) continue;
    const bool is_empty = component.empty() && is_end;
    if (!is_empty && (component.empty() || component.find_first_not_of('.') == std::string_view::npos)) return false;
    may_climb = false;
  }
  return true;
}

/// The text up to its last slash, where that stands in a known piece.
std::optional<Value::Text> before_last_slash(const Value::Text& text) {
  if (text.pieces.empty() || !text.pieces.back()) return std::nullopt;
  const std::size_t slash = text.pieces.back()->rfind('/');
  const bool is_in_root = text.pieces.size() == 1 && text.pieces.back()->starts_with(repository_root) && slash == 0;
  if (slash == std::string::npos || is_in_root) return std::nullopt;
  Value::Text result = text;
  result.pieces.back()->resize(slash + 1);
  return result;
}

Value::Unknown unclear(const Value::Text& path) {
  Value::Unknown why = path.why;
  const Value::Summary summary = Value{path}.summary();
  why.may_climb = summary.may_climb || summary.has_root;
  return why;
}

Value base_name_of(Arguments arguments, const SourceRange& range) {
  if (const auto known = known_text(arguments, 0)) return Value::text(base_name(*known));
  const Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || !text.pieces.back()) return not_folded();
  std::string last = *text.pieces.back();
  while (last.ends_with('/')) last.pop_back();
  const std::size_t slash = last.rfind('/');
  // What stands before the repository has a last component of its own.
  const bool is_root = last.ends_with(repository_root);
  return slash == std::string::npos || is_root ? not_folded() : Value::text(last.substr(slash + 1));
}

Value directory_name_of(Arguments arguments, const SourceRange& range) {
  if (const auto known = known_text(arguments, 0)) {
    const std::size_t slash = known->rfind('/');
    return Value::text(clean_path(slash == std::string::npos ? std::string() : known->substr(0, slash + 1)));
  }
  const Value::Text text = to_text(arguments[0], range);
  const auto directory = before_last_slash(text);
  return directory ? clean_path(*directory) : Value{unclear(text)};
}

/// `~` is the home directory of whoever runs Terraform.
Value path_expand(Arguments arguments, const SourceRange& range) {
  const Value::Text text = to_text(arguments[0], range);
  const bool is_open = !text.pieces.empty() && (!text.pieces.front() || text.pieces.front()->starts_with('~'));
  return is_open ? not_folded() : Value{text};
}

constexpr NamedFunction table[] = {
    {"basename", base_name_of, 1, 1, 1},
    {"dirname", directory_name_of, 1, 1, 1},
    {"pathexpand", path_expand, 1, 1, 1},
};

}  // namespace

Value clean_path(const Value::Text& path) {
  if (path.pieces.empty()) return Value::text(".");
  const bool is_known = path.pieces.size() == 1 && path.pieces.front();
  if (is_known) {
    std::string clean = clean_path(*path.pieces.front());
    const bool had_root = path.pieces.front()->starts_with(repository_root);
    // Above the repository nothing is known.
    return had_root && !clean.starts_with(repository_root) ? Value{unclear(path)} : Value::text(std::move(clean));
  }
  if (path.why.may_climb) return Value{unclear(path)};
  Value::Text result;
  bool is_first = true;
  for (const auto& piece : path.pieces) {
    if (!piece) {
      append_unknown(result, path.why);
    } else if (!is_clean(*piece, is_first)) {
      return Value{unclear(path)};
    } else {
      // An unknown piece beside a slash may be empty, and then cleaning takes the slash.
      std::string_view kept = *piece;
      while (is_first && kept.starts_with("./")) kept.remove_prefix(2);
      if (!is_first && kept.starts_with('/')) kept.remove_prefix(1);
      const bool is_whole_root = is_first && kept == "/";
      if (kept.ends_with('/') && !is_whole_root) kept.remove_suffix(1);
      append_text(result, kept);
    }
    is_first = false;
  }
  return Value{std::move(result)};
}

std::span<const NamedFunction> path_functions() { return table; }

}  // namespace statelane::hcl
