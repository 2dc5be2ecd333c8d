#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "hcl/scan.hpp"
#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// The parser of the native syntax, behind `parse.hpp`: recursive descent with one token of lookahead.
///
/// A fault that derails the expression or block header at hand sets `failed_`; everybody returns what there is, as
/// `invalid` nodes, and the loop over a body's items finds the next line to go on with. A fault that does not derail is
/// only reported. Whether a line end means something is decided before a token is read (`newlines_`), as it depends on
/// the innermost bracket.
class Parser {
 public:
  Parser(std::string_view source, const RepoPath& path, Scanner::Start start, Arena& arena, Diagnostics& diagnostics);

  /// For a text that stands, encoded, in another one: all nodes and messages get the place `place`, and no line is
  /// shown.
  void set_place(const SourceRange& place) { place_ = place; }

  /// How many values there are: what was set, for those of the text around, and those that were read since.
  std::size_t values() const { return values_; }
  void set_values(std::size_t values) { values_ = values; }

  Body parse_file();
  const Expression* parse_only_expression();
  const Expression* parse_only_template();

  bool has_faults() const { return fault_count_ > 0; }
  bool is_cut() const { return is_cut_; }

 private:
  enum class PartKind : std::uint8_t { literal, interpolation, begin_if, begin_for, else_branch, end_if, end_for };

  /// A template is read into a flat list of parts first: strip markers and flush heredocs work on that.
  struct TemplatePart {
    PartKind kind = PartKind::literal;
    std::string_view text;                   // literal: its value
    const Expression* expression = nullptr;  // interpolation; condition of if; collection of for
    const Expression* key_name = nullptr;    // for
    const Expression* value_name = nullptr;  // for
    Lexeme begin;
    Lexeme end;
  };

  struct ForNames {
    const Expression* key = nullptr;
    const Expression* value = nullptr;
  };

  class Nesting;

  // bodies, in parser_bodies.cpp
  Body parse_body(TokenKind end, const Lexeme& opener);
  void parse_item();
  void parse_attribute(const Lexeme& name, bool is_on_one_line);
  void parse_block(const Lexeme& type);
  Body parse_one_line_body(const Lexeme& type);
  void expect_one_line_end(const Lexeme& type);
  void parse_labels(const Lexeme& type);
  Label parse_quoted_label();
  Body finish_body(std::size_t first_attribute, std::size_t first_block);
  void skip_block();
  void fail_at_body(bool is_in_block, const Lexeme& opener);
  void recover(const Lexeme& item);

  // expressions, in parser_expressions.cpp
  const Expression* parse_expression();
  const Expression* parse_binary(int lowest_level);
  const Expression* parse_operand();
  const Expression* parse_steps(const Expression* source, const Lexeme& first);
  const Expression* parse_dot(const Expression* source, const Lexeme& first);
  const Expression* parse_attribute_splat(const Expression* source, const Lexeme& first);
  const Expression* parse_numbered_step(const Expression* source, const Lexeme& first);
  const Expression* parse_index(const Expression* source, const Lexeme& first);
  const Expression* parse_term();
  const Expression* parse_parentheses();
  const Expression* parse_number();
  const Expression* parse_name();
  const Expression* parse_unary();
  const Expression* fail_at_term();

  // calls and collections, in parser_collections.cpp
  const Expression* parse_call(const Lexeme& name);
  bool parse_arguments(const Lexeme& name);
  const Expression* parse_tuple();
  const Expression* parse_object();
  void parse_object_item(const Lexeme& open);
  const Expression* parse_object_key();
  const Expression* parse_for(const Lexeme& open, bool outer);
  ForNames parse_for_names(std::string_view of_what);
  bool parse_for_result(const Lexeme& open);

  // templates, in parser_templates.cpp
  const Expression* parse_string();
  const Expression* parse_template(const Lexeme& first, TokenKind close, bool is_flush);
  void parse_parts(TokenKind close, const Lexeme& first, bool is_flush);
  void add_literal(std::size_t first_part, bool strips_begin, bool is_flush);
  bool join_last_literals(std::size_t first_part);
  void add_sequence();
  TemplatePart parse_directive();
  void strip_before(const Lexeme& open, std::size_t first_part);
  void strip_indentation(std::size_t first_part);
  const Expression* build_sequence(std::size_t& part, SourceRange range);
  const Expression* build_literal(std::size_t& part);
  const Expression* build_directive(std::size_t& part);
  void fail_at_template_end(const Lexeme& first, TokenKind close);
  std::string_view literal_value(const Lexeme& literal);

  // nodes and tokens, in parser.cpp
  /// Past `most_values` the file is over.
  void count_value();
  const Expression* leaf(ExpressionKind kind, SourceRange range, std::string_view text);
  const Expression* leaf(ExpressionKind kind, const Lexeme& token, std::string_view text) {
    return leaf(kind, range_of(token, token), text);
  }
  const Expression* finish(ExpressionKind kind, const Lexeme& first, std::size_t first_operand,
                           std::string_view text = {}, bool has_ellipsis = false) {
    return finish(kind, range_of(first, previous_), first_operand, text, has_ellipsis);
  }
  const Expression* finish(ExpressionKind kind, SourceRange range, std::size_t first_operand,
                           std::string_view text = {}, bool has_ellipsis = false);
  const Expression* name_node(const Lexeme& token) { return leaf(ExpressionKind::string, token, text_of(token)); }
  void advance();
  bool accept(TokenKind kind);
  bool is_word(std::string_view word) const { return token_.kind == TokenKind::identifier && text_of(token_) == word; }
  std::string_view text_of(const Lexeme& token) const { return source_.substr(token.begin, token.end - token.begin); }
  static SourcePos begin_of(const Lexeme& token) {
    return {token.line, token.begin - token.line_start + 1, token.begin};
  }
  SourcePos end_of(const Lexeme& token) const;
  SourceRange range_of(const Lexeme& first, const Lexeme& last) const {
    if (place_) return *place_;
    return {begin_of(first), end_of(last)};
  }
  std::string describe(const Lexeme& token) const;
  std::vector<std::string> hints_for(const Lexeme& token) const;

  /// Adds an error, and goes on.
  void report(SourceRange range, std::string message, std::vector<std::string> hints = {});
  void report(const Lexeme& token, std::string message, std::vector<std::string> hints = {});
  /// Adds an error, unless one was added for this item already, and gives the item up.
  void fail(SourceRange range, std::string message, std::vector<std::string> hints = {});
  void fail(const Lexeme& token, std::string message, std::vector<std::string> hints = {});

  std::string_view source_;
  const RepoPath& path_;
  Arena& arena_;
  Diagnostics& diagnostics_;
  Scanner scanner_;
  std::optional<SourceRange> place_;
  Lexeme token_;     // the next one to be consumed
  Lexeme previous_;  // the last one that was consumed
  bool newlines_ = true;
  bool failed_ = false;
  bool is_cut_ = false;
  bool is_over_ = false;  // a fault led to the end of the text
  int depth_ = 0;
  int brackets_ = 0;  // open in the item at hand
  int fault_count_ = 0;
  std::size_t values_ = 0;

  // Stacks: who adds to one takes its own entries off again.
  std::vector<const Expression*> operands_;
  std::vector<TemplatePart> parts_;
  std::vector<Attribute> attributes_;
  std::vector<Block> blocks_;
  std::vector<Label> labels_;
};

inline SourcePos Parser::end_of(const Lexeme& token) const {
  // The only tokens with a line end in them that get here; comments do not.
  const bool may_end_line = token.kind == TokenKind::newline || token.kind == TokenKind::string_literal ||
                            token.kind == TokenKind::open_heredoc;
  if (may_end_line && source_[token.end - 1] == '\n') return {token.line + 1, 1, token.end};
  return {token.line, token.end - token.line_start + 1, token.end};
}

/// One level of nesting; past the limit it fails the parser.
class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser);
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Parser& parser_;
};

}  // namespace statelane::hcl
