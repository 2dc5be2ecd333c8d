#include <algorithm>
#include <cctype>

#include "hcl/characters.hpp"
#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

using Pieces = std::vector<std::optional<std::string>>;

/// The pieces as a text, neighbours of one kind joined.
Value to_value(const Pieces& pieces, const Value::Unknown& why) {
  Value::Text text;
  for (const auto& piece : pieces) {
    if (piece) {
      append_text(text, *piece);
    } else {
      append_unknown(text, why);
    }
  }
  return Value{std::move(text)};
}

/// The reason of `text`'s unknown pieces once they also stand for parts of known ones, of these bytes.
Value::Unknown reason_with_parts(const Value::Text& text, std::string_view bytes) {
  Value::Unknown why = text.why;
  why.may_climb = why.may_climb || (bytes.find('.') != std::string_view::npos && Value{text}.may_climb());
  return why;
}

/// Each known piece changed by itself, letter by letter. Letters beyond ASCII would need Unicode's tables.
template <typename Change>
Value change_letters(Arguments arguments, const SourceRange& range, const Change& change) {
  Value::Text text = text_at(arguments, 0, range);
  Value::Unknown why = text.why;
  for (auto& piece : text.pieces) {
    if (piece && !is_ascii(*piece)) {
      why.may_climb = why.may_climb || holds_climb(*piece);
      if (why.reason.empty()) why = {"letters beyond ASCII are not folded", range, false, why.may_climb};
      piece.reset();
    } else if (piece) {
      std::transform(piece->begin(), piece->end(), piece->begin(), change);
    }
  }
  return to_value(text.pieces, why);
}

Value lower(Arguments arguments, const SourceRange& range) {
  return change_letters(arguments, range, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

Value upper(Arguments arguments, const SourceRange& range) {
  return change_letters(arguments, range, [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
}

/// Go's `strings.Title` on ASCII: a letter behind anything but a letter, digit or underscore is the first of a word.
Value title(Arguments arguments, const SourceRange& range) {
  Value::Text text = text_at(arguments, 0, range);
  const Value::Unknown why = reason_with_parts(text, ".");
  char before = ' ';
  for (auto& piece : text.pieces) {
    if (!piece) continue;
    if (!is_ascii(*piece)) return not_folded();
    // Behind an unknown piece the first letter may begin a word or not: it becomes a part of what is unknown.
    if (&piece != &text.pieces.front()) before = piece->front(), piece->erase(0, 1);
    for (char& byte : *piece) {
      const bool begins_word = std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_';
      before = byte;
      if (begins_word) byte = static_cast<char>(std::toupper(static_cast<unsigned char>(byte)));
    }
  }
  return to_value(text.pieces, why);
}

/// What `cut` leaves of the beginning of a text. Behind an unknown piece, which may be empty, it cuts once more; what
/// it takes there is a part of the unknown piece where that is not empty.
template <typename Iterator, typename Cut>
void trim_pieces(Iterator begin, Iterator end, const Cut& cut) {
  for (; begin != end; ++begin) {
    auto& piece = *begin;
    if (!piece) continue;
    piece = std::string(cut(*piece));
    if (!piece->empty()) return;
  }
}

Value trim_space(Arguments arguments, const SourceRange& range) {
  Value::Text text = text_at(arguments, 0, range);
  trim_pieces(text.pieces.begin(), text.pieces.end(), trim_left);
  trim_pieces(text.pieces.rbegin(), text.pieces.rend(), trim_right);
  return to_value(text.pieces, text.why);
}

Value chomp(Arguments arguments, const SourceRange& range) {
  Value::Text text = text_at(arguments, 0, range);
  trim_pieces(text.pieces.rbegin(), text.pieces.rend(), [](std::string_view piece) {
    while (piece.ends_with('\n') || piece.ends_with('\r')) piece.remove_suffix(1);
    return piece;
  });
  return to_value(text.pieces, text.why);
}

Value trim(Arguments arguments, const SourceRange& range) {
  Value::Text text = text_at(arguments, 0, range);
  const auto cut = known_text(arguments, 1);
  if (!cut || !is_ascii(*cut)) return not_folded();
  const Value::Unknown why = reason_with_parts(text, *cut);
  trim_pieces(text.pieces.begin(), text.pieces.end(), [&](std::string_view piece) {
    return piece.substr(std::min(piece.find_first_not_of(*cut), piece.size()));
  });
  trim_pieces(text.pieces.rbegin(), text.pieces.rend(), [&](std::string_view piece) {
    const std::size_t last = piece.find_last_not_of(*cut);
    return piece.substr(0, last == std::string_view::npos ? 0 : last + 1);
  });
  return to_value(text.pieces, why);
}

Value trim_prefix(Arguments arguments, const SourceRange& range) {
  const auto prefix = known_text(arguments, 1);
  if (!prefix) return not_folded();
  Value::Text text = text_at(arguments, 0, range);
  if (text.pieces.empty() || prefix->empty()) return Value{std::move(text)};
  auto& first = text.pieces.front();
  if (!first) return not_folded();
  if (first->starts_with(*prefix)) {
    first->erase(0, prefix->size());
    return to_value(text.pieces, text.why);
  }
  const bool may_be_completed = text.pieces.size() > 1 && prefix->starts_with(*first);
  return may_be_completed ? not_folded() : Value{std::move(text)};
}

Value trim_suffix(Arguments arguments, const SourceRange& range) {
  const auto suffix = known_text(arguments, 1);
  if (!suffix) return not_folded();
  Value::Text text = to_text(arguments[0], range);
  if (text.pieces.empty() || suffix->empty()) return Value{std::move(text)};
  auto& last = text.pieces.back();
  if (!last) return not_folded();
  const bool is_root = last->size() <= suffix->size() + repository_root.size() && last->starts_with(repository_root);
  if (is_root) return not_folded();
  if (last->ends_with(*suffix)) {
    last->resize(last->size() - suffix->size());
    return to_value(text.pieces, text.why);
  }
  const bool may_be_completed = text.pieces.size() > 1 && suffix->ends_with(*last);
  return may_be_completed ? not_folded() : Value{std::move(text)};
}

Value indent(Arguments arguments, const SourceRange& range) {
  const Integer spaces = integer_at(arguments, 0, range);
  if (!spaces.value || *spaces.value < 0 || *spaces.value > 1'000) return spaces.value ? not_folded() : spaces.failure;
  const Value::Text text = text_at(arguments, 1, range);
  const std::string margin(static_cast<std::size_t>(*spaces.value), ' ');
  Value::Text result;
  for (const auto& piece : text.pieces) {
    if (!piece) append_unknown(result, text.why);
    for (const char byte : piece.value_or("")) {
      append_text(result, std::string_view(&byte, 1));
      if (byte == '\n') append_text(result, margin);
    }
  }
  return Value{std::move(result)};
}

/// Some beginning of it is also its end, so that two occurrences may overlap.
bool has_border(std::string_view text) {
  for (std::size_t size = 1; size < text.size(); ++size) {
    if (text.substr(0, size) == text.substr(text.size() - size)) return true;
  }
  return false;
}

/// As many bytes at the end of `left` as may begin an occurrence that `right`, behind it, completes.
std::size_t overlap(std::string_view left, std::string_view wanted) {
  for (std::size_t size = std::min(left.size(), wanted.size() - 1); size > 0; --size) {
    if (left.ends_with(wanted.substr(0, size))) return size;
  }
  return 0;
}

std::size_t overlap_behind(std::string_view right, std::string_view wanted) {
  for (std::size_t size = std::min(right.size(), wanted.size() - 1); size > 0; --size) {
    if (right.starts_with(wanted.substr(wanted.size() - size))) return size;
  }
  return 0;
}

void append_replaced(Value::Text& result, std::string_view piece, std::string_view from, const Value::Text& to) {
  for (std::size_t at = piece.find(from); at != std::string_view::npos; at = piece.find(from)) {
    append_text(result, piece.substr(0, at));
    append_text(result, to);
    piece.remove_prefix(at + from.size());
  }
  append_text(result, piece);
}

/// A pattern between slashes is a regular expression and not folded. What of a known piece may be part of an
/// occurrence that began or ends in an unknown one is not known either.
Value replace(Arguments arguments, const SourceRange& range) {
  const Value::Text text = text_at(arguments, 0, range);
  const auto from = known_text(arguments, 1);
  const Value::Text to = text_at(arguments, 2, range);
  if (!from || from->empty() || (from->size() > 1 && from->starts_with('/') && from->ends_with('/')))
    return not_folded();
  if (text.pieces.size() > 1 && has_border(*from)) return not_folded();
  Value::Unknown why = reason_with_parts(text, *from);
  why.may_climb = why.may_climb || Value{to}.may_climb();
  Value::Text result;
  for (std::size_t index = 0; index < text.pieces.size(); ++index) {
    if (!text.pieces[index]) {
      append_unknown(result, why);
      continue;
    }
    std::string_view piece = *text.pieces[index];
    if (index > 0) piece.remove_prefix(overlap_behind(piece, *from));
    if (index + 1 < text.pieces.size()) piece.remove_suffix(overlap(piece, *from));
    append_replaced(result, piece, *from, to);
  }
  return Value{std::move(result)};
}

Value split(Arguments arguments, const SourceRange&) {
  const auto separator = known_text(arguments, 0);
  const auto text = known_text(arguments, 1);
  if (!separator || !text || (separator->empty() && !is_ascii(*text))) return not_folded();
  Value::List list;
  std::size_t begin = 0;
  const auto find = [&](std::size_t from) {
    if (!separator->empty()) return text->find(*separator, from);
    return from + 1 < text->size() ? from + 1 : std::string::npos;
  };
  for (std::size_t at = find(0); at != std::string::npos; at = find(begin)) {
    if (list.size() >= longest_list) return not_folded();
    list.push_back(Value::text(text->substr(begin, at - begin)));
    begin = at + separator->size();
  }
  if (!separator->empty() || !text->empty()) list.push_back(Value::text(text->substr(begin)));
  return Value{std::move(list)};
}

/// Counted in characters as people see them: folded for ASCII only.
Value substr(Arguments arguments, const SourceRange& range) {
  const Integer offset = integer_at(arguments, 1, range);
  const Integer length = integer_at(arguments, 2, range);
  if (!offset.value) return offset.failure;
  if (!length.value) return length.failure;
  Value::Text text = text_at(arguments, 0, range);
  if (text.pieces.empty()) return Value::text("");
  auto& first = text.pieces.front();
  if (!first || !is_ascii(*first)) return *offset.value == 0 && *length.value < 0 ? Value{text} : not_folded();
  const bool is_known = text.pieces.size() == 1;
  const auto size = static_cast<std::int64_t>(first->size());
  if (!is_known && (*offset.value < 0 || *offset.value >= size)) return not_folded();
  const std::int64_t begin = std::max<std::int64_t>(*offset.value < 0 ? *offset.value + size : *offset.value, 0);
  if (begin >= size) return Value::text("");
  if (*length.value < 0 || *length.value > size) {
    if (!is_known && *length.value >= 0) return not_folded();
    first->erase(0, static_cast<std::size_t>(begin));
    return to_value(text.pieces, text.why);
  }
  // A mark at the beginning of an unknown piece would belong to the last known letter.
  if (!is_known && begin + *length.value >= size) return not_folded();
  return Value::text(first->substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(*length.value)));
}

/// Whether a text begins (or ends) with `wanted`; `part` is the known piece there.
Value begins_or_ends(const Value::Text& text, bool is_front, std::string_view wanted) {
  if (wanted.empty()) return Value{true};
  if (text.pieces.empty()) return Value{false};
  const auto& piece = is_front ? text.pieces.front() : text.pieces.back();
  if (!piece) return Value::boolean_or_other();
  const std::size_t size = std::min(piece->size(), wanted.size());
  const bool is_alike = is_front ? piece->substr(0, size) == wanted.substr(0, size)
                                 : piece->substr(piece->size() - size) == wanted.substr(wanted.size() - size);
  if (!is_alike) return Value{false};
  if (size == wanted.size()) return Value{true};
  return text.pieces.size() > 1 ? Value::boolean_or_other() : Value{false};
}

Value begins_with(Arguments arguments, const SourceRange& range) {
  const auto prefix = known_text(arguments, 1);
  return prefix ? begins_or_ends(text_at(arguments, 0, range), true, *prefix) : Value::boolean_or_other();
}

Value ends_with(Arguments arguments, const SourceRange& range) {
  const auto suffix = known_text(arguments, 1);
  return suffix ? begins_or_ends(text_at(arguments, 0, range), false, *suffix) : Value::boolean_or_other();
}

Value string_contains(Arguments arguments, const SourceRange& range) {
  const Value::Text text = text_at(arguments, 0, range);
  const auto part = known_text(arguments, 1);
  if (!part) return Value::boolean_or_other();
  bool is_known = true;
  for (const auto& piece : text.pieces) {
    if (piece && piece->find(*part) != std::string::npos) return Value{true};
    is_known = is_known && piece;
  }
  if (part->empty()) return Value{true};
  return is_known ? Value{false} : Value::boolean_or_other();
}

Value reverse_string(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  return text && is_ascii(*text) ? Value::text(std::string(text->rbegin(), text->rend())) : not_folded();
}

constexpr NamedFunction table[] = {
    {"chomp", chomp, 1, 1, 1},
    {"endswith", ends_with, 2, 2, 2},
    {"indent", indent, 2, 2, 2},
    {"lower", lower, 1, 1, 1},
    {"replace", replace, 3, 3, 3},
    {"split", split, 2, 2, 2},
    {"startswith", begins_with, 2, 2, 2},
    {"strcontains", string_contains, 2, 2, 2},
    {"strrev", reverse_string, 1, 1, 1},
    {"substr", substr, 3, 3, 3},
    {"title", title, 1, 1, 1},
    {"trim", trim, 2, 2, 2},
    {"trimprefix", trim_prefix, 2, 2, 2},
    {"trimspace", trim_space, 1, 1, 1},
    {"trimsuffix", trim_suffix, 2, 2, 2},
    {"upper", upper, 1, 1, 1},
};

}  // namespace

std::span<const NamedFunction> text_functions() { return table; }

}  // namespace statelane::hcl
