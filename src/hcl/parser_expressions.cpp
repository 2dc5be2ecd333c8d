#include <fmt/format.h>

#include <algorithm>

#include "hcl/parser.hpp"

namespace statelane::hcl {

namespace {

/// How strongly a binary operator binds, from 1; 0 for other tokens.
int level_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::logical_or: return 1;
    case TokenKind::logical_and: return 2;
    case TokenKind::equal:
    case TokenKind::not_equal: return 3;
    case TokenKind::less:
    case TokenKind::less_equal:
    case TokenKind::greater:
    case TokenKind::greater_equal: return 4;
    case TokenKind::plus:
    case TokenKind::minus: return 5;
    case TokenKind::star:
    case TokenKind::slash:
    case TokenKind::percent: return 6;
    default: return 0;
  }
}

/// Digits with at most one point, and at most one exponent at the end. The scanner takes more for a number.
bool is_number(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent);
  if (std::count(mantissa.begin(), mantissa.end(), '.') > 1) return false;
  return exponent == std::string_view::npos || text.substr(exponent + 1).find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

const Expression* Parser::parse_only_expression() {
  newlines_ = false;
  if (token_.kind == TokenKind::newline) advance();
  const Expression* result = parse_expression();
  if (token_.kind != TokenKind::end) {
    fail(token_, fmt::format("expected the end of the expression, found {}", describe(token_)));
  }
  return result;
}

const Expression* Parser::parse_expression() {
  const Nesting nesting(*this);
  const Lexeme first = token_;
  if (failed_) return leaf(ExpressionKind::invalid, first, {});
  const Expression* condition = parse_binary(1);
  if (failed_ || token_.kind != TokenKind::question) return condition;
  const std::size_t first_operand = operands_.size();
  operands_.push_back(condition);
  advance();
  operands_.push_back(parse_expression());
  if (!failed_ && !accept(TokenKind::colon)) {
    fail(token_, fmt::format("expected the `:` of the condition, found {}", describe(token_)),
         {"a condition is written `condition ? value : other value`"});
  }
  if (!failed_) operands_.push_back(parse_expression());
  return finish(ExpressionKind::conditional, first, first_operand);
}

const Expression* Parser::parse_binary(int lowest_level) {
  const Lexeme first = token_;
  const Expression* left = parse_operand();
  while (!failed_) {
    const int level = level_of(token_.kind);
    if (level < lowest_level) break;
    const Lexeme symbol = token_;
    advance();
    const std::size_t first_operand = operands_.size();
    operands_.push_back(left);
    operands_.push_back(parse_binary(level + 1));
    left = finish(ExpressionKind::binary, first, first_operand, text_of(symbol));
  }
  return left;
}

const Expression* Parser::parse_operand() {
  const Lexeme first = token_;
  const Expression* term = parse_term();
  return failed_ ? term : parse_steps(term, first);
}

const Expression* Parser::parse_steps(const Expression* source, const Lexeme& first) {
  while (!failed_) {
    if (token_.kind == TokenKind::dot) {
      source = parse_dot(source, first);
    } else if (token_.kind == TokenKind::open_bracket) {
      source = parse_index(source, first);
    } else {
      break;
    }
  }
  return source;
}

const Expression* Parser::parse_dot(const Expression* source, const Lexeme& first) {
  advance();
  if (token_.kind == TokenKind::star) return parse_attribute_splat(source, first);
  if (token_.kind == TokenKind::number) return parse_numbered_step(source, first);
  const std::size_t first_operand = operands_.size();
  operands_.push_back(source);
  const std::string_view name = text_of(token_);
  if (!accept(TokenKind::identifier)) {
    fail(token_, fmt::format("expected a name after the dot, found {}", describe(token_)));
  }
  return finish(ExpressionKind::attribute, first, first_operand, name);
}

/// `a.0`, the index of Terraform 0.11 and before.
const Expression* Parser::parse_numbered_step(const Expression* source, const Lexeme& first) {
  const std::string_view text = text_of(token_);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    report(token_, fmt::format("`.{}` is read as one number", text),
           {fmt::format("write `[{}][{}]`", text.substr(0, point), text.substr(point + 1))});
  }
  const std::size_t first_operand = operands_.size();
  operands_.push_back(source);
  operands_.push_back(parse_number());
  return finish(ExpressionKind::index, first, first_operand);
}

/// `a.*.b.c`: only names and numbers go on inside the splat; an index behind them takes an element of the result.
const Expression* Parser::parse_attribute_splat(const Expression* source, const Lexeme& first) {
  const Lexeme star = token_;
  const std::size_t first_operand = operands_.size();
  operands_.push_back(source);
  advance();
  const Expression* each = leaf(ExpressionKind::splat_item, star, {});
  while (!failed_ && accept(TokenKind::dot)) {
    if (token_.kind == TokenKind::number) {
      each = parse_numbered_step(each, star);
      continue;
    }
    const std::size_t first_inner = operands_.size();
    operands_.push_back(each);
    const std::string_view name = text_of(token_);
    if (!accept(TokenKind::identifier)) {
      fail(token_, fmt::format("expected a name after the dot, found {}", describe(token_)),
           {"for a splat within a splat write `[*]`"});
    }
    each = finish(ExpressionKind::attribute, star, first_inner, name);
  }
  operands_.push_back(each);
  return finish(ExpressionKind::splat, first, first_operand);
}

const Expression* Parser::parse_index(const Expression* source, const Lexeme& first) {
  const Nesting nesting(*this);
  const Lexeme open = token_;
  const bool outer = newlines_;
  const std::size_t first_operand = operands_.size();
  operands_.push_back(source);
  ++brackets_;
  advance();
  if (token_.kind == TokenKind::star && !failed_) {
    advance();
    --brackets_;
    if (!accept(TokenKind::close_bracket))
      fail(token_, fmt::format("expected the `]` of `[*]`, found {}", describe(token_)));
    operands_.push_back(parse_steps(leaf(ExpressionKind::splat_item, open, {}), open));
    return finish(ExpressionKind::splat, first, first_operand);
  }
  newlines_ = false;
  if (token_.kind == TokenKind::newline) advance();
  operands_.push_back(parse_expression());
  if (!failed_ && token_.kind != TokenKind::close_bracket) {
    fail(token_, fmt::format("expected the `]` of the index, found {}", describe(token_)));
  }
  if (!failed_) {
    --brackets_;
    newlines_ = outer;
    advance();
  }
  return finish(ExpressionKind::index, first, first_operand);
}

const Expression* Parser::parse_term() {
  switch (token_.kind) {
    case TokenKind::identifier: return parse_name();
    case TokenKind::open_quote:
    case TokenKind::open_heredoc: return parse_string();
    case TokenKind::number: return parse_number();
    case TokenKind::open_bracket: return parse_tuple();
    case TokenKind::open_brace: return parse_object();
    case TokenKind::open_paren: return parse_parentheses();
    case TokenKind::minus:
    case TokenKind::logical_not: return parse_unary();
    default: return fail_at_term();
  }
}

const Expression* Parser::fail_at_term() {
  if (token_.kind == TokenKind::unterminated) {
    fail(token_, "this comment is never closed");
  } else {
    fail(token_, fmt::format("expected an expression, found {}", describe(token_)));
  }
  return leaf(ExpressionKind::invalid, token_, {});
}

const Expression* Parser::parse_parentheses() {
  const bool outer = newlines_;
  newlines_ = false;
  ++brackets_;
  advance();
  const Expression* inner = parse_expression();
  if (!failed_ && token_.kind != TokenKind::close_paren) {
    fail(token_, fmt::format("expected the `)` of the expression, found {}", describe(token_)));
  }
  if (failed_) return inner;
  --brackets_;
  newlines_ = outer;
  advance();
  return inner;
}

const Expression* Parser::parse_number() {
  const Lexeme number = token_;
  advance();
  if (!is_number(text_of(number))) report(number, fmt::format("`{}` is no number", text_of(number)));
  return leaf(ExpressionKind::number, number, text_of(number));
}

const Expression* Parser::parse_name() {
  const Lexeme name = token_;
  advance();
  if (token_.kind == TokenKind::open_paren || token_.kind == TokenKind::double_colon) return parse_call(name);
  const std::string_view text = text_of(name);
  if (text == "true" || text == "false") return leaf(ExpressionKind::boolean, name, text);
  if (text == "null") return leaf(ExpressionKind::null_literal, name, text);
  return leaf(ExpressionKind::variable, name, text);
}

const Expression* Parser::parse_unary() {
  const Nesting nesting(*this);
  const Lexeme symbol = token_;
  const std::size_t first_operand = operands_.size();
  advance();
  if (!failed_) operands_.push_back(parse_operand());
  return finish(ExpressionKind::unary, symbol, first_operand, text_of(symbol));
}

}  // namespace statelane::hcl
