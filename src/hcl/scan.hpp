#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hcl/token.hpp"

namespace statelane::hcl {

/// All tokens of a text in HCL's native syntax, comments and newlines included; the last one is `end`. It never fails:
/// bytes that mean nothing become `invalid` tokens. A byte order mark at the beginning is skipped.
std::vector<Token> scan(std::string_view source);

/// A token in the form the parser reads: offsets only.
struct Lexeme {
  TokenKind kind = TokenKind::end;
  bool has_escape = false;  ///< a literal with `\`, `$${` or `%%{` in it
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t line = 1;        ///< of `begin`
  std::uint32_t line_start = 0;  ///< offset of the line's first byte
};

/// One token after the other, in time linear in the text. Which token comes next depends on the brackets and quotes
/// before it, as HCL's templates nest in each other; deeper than 1,000 levels the rest of the text is one `invalid`
/// token.
class Scanner {
 public:
  enum class Start { body, template_text };

  /// `source` must be followed by a NUL byte, as the text of a `std::string` is, and be smaller than 4 GiB.
  explicit Scanner(std::string_view source, Start start = Start::body);

  Lexeme next();

  /// For recovery: forgets the quotes, heredocs and interpolations that are open around the last token. Reading goes on
  /// behind the end of the outermost heredoc, if there is one, otherwise at the end of the line that the last token
  /// begins on (at the token itself if it is the first on its line). False, and nothing happens, where none is open.
  bool leave_templates();

  /// A heredoc is open around the last token.
  bool is_in_heredoc() const;

 private:
  static constexpr std::size_t frame_limit = 1000;

  enum class Mode : std::uint8_t { normal, quoted, heredoc, bare };
  struct Frame {
    Mode mode = Mode::normal;
    bool at_line_start = true;       // heredoc: nothing but this line's text was read on it
    std::uint32_t braces = 0;        // normal: open braces since the frame began
    std::uint32_t marker_begin = 0;  // heredoc
    std::uint32_t marker_end = 0;
  };

  Lexeme next_normal();
  Lexeme next_quoted();
  Lexeme next_heredoc();
  Lexeme next_symbol(const char* begin);
  Lexeme next_non_ascii(const char* begin);
  Lexeme scan_identifier(const char* begin);
  Lexeme scan_number(const char* begin);
  Lexeme scan_line_comment(const char* begin);
  Lexeme scan_block_comment(const char* begin);
  Lexeme scan_heredoc_opening(const char* begin);
  Lexeme open_template_sequence(const char* begin);
  Lexeme close_brace(const char* begin, const char* end);
  Lexeme too_deep(const char* begin);
  void leave_template();
  void leave_heredoc();
  const char* skip_literal(const char* cursor, bool is_quoted, bool& has_escape) const;
  bool is_marker(std::string_view line) const;
  Lexeme make(TokenKind kind, const char* begin, const char* end);
  Lexeme make_line_end(TokenKind kind, const char* begin, const char* end);
  void push(Frame frame) { frames_.push_back(frame_), frame_ = frame; }
  void pop() { frame_ = frames_.back(), frames_.pop_back(); }
  std::uint32_t offset(const char* place) const { return static_cast<std::uint32_t>(place - begin_); }

  const char* begin_;
  const char* cursor_;
  const char* end_;
  const char* last_begin_;  // where the token returned last begins
  std::uint32_t line_ = 1;
  std::uint32_t line_start_ = 0;
  Frame frame_;
  std::vector<Frame> frames_;  // the frames around `frame_`
};

/// The token's place and text.
Token to_token(const Lexeme& lexeme, std::string_view source);

}  // namespace statelane::hcl
