#include <fmt/format.h>

#include <algorithm>

#include "hcl/characters.hpp"
#include "hcl/parser.hpp"
#include "hcl/string_literals.hpp"

namespace statelane::hcl {

const Expression* Parser::parse_only_template() { return parse_template(token_, TokenKind::end, false); }

/// A quoted string or heredoc, from its opening on.
const Expression* Parser::parse_string() {
  const Lexeme open = token_;
  const bool is_heredoc = open.kind == TokenKind::open_heredoc;
  const bool is_flush = is_heredoc && text_of(open).starts_with("<<-");
  advance();
  if (token_.kind == TokenKind::quoted_literal &&
      source_.substr(token_.end).starts_with('"')) {  // most strings, and faster this way
    const std::string_view text = literal_value(token_);
    advance();
    advance();
    return leaf(ExpressionKind::string, range_of(open, previous_), text);
  }
  return parse_template(open, is_heredoc ? TokenKind::close_heredoc : TokenKind::close_quote, is_flush);
}

const Expression* Parser::parse_template(const Lexeme& first, TokenKind close, bool is_flush) {
  const Nesting nesting(*this);
  const std::size_t first_part = parts_.size();
  if (!failed_) parse_parts(close, first, is_flush);
  if (failed_) {
    const std::size_t first_operand = operands_.size();
    for (std::size_t part = first_part; part < parts_.size(); ++part) {
      if (parts_[part].expression != nullptr) operands_.push_back(parts_[part].expression);
    }
    parts_.resize(first_part);
    return finish(ExpressionKind::invalid, first, first_operand);
  }
  if (is_flush) strip_indentation(first_part);
  std::size_t part = first_part;
  const Expression* result = build_sequence(part, range_of(first, previous_));
  if (!failed_ && part < parts_.size()) {
    fail(parts_[part].begin, fmt::format("nothing was opened that {} could belong to", describe(parts_[part].begin)));
  }
  parts_.resize(first_part);
  return result;
}

/// Reads up to and with `close` and adds the parts.
void Parser::parse_parts(TokenKind close, const Lexeme& first, bool is_flush) {
  const std::size_t first_part = parts_.size();
  bool strips_next = false;
  while (!failed_ && token_.kind != close) {
    switch (token_.kind) {
      case TokenKind::quoted_literal:
      case TokenKind::string_literal:
        add_literal(first_part, strips_next, is_flush);
        strips_next = false;
        break;
      case TokenKind::invalid:
        report(token_, "this is no UTF-8", {"save the file as UTF-8"});
        add_literal(first_part, strips_next, is_flush);
        strips_next = false;
        break;
      case TokenKind::interpolation:
      case TokenKind::directive:
        strip_before(token_, first_part);
        add_sequence();
        strips_next = !failed_ && text_of(parts_.back().end) == "~}";
        break;
      default: fail_at_template_end(first, close);
    }
  }
  if (!failed_ && close != TokenKind::end) advance();
}

void Parser::fail_at_template_end(const Lexeme& first, TokenKind close) {
  if (close == TokenKind::close_quote) {
    return fail(first, "this string is never closed",
                {"add a `\"`; a text of several lines is written as heredoc: `<<EOT`"});
  }
  std::string_view marker = text_of(first);
  marker = marker.substr(0, marker.find_first_of("\r\n"));
  marker.remove_prefix(std::min(marker.size(), marker.find_first_not_of("<-")));
  fail(first, fmt::format("this heredoc is never closed: there is no line with nothing but `{}`", marker),
       {fmt::format("end it with a line `{}`, and that line with a newline", marker)});
}

std::string_view Parser::literal_value(const Lexeme& literal) {
  const std::string_view text = text_of(literal);
  if (!literal.has_escape) return text;
  const DecodedLiteral decoded =
      literal.kind == TokenKind::quoted_literal ? decode_quoted(text) : decode_unquoted(text);
  if (decoded.fault) {
    Lexeme place = literal;
    place.begin += static_cast<std::uint32_t>(decoded.fault->offset);
    place.end = place.begin + static_cast<std::uint32_t>(decoded.fault->size);
    report(place, decoded.fault->message, {"for a backslash write `\\\\`"});
  }
  return arena_.copy(decoded.text);
}

/// Each line of a heredoc is a literal. Where its indentation stays, all but the last, which a marker may strip, are
/// one.
void Parser::add_literal(std::size_t first_part, bool strips_begin, bool is_flush) {
  TemplatePart part;
  part.text = literal_value(token_);
  if (strips_begin) part.text = trim_left(part.text);
  part.begin = part.end = token_;
  if (is_flush || !join_last_literals(first_part)) count_value();
  advance();
  parts_.push_back(part);
}

/// Whether the last two parts were literals that are neighbours in the source, and are one now.
bool Parser::join_last_literals(std::size_t first_part) {
  if (parts_.size() < first_part + 2) return false;
  TemplatePart& first = parts_[parts_.size() - 2];
  const TemplatePart& second = parts_.back();
  const bool are_neighbours = first.kind == PartKind::literal && second.kind == PartKind::literal &&
                              first.text.data() + first.text.size() == second.text.data();
  if (!are_neighbours) return false;
  first.text = {first.text.data(), first.text.size() + second.text.size()};
  first.end = second.end;
  parts_.pop_back();
  return true;
}

/// `${~` and `%{~` strip the blanks at the end of the literal right before them.
void Parser::strip_before(const Lexeme& open, std::size_t first_part) {
  if (!text_of(open).ends_with('~') || parts_.size() == first_part) return;
  TemplatePart& before = parts_.back();
  if (before.kind == PartKind::literal) before.text = trim_right(before.text);
}

/// `${ … }` or `%{ … }`
void Parser::add_sequence() {
  const Lexeme open = token_;
  const bool outer = newlines_;
  newlines_ = false;
  advance();
  TemplatePart part;
  if (open.kind == TokenKind::directive) {
    part = parse_directive();
  } else {
    part.kind = PartKind::interpolation;
    part.expression = parse_expression();
  }
  if (!failed_ && token_.kind != TokenKind::template_end) {
    fail(token_, fmt::format("expected the `}}` of `{}`, found {}", text_of(open), describe(token_)),
         {fmt::format("where `{0}` is meant as text, write `{1}{0}`", text_of(open).substr(0, 2), text_of(open)[0])});
  }
  part.begin = open;
  part.end = token_;
  parts_.push_back(part);
  if (failed_) return;
  newlines_ = outer;
  advance();
}

/// The keyword of a directive and what belongs to it.
Parser::TemplatePart Parser::parse_directive() {
  TemplatePart part;
  const Lexeme keyword = token_;
  const std::string_view word = text_of(keyword);
  if (!accept(TokenKind::identifier)) {
    fail(token_,
         fmt::format("expected `if`, `else`, `endif`, `for` or `endfor` after `%{{`, found {}", describe(token_)),
         {"where `%{` is meant as text, write `%%{`"});
  } else if (word == "if") {
    part.kind = PartKind::begin_if;
    part.expression = parse_expression();
  } else if (word == "for") {
    part.kind = PartKind::begin_for;
    const ForNames names = parse_for_names("`%{ for`");
    part.key_name = names.key;
    part.value_name = names.value;
    if (!failed_) part.expression = parse_expression();
  } else if (word == "else") {
    part.kind = PartKind::else_branch;
  } else if (word == "endif") {
    part.kind = PartKind::end_if;
  } else if (word == "endfor") {
    part.kind = PartKind::end_for;
  } else {
    fail(keyword, fmt::format("`{}` is no template directive", word),
         {"there are `if`, `else`, `endif`, `for`, `endfor`"});
  }
  return part;
}

/// `<<-`: takes the blanks that all lines begin with off each line. Lines of blanks only do not count, and stay.
void Parser::strip_indentation(std::size_t first_part) {
  std::size_t fewest = std::string_view::npos;
  std::vector<TemplatePart*> lines;
  bool begins_line = true;
  for (std::size_t index = first_part; index < parts_.size(); ++index) {
    TemplatePart& part = parts_[index];
    const bool is_literal = part.kind == PartKind::literal;
    if (begins_line && !is_literal) fewest = 0;
    if (begins_line && is_literal) {
      const std::string_view rest = trim_left(part.text);
      if (!rest.empty() || !part.text.ends_with('\n')) {
        const std::string_view blanks = part.text.substr(0, part.text.size() - rest.size());
        const auto count = std::count_if(blanks.begin(), blanks.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
        fewest = std::min(fewest, static_cast<std::size_t>(count));
        lines.push_back(&part);
      }
    }
    begins_line = is_literal && part.text.ends_with('\n');
  }
  for (TemplatePart* line : lines) {
    for (std::size_t index = 0; index < fewest; ++index) line->text.remove_prefix(leading_space(line->text));
  }
}

/// The parts from `part` to the end, or to the directive that ends a branch, which is not consumed.
const Expression* Parser::build_sequence(std::size_t& part, SourceRange range) {
  const Nesting nesting(*this);
  const std::size_t first_operand = operands_.size();
  while (!failed_ && part < parts_.size()) {
    const PartKind kind = parts_[part].kind;
    if (kind == PartKind::literal) {
      operands_.push_back(build_literal(part));
    } else if (kind == PartKind::interpolation) {
      operands_.push_back(parts_[part++].expression);
    } else if (kind == PartKind::begin_if || kind == PartKind::begin_for) {
      operands_.push_back(build_directive(part));
    } else {
      break;
    }
  }
  const std::size_t count = operands_.size() - first_operand;
  if (!failed_ && (count == 0 || (count == 1 && operands_.back()->kind == ExpressionKind::string))) {
    const std::string_view text = count == 0 ? std::string_view() : operands_.back()->text;
    operands_.resize(first_operand);
    return leaf(ExpressionKind::string, range, text);
  }
  return finish(ExpressionKind::string_template, range, first_operand);
}

/// Joins neighbouring literals; those that are neighbours in the source too are not copied.
const Expression* Parser::build_literal(std::size_t& part) {
  const Lexeme first = parts_[part].begin;
  Lexeme last = first;
  std::string_view text;
  std::string joined;
  for (; part < parts_.size() && parts_[part].kind == PartKind::literal; ++part) {
    const std::string_view next = parts_[part].text;
    last = parts_[part].end;
    if (text.empty() && joined.empty()) {
      text = next;
    } else if (joined.empty() && text.data() + text.size() == next.data()) {
      text = {text.data(), text.size() + next.size()};
    } else {
      if (joined.empty()) joined = text;
      joined += next;
    }
  }
  if (!joined.empty()) text = arena_.copy(joined);
  return leaf(ExpressionKind::string, range_of(first, last), text);
}

/// From `%{ if` to `%{ endif }`, from `%{ for` to `%{ endfor }`.
const Expression* Parser::build_directive(std::size_t& part) {
  const TemplatePart open = parts_[part++];
  const bool is_if = open.kind == PartKind::begin_if;
  const PartKind close = is_if ? PartKind::end_if : PartKind::end_for;
  const std::size_t first_operand = operands_.size();
  if (!is_if) operands_.insert(operands_.end(), {open.key_name, open.value_name});
  operands_.push_back(open.expression);
  const auto build_branch = [&] {
    operands_.push_back(build_sequence(part, range_of(open.begin, parts_[part - 1].end)));
  };
  build_branch();
  const auto is_at = [&](PartKind kind) { return part < parts_.size() && parts_[part].kind == kind; };
  if (!failed_ && is_if && is_at(PartKind::else_branch)) {
    ++part;
    build_branch();
  }
  if (!failed_ && !is_at(close)) {
    fail(open.begin, fmt::format("this `%{{ {0} }}` has no `%{{ end{0} }}`", is_if ? "if" : "for"));
  }
  const Lexeme last = failed_ ? open.end : parts_[part++].end;
  return finish(is_if ? ExpressionKind::template_if : ExpressionKind::template_for, range_of(open.begin, last),
                first_operand);
}

}  // namespace statelane::hcl
