#include "hcl/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hcl/file_builder.hpp"
#include "hcl/parse.hpp"

namespace statelane::hcl {

namespace {

/// Enough for any caret; a line may have megabytes.
constexpr std::size_t longest_shown_line = 1000;

}  // namespace

Parser::Parser(std::string_view source, const RepoPath& path, Scanner::Start start, Arena& arena,
               Diagnostics& diagnostics)
    : source_(source), path_(path), arena_(arena), diagnostics_(diagnostics), scanner_(source, start) {
  newlines_ = start == Scanner::Start::body;
  advance();
  previous_ = token_;
}

Parser::Nesting::Nesting(Parser& parser) : parser_(parser) {
  if (++parser_.depth_ <= nesting_limit) return;
  parser_.is_cut_ = true;
  parser_.fail(parser_.token_, fmt::format("this is nested more than {} levels deep", nesting_limit),
               {"move a part into a value or file of its own"});
}

void Parser::count_value() {
  if (++values_ <= most_values || is_over_) return;
  fail(token_, too_many_values(), {keep_data_apart});
  is_cut_ = is_over_ = true;
  token_.kind = TokenKind::end;
}

const Expression* Parser::leaf(ExpressionKind kind, SourceRange range, std::string_view text) {
  count_value();
  return arena_.make(Expression{kind, false, 1, range, text, {}});
}

/// The node whose operands are those from `first_operand` on.
const Expression* Parser::finish(ExpressionKind kind, SourceRange range, std::size_t first_operand,
                                 std::string_view text, bool has_ellipsis) {
  const std::span<const Expression* const> operands = std::span(operands_).subspan(first_operand);
  count_value();
  int height = 0;
  for (const Expression* operand : operands) height = std::max<int>(height, operand->height);
  ++height;
  Expression node{kind, has_ellipsis, static_cast<std::uint16_t>(height), range, text, {}};
  if (height <= height_limit) {
    node.operands = arena_.copy(operands);
  } else {
    is_cut_ = true;
    fail(range, fmt::format("this expression has more than {} steps", height_limit), {"break it up with local values"});
    node.height = 1;
  }
  if (failed_) node.kind = ExpressionKind::invalid;
  operands_.resize(first_operand);
  return arena_.make(node);
}

void Parser::advance() {
  previous_ = token_;
  do {
    token_ = scanner_.next();
    if (values_ > most_values) token_.kind = TokenKind::end;
  } while (token_.kind == TokenKind::comment || (token_.kind == TokenKind::newline && !newlines_));
}

bool Parser::accept(TokenKind kind) {
  if (token_.kind != kind) return false;
  advance();
  return true;
}

std::string Parser::describe(const Lexeme& token) const {
  if (token.kind == TokenKind::newline) return "the end of the line";
  if (token.kind == TokenKind::end) return "the end of the file";
  std::string_view text = text_of(token);
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.empty()) return "the end of the line";
  constexpr std::size_t longest = 40;
  if (text.size() <= longest) return fmt::format("`{}`", text);
  return fmt::format("`{}…`", text.substr(0, longest));
}

std::vector<std::string> Parser::hints_for(const Lexeme& token) const {
  const std::string_view text = text_of(token);
  if (token.kind == TokenKind::unterminated) return {"end the comment with `*/`"};
  if (text == "'") return {"use double quotes for strings"};
  if (text == "`") return {"for a text of several lines write a heredoc: `<<EOT`"};
  if (text == "“" || text == "”") return {"replace the curly quotes by straight ones"};
  if (text == ";") return {"separate arguments by newlines, the items of a list or object by commas"};
  if (text == "&") return {"write `&&` for a logical and"};
  if (text == "|") return {"write `||` for a logical or"};
  if (text == "~") return {"write `!` for a logical not"};
  if (token.kind == TokenKind::invalid && text.size() == 1 && static_cast<unsigned char>(text[0]) >= 0x80) {
    return {"save the file as UTF-8"};
  }
  return {};
}

void Parser::report(SourceRange range, std::string message, std::vector<std::string> hints) {
  if (++fault_count_ > most_messages) return;
  std::string_view line;
  if (!place_) line = source_.substr(range.begin.offset - (range.begin.column - 1), longest_shown_line);
  line = line.substr(0, line.find_first_of("\r\n"));
  if (fault_count_ == most_messages) hints.emplace_back("further faults of this file are not shown");
  diagnostics_.add({Severity::error, path_, range, std::move(message), std::move(hints), std::string(line)});
}

void Parser::report(const Lexeme& token, std::string message, std::vector<std::string> hints) {
  report(range_of(token, token), std::move(message), std::move(hints));
}

void Parser::fail(SourceRange range, std::string message, std::vector<std::string> hints) {
  if (failed_) return;
  failed_ = true;
  // Where the text is over, what is open around the first fault lacks its end as well.
  if (is_over_) return;
  is_over_ = token_.kind == TokenKind::end;
  report(range, std::move(message), std::move(hints));
}

void Parser::fail(const Lexeme& token, std::string message, std::vector<std::string> hints) {
  std::vector<std::string> special = hints_for(token);
  fail(range_of(token, token), std::move(message), special.empty() ? std::move(hints) : std::move(special));
}

}  // namespace statelane::hcl
