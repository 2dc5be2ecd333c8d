#include <fmt/format.h>

#include <algorithm>

#include "hcl/duplicates.hpp"
#include "hcl/parser.hpp"

namespace statelane::hcl {

Body Parser::parse_file() { return parse_body(TokenKind::end, token_); }

/// Reads items up to `end`, which is not consumed.
Body Parser::parse_body(TokenKind end, const Lexeme& opener) {
  const std::size_t first_attribute = attributes_.size();
  const std::size_t first_block = blocks_.size();
  while (token_.kind != end && token_.kind != TokenKind::end) {
    if (token_.kind == TokenKind::newline) {
      advance();
    } else if (token_.kind == TokenKind::identifier) {
      parse_item();
    } else {
      const Lexeme bad = token_;
      fail_at_body(end != TokenKind::end, opener);
      recover(bad);
    }
  }
  if (token_.kind != end) {
    fail(opener, fmt::format("the block `{}` is never closed", text_of(opener)),
         {"add a `}`, or look for one that is missing further up"});
  }
  return finish_body(first_attribute, first_block);
}

Body Parser::finish_body(std::size_t first_attribute, std::size_t first_block) {
  Body body;
  body.attributes = arena_.copy(std::span<const Attribute>(attributes_).subspan(first_attribute));
  body.blocks = arena_.copy(std::span<const Block>(blocks_).subspan(first_block));
  attributes_.resize(first_attribute);
  blocks_.resize(first_block);
  for (const DuplicateAttribute& duplicate : find_duplicates(body.attributes)) {
    report(duplicate.second->name_range, duplicate.message(), duplicate.hints());
  }
  return body;
}

void Parser::fail_at_body(bool is_in_block, const Lexeme& opener) {
  switch (token_.kind) {
    case TokenKind::open_quote: return fail(token_, "the name of an argument cannot be quoted", {"remove the quotes"});
    case TokenKind::close_brace:
      return fail(token_, "this `}` closes nothing", {"remove it, or add the `{` it belongs to"});
    default: break;
  }
  const std::string where = is_in_block ? fmt::format(" in the block `{}`", text_of(opener)) : std::string();
  fail(token_, fmt::format("expected an argument or a block{}, found {}", where, describe(token_)));
}

void Parser::parse_item() {
  const Lexeme name = token_;
  brackets_ = 0;
  advance();
  switch (token_.kind) {
    case TokenKind::assign: parse_attribute(name, false); break;
    case TokenKind::open_quote:
    case TokenKind::open_brace:
    case TokenKind::identifier: parse_block(name); break;
    default:
      fail(name, fmt::format("`{}` is neither an argument nor a block", text_of(name)),
           {fmt::format("write `{0} = …` for an argument, `{0} {{ … }}` for a block", text_of(name))});
  }
  if (failed_) recover(name);
}

void Parser::parse_attribute(const Lexeme& name, bool is_on_one_line) {
  advance();
  const Expression* value = parse_expression();
  attributes_.push_back({text_of(name), range_of(name, name), value, range_of(name, previous_)});
  if (failed_ || is_on_one_line || accept(TokenKind::newline) || token_.kind == TokenKind::end) return;
  std::vector<std::string> hints;
  if (token_.kind == TokenKind::comma) hints.emplace_back("arguments are separated by newlines, not by commas");
  fail(token_,
       fmt::format("expected the end of the line after the argument `{}`, found {}", text_of(name), describe(token_)),
       std::move(hints));
}

/// The labels stay on the stack.
void Parser::parse_labels(const Lexeme& type) {
  while (!failed_ && token_.kind != TokenKind::open_brace) {
    count_value();
    if (token_.kind == TokenKind::open_quote) {
      labels_.push_back(parse_quoted_label());
    } else if (token_.kind == TokenKind::identifier) {
      labels_.push_back({text_of(token_), range_of(token_, token_)});
      advance();
    } else if (token_.kind == TokenKind::assign) {
      fail(token_, fmt::format("the block `{}` cannot have a `=`", text_of(type)),
           {"remove it; it is for arguments only"});
    } else if (token_.kind == TokenKind::newline) {
      fail(token_, fmt::format("the `{{` of the block `{}` must stand on this line", text_of(type)));
    } else {
      fail(token_,
           fmt::format("expected a label or the `{{` of the block `{}`, found {}", text_of(type), describe(token_)));
    }
  }
}

Label Parser::parse_quoted_label() {
  const Lexeme open = token_;
  const Expression* text = parse_string();
  const SourceRange range = range_of(open, previous_);
  if (failed_ || text->kind == ExpressionKind::string) return {text->text, range};
  report(range, "a label cannot hold a template", {"double the `$` or `%` to mean the character"});
  return {source_.substr(open.end, previous_.begin - open.end), range};
}

void Parser::parse_block(const Lexeme& type) {
  const Nesting nesting(*this);
  count_value();
  const std::size_t first_label = labels_.size();
  const bool is_too_deep = failed_;
  failed_ = false;
  parse_labels(type);
  const auto labels = arena_.copy(std::span<const Label>(labels_).subspan(first_label));
  labels_.resize(first_label);
  Body body;
  if (is_too_deep && !failed_) {
    skip_block();
  } else if (!failed_) {
    ++brackets_;
    advance();
    const bool is_one_line = token_.kind != TokenKind::newline && token_.kind != TokenKind::close_brace;
    body = is_one_line && token_.kind != TokenKind::end ? parse_one_line_body(type)
                                                        : parse_body(TokenKind::close_brace, type);
    brackets_ = failed_ ? 1 : 0;
    if (!failed_) advance();
  }
  blocks_.push_back({text_of(type), range_of(type, type), labels, arena_.make(body), range_of(type, previous_)});
  if (failed_ || accept(TokenKind::newline) || token_.kind == TokenKind::end) return;
  fail(token_,
       fmt::format("expected the end of the line after the block `{}`, found {}", text_of(type), describe(token_)));
}

/// `{ a = 1 }`: one argument, no block, all on the line of the header. The closing brace is not consumed.
Body Parser::parse_one_line_body(const Lexeme& type) {
  const std::size_t first_attribute = attributes_.size();
  const Lexeme name = token_;
  if (name.kind != TokenKind::identifier) {
    fail_at_body(true, type);
    return {};
  }
  advance();
  switch (token_.kind) {
    case TokenKind::assign:
      parse_attribute(name, true);
      if (!failed_) expect_one_line_end(type);
      break;
    case TokenKind::open_quote:
    case TokenKind::open_brace:
    case TokenKind::identifier:
      fail(name, fmt::format("the block `{}` cannot stand on the line of the block around it", text_of(name)),
           {fmt::format("put `{}` on a line of its own", text_of(name))});
      break;
    default:
      fail(name, fmt::format("`{}` is neither an argument nor a block", text_of(name)),
           {fmt::format("write `{0} = …` for an argument", text_of(name))});
  }
  return finish_body(first_attribute, blocks_.size());
}

void Parser::expect_one_line_end(const Lexeme& type) {
  switch (token_.kind) {
    case TokenKind::close_brace: return;
    case TokenKind::end: return fail(type, fmt::format("the block `{}` is never closed", text_of(type)), {"add a `}`"});
    case TokenKind::comma:
      return fail(token_, "a block on one line can hold one argument only",
                  {"put each argument on a line of its own, without commas"});
    case TokenKind::newline:
      return fail(token_, fmt::format("the block `{}` must end on the line of its argument", text_of(type)),
                  {"put the argument on a line of its own, or the `}` on this one"});
    default:
      return fail(token_, fmt::format("expected the `}}` of the block `{}`, found {}", text_of(type), describe(token_)),
                  {"a block on one line can hold one argument only"});
  }
}

/// Skips a block that lies too deep, from its opening to behind its closing brace.
void Parser::skip_block() {
  int open = 0;
  do {
    if (token_.kind == TokenKind::open_brace) ++open;
    if (token_.kind == TokenKind::close_brace) --open;
    advance();
  } while (open > 0 && token_.kind != TokenKind::end);
}

/// Goes to the line to go on with after the faulty item that began at `item`: the first one below it that is not
/// indented deeper than it and begins like an item, or closes the block around. A closing brace right below the item is
/// the item's own if the item has opened one. Bracket counts alone would not do: a missing bracket is the most frequent
/// fault.
void Parser::recover(const Lexeme& item) {
  failed_ = false;
  newlines_ = true;
  if (scanner_.leave_templates()) advance();
  int open = brackets_;
  const std::uint32_t item_column = item.begin - item.line_start;
  for (; token_.kind != TokenKind::end; advance()) {
    const std::uint32_t column = token_.begin - token_.line_start;
    const std::string_view indentation = source_.substr(token_.line_start, column);
    const bool begins_line = token_.line > item.line &&
                             indentation.find_first_not_of(" \t") == std::string_view::npos &&
                             !scanner_.is_in_heredoc();
    switch (token_.kind) {
      case TokenKind::identifier:
        if (begins_line && column <= item_column) {
          if (scanner_.leave_templates()) advance();
          return;
        }
        break;
      case TokenKind::open_brace:
      case TokenKind::open_bracket:
      case TokenKind::open_paren: ++open; break;
      case TokenKind::close_brace:
        if (begins_line && (column < item_column || (column == item_column && open == 0))) return;
        [[fallthrough]];
      case TokenKind::close_bracket:
      case TokenKind::close_paren: open = std::max(0, open - 1); break;
      default: break;
    }
  }
  is_over_ = true;
}

}  // namespace statelane::hcl
