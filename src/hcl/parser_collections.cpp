#include <fmt/format.h>

#include "hcl/parser.hpp"

namespace statelane::hcl {

const Expression* Parser::parse_call(const Lexeme& name) {
  const std::size_t first_operand = operands_.size();
  std::string full_name(text_of(name));
  while (!failed_ && accept(TokenKind::double_colon)) {
    full_name += fmt::format("::{}", text_of(token_));
    if (!accept(TokenKind::identifier)) {
      fail(token_, fmt::format("expected a function's name after `::`, found {}", describe(token_)));
    }
  }
  if (!failed_ && token_.kind != TokenKind::open_paren) {
    fail(token_, fmt::format("expected the `(` of the call of `{}`, found {}", full_name, describe(token_)));
  }
  const bool has_ellipsis = !failed_ && parse_arguments(name);
  const bool is_plain = full_name.size() == name.end - name.begin;
  return finish(ExpressionKind::call, name, first_operand, is_plain ? text_of(name) : arena_.copy(full_name),
                has_ellipsis);
}

/// From the opening to the closing parenthesis. Whether the last argument is expanded.
bool Parser::parse_arguments(const Lexeme& name) {
  bool has_ellipsis = false;
  const bool outer = newlines_;
  newlines_ = false;
  ++brackets_;
  advance();
  while (!failed_ && token_.kind != TokenKind::close_paren) {
    operands_.push_back(parse_expression());
    if (failed_) return false;
    has_ellipsis = accept(TokenKind::ellipsis);
    if (has_ellipsis || !accept(TokenKind::comma)) break;
  }
  if (!failed_ && token_.kind == TokenKind::end) {
    fail(name, fmt::format("the call of `{}` is never closed", text_of(name)), {"add a `)`"});
  }
  if (!failed_ && token_.kind != TokenKind::close_paren) {
    const std::string_view expected = has_ellipsis ? "the `)` after `...`" : "a comma or the `)`";
    fail(token_, fmt::format("expected {} in the call of `{}`, found {}", expected, text_of(name), describe(token_)));
  }
  if (failed_) return false;
  --brackets_;
  newlines_ = outer;
  advance();
  return has_ellipsis;
}

const Expression* Parser::parse_tuple() {
  const Lexeme open = token_;
  const bool outer = newlines_;
  newlines_ = false;
  ++brackets_;
  advance();
  if (is_word("for")) return parse_for(open, outer);
  const std::size_t first_operand = operands_.size();
  while (!failed_ && token_.kind != TokenKind::close_bracket) {
    operands_.push_back(parse_expression());
    if (failed_ || !accept(TokenKind::comma)) break;
  }
  if (!failed_ && token_.kind == TokenKind::end) fail(open, "this list is never closed", {"add a `]`"});
  if (!failed_ && token_.kind != TokenKind::close_bracket) {
    fail(token_, fmt::format("expected a comma or the `]` of the list, found {}", describe(token_)));
  }
  if (!failed_) {
    --brackets_;
    newlines_ = outer;
    advance();
  }
  return finish(ExpressionKind::tuple, open, first_operand);
}

const Expression* Parser::parse_object() {
  const Lexeme open = token_;
  const bool outer = newlines_;
  newlines_ = true;
  ++brackets_;
  const std::size_t first_operand = operands_.size();
  advance();
  while (token_.kind == TokenKind::newline) advance();
  if (is_word("for")) return parse_for(open, outer);
  while (!failed_ && token_.kind != TokenKind::close_brace) {
    if (!accept(TokenKind::newline)) parse_object_item(open);
  }
  if (!failed_) {
    --brackets_;
    newlines_ = outer;
    advance();
  }
  return finish(ExpressionKind::object, open, first_operand);
}

/// Key, value and the separator behind them.
void Parser::parse_object_item(const Lexeme& open) {
  if (token_.kind == TokenKind::end) return fail(open, "this object is never closed", {"add a `}`"});
  operands_.push_back(parse_object_key());
  if (failed_) return;
  if (!accept(TokenKind::assign) && !accept(TokenKind::colon)) {
    std::vector<std::string> hints;
    if (token_.kind == TokenKind::identifier) hints.emplace_back("quote a key with blanks or points in it");
    return fail(token_, fmt::format("expected `=` and a value after the key, found {}", describe(token_)),
                std::move(hints));
  }
  operands_.push_back(parse_expression());
  if (failed_ || token_.kind == TokenKind::close_brace) return;
  if (accept(TokenKind::comma) || accept(TokenKind::newline)) return;
  if (token_.kind == TokenKind::end) return fail(open, "this object is never closed", {"add a `}`"});
  fail(token_, fmt::format("expected a comma or the end of the line after the value, found {}", describe(token_)));
}

/// A bare word as key is a string, keywords included; in parentheses it is an expression.
const Expression* Parser::parse_object_key() {
  const bool is_word = token_.kind == TokenKind::identifier;
  const Expression* key = parse_expression();
  const bool is_bare = key->kind == ExpressionKind::variable || key->kind == ExpressionKind::boolean ||
                       key->kind == ExpressionKind::null_literal;
  if (!is_word || !is_bare) return key;
  return leaf(ExpressionKind::string, key->range, key->text);
}

/// `for` and the rest, with the closing bracket; `outer` is whether newlines mean something behind it.
const Expression* Parser::parse_for(const Lexeme& open, bool outer) {
  const std::size_t first_operand = operands_.size();
  newlines_ = false;
  advance();
  const ForNames names = parse_for_names("`for`");
  if (!failed_) {
    operands_.insert(operands_.end(), {names.key, names.value});
    operands_.push_back(parse_expression());
  }
  if (!failed_ && !accept(TokenKind::colon)) {
    fail(token_, fmt::format("expected the `:` of the `for`, found {}", describe(token_)));
  }
  const bool has_ellipsis = !failed_ && parse_for_result(open);
  if (!failed_) {
    --brackets_;
    newlines_ = outer;
    advance();
  }
  const bool is_object = open.kind == TokenKind::open_brace;
  return finish(is_object ? ExpressionKind::for_object : ExpressionKind::for_tuple, open, first_operand, {},
                has_ellipsis);
}

/// `name in` or `key, name in`.
Parser::ForNames Parser::parse_for_names(std::string_view of_what) {
  const auto parse_one = [&] {
    const Lexeme name = token_;
    if (!failed_ && !accept(TokenKind::identifier)) {
      fail(token_, fmt::format("expected a name after {}, found {}", of_what, describe(token_)));
    }
    return failed_ ? leaf(ExpressionKind::string, previous_, {}) : name_node(name);
  };
  ForNames names{leaf(ExpressionKind::string, previous_, {}), parse_one()};
  if (!failed_ && accept(TokenKind::comma)) names = {names.value, parse_one()};
  if (!failed_ && !is_word("in")) {
    fail(token_, fmt::format("expected `in` after the names of {}, found {}", of_what, describe(token_)));
  }
  if (!failed_) advance();
  return names;
}

/// What comes behind the colon, up to the closing bracket, which is not consumed. Whether the values are grouped.
bool Parser::parse_for_result(const Lexeme& open) {
  const bool is_object = open.kind == TokenKind::open_brace;
  const Lexeme result = token_;
  operands_.push_back(parse_expression());
  const Lexeme arrow = token_;
  const bool has_key = !failed_ && accept(TokenKind::arrow);
  if (has_key) operands_.push_back(parse_expression());
  if (has_key && !is_object)
    report(arrow, "a `for` in `[ ]` makes a list and has no key", {"for an object write `{ }`"});
  if (!failed_ && !has_key && is_object) {
    fail(result, "a `for` in `{ }` needs a key and a value", {"write `key => value`, or `[ ]` for a list"});
  }
  const Lexeme ellipsis = token_;
  const bool is_grouped = !failed_ && accept(TokenKind::ellipsis);
  if (is_grouped && !is_object) report(ellipsis, "a `for` in `[ ]` cannot group its values", {"remove the `...`"});
  if (!failed_ && is_word("if")) {
    advance();
    operands_.push_back(parse_expression());
  }
  if (failed_ || token_.kind == (is_object ? TokenKind::close_brace : TokenKind::close_bracket)) return is_grouped;
  fail(token_, fmt::format("expected the `{}` of the `for`, found {}", is_object ? '}' : ']', describe(token_)));
  return false;
}

}  // namespace statelane::hcl
