#include "hcl/token_digest.hpp"

#include <algorithm>
#include <vector>

#include "base/digest.hpp"
#include "hcl/scan.hpp"

namespace statelane::hcl {

namespace {

/// Whether newlines mean something, by the innermost bracket: they do in files and braces.
class Brackets {
 public:
  void see(TokenKind kind) {
    switch (kind) {
      case TokenKind::open_brace: meaning_.push_back(true); break;
      case TokenKind::open_bracket:
      case TokenKind::open_paren:
      case TokenKind::interpolation:
      case TokenKind::directive: meaning_.push_back(false); break;
      case TokenKind::close_brace:
      case TokenKind::close_bracket:
      case TokenKind::close_paren:
      case TokenKind::template_end:
        if (!meaning_.empty()) meaning_.pop_back();
        break;
      default: break;
    }
  }
  bool are_newlines_meant() const { return meaning_.empty() || meaning_.back(); }

 private:
  std::vector<bool> meaning_;
};

/// The part of a token's text that its kind does not tell.
std::string_view telling_text(const Lexeme& token, std::string_view text) {
  switch (token.kind) {
    case TokenKind::identifier:
    case TokenKind::number:
    case TokenKind::quoted_literal:
    case TokenKind::string_literal:
    case TokenKind::interpolation:
    case TokenKind::directive:
    case TokenKind::template_end:
    case TokenKind::unsupported:
    case TokenKind::invalid:
    case TokenKind::unterminated: return text;
    case TokenKind::open_heredoc: return text.substr(0, text.find_first_of("\r\n"));
    default: return {};
  }
}

/// Collects small pieces before it hashes them.
class Writer {
 public:
  void add(TokenKind kind, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    buffer_ += static_cast<char>(kind);
    for (int shift = 0; shift < 32; shift += 8) buffer_ += static_cast<char>((size >> shift) & 0xFF);
    buffer_ += text;
    if (buffer_.size() > enough) flush();
  }

  std::string finish() {
    flush();
    return hash_.finish_hex();
  }

 private:
  static constexpr std::size_t enough = 1 << 16;

  void flush() {
    hash_.add(buffer_);
    buffer_.clear();
  }

  Sha256 hash_;
  std::string buffer_;
};

std::vector<std::string_view> split_json(std::string_view source) {
  constexpr std::string_view space = " \t\r\n";
  constexpr std::string_view symbols = "{}[],:";
  std::vector<std::string_view> tokens;
  while (true) {
    source.remove_prefix(std::min(source.size(), source.find_first_not_of(space)));
    if (source.empty()) return tokens;
    std::size_t size = 1;
    if (source[0] == '"') {
      while (size < source.size() && source[size] != '"') size += source[size] == '\\' ? 2 : 1;
      size = std::min(size + 1, source.size());
    } else if (symbols.find(source[0]) == std::string_view::npos) {
      size = std::min(source.size(), source.find_first_of(" \t\r\n{}[],:\"", 1));
    }
    tokens.push_back(source.substr(0, size));
    source.remove_prefix(size);
  }
}

/// A string that is none of those that JSON refuses, and has no escapes.
bool is_plain_string(std::string_view token) {
  return token.starts_with('"') && std::all_of(token.begin(), token.end(), [](char letter) {
           return letter != '\\' && static_cast<unsigned char>(letter) >= 0x20;
         });
}

/// Takes out the properties `"//"` of the outermost object that hold a string, each with one comma: HCL reads over them
/// there, and further inside only an evaluation would tell a comment from a value.
std::vector<std::string_view> without_comments(std::vector<std::string_view> tokens) {
  constexpr std::size_t length = 3;  // of `"//": "text"`
  const bool is_object = !tokens.empty() && tokens.front() == "{";
  std::vector<std::string_view> kept;
  int depth = 0;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const bool is_first = !kept.empty() && kept.back() == "{";
    const bool is_property = is_object && depth == 1 && tokens[at] == "\"//\"" && at + length < tokens.size() &&
                             tokens[at + 1] == ":" && is_plain_string(tokens[at + 2]) &&
                             (is_first || kept.back() == ",");
    if (is_property && tokens[at + length] == ",") {
      at += length;
    } else if (is_property && tokens[at + length] == "}") {
      at += length - 1;
      if (!is_first) kept.pop_back();
    } else {
      depth += tokens[at] == "{" || tokens[at] == "[" ? 1 : tokens[at] == "}" || tokens[at] == "]" ? -1 : 0;
      kept.push_back(tokens[at]);
    }
  }
  return kept;
}

}  // namespace

std::string native_token_digest(const std::string& source) {
  Scanner scanner(source);
  Brackets brackets;
  Writer writer;
  bool is_newline_due = false;
  bool is_first = true;
  for (Lexeme token = scanner.next(); token.kind != TokenKind::end; token = scanner.next()) {
    if (token.kind == TokenKind::comment) continue;
    if (token.kind == TokenKind::newline) {
      is_newline_due = is_newline_due || brackets.are_newlines_meant();
      continue;
    }
    if (is_newline_due && !is_first) writer.add(TokenKind::newline, {});
    is_newline_due = is_first = false;
    writer.add(token.kind, telling_text(token, std::string_view(source).substr(token.begin, token.end - token.begin)));
    brackets.see(token.kind);
  }
  return writer.finish();
}

std::string json_token_digest(std::string_view source) {
  Writer writer;
  for (const std::string_view token : without_comments(split_json(source))) writer.add(TokenKind::identifier, token);
  return writer.finish();
}

}  // namespace statelane::hcl
