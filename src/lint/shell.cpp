#include "lint/shell.hpp"

#include <algorithm>
#include <array>

namespace statelane::lint {

namespace {

using Kind = WordPart::Kind;

constexpr std::array<std::string_view, 15> reserved_words = {
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "case", "esac", "!", "time", "{", "}"};

bool is_name_start(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}
bool is_name_letter(char letter) { return is_name_start(letter) || (letter >= '0' && letter <= '9'); }

class Parser {
 public:
  explicit Parser(std::string_view text, std::uint32_t line, int level) : text_(text), line_(line), level_(level) {}

  std::vector<ShellCommand> run() {
    while (at_ < text_.size()) step();
    finish_command();
    return std::move(commands_);
  }

 private:
  static constexpr int most_levels = 20;

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char letter = peek();
    if (letter == '\n') {
      ++at_;
      finish_command();
      ++line_;
      skip_here_documents();
    } else if (letter == ' ' || letter == '\t' || letter == '\r') {
      finish_word();
      ++at_;
    } else if (letter == '\\' && peek(1) == '\n') {
      at_ += 2;
      ++line_;
    } else if (letter == '#' && !in_word_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (letter == ';' || letter == '&' || letter == '|') {
      take_separator();
    } else if (letter == '(' || letter == ')') {
      ++at_;
      finish_command();
      add_marker(letter == '(' ? ShellCommand::Kind::subshell_begins : ShellCommand::Kind::subshell_ends);
    } else if (letter == '<' || letter == '>') {
      take_redirection();
    } else {
      take_word_part();
    }
  }

  void take_separator() {
    const bool is_pipe = peek() == '|' && peek(1) != '|';
    // `2>&1` and `&>file` belong to redirections.
    if (peek() == '&' && peek(1) == '>') {
      ++at_;
      return;
    }
    while (peek() == ';' || peek() == '&' || peek() == '|') ++at_;
    finish_word();
    command_.feeds_pipe = is_pipe;
    finish_command();
  }

  void take_redirection() {
    const bool is_output = peek() == '>';
    // `2>` is one word: the number is no argument.
    const bool is_number = word_.size() == 1 && word_[0].kind == Kind::literal && word_[0].text.size() == 1 &&
                           word_[0].text[0] >= '0' && word_[0].text[0] <= '9';
    const bool is_error = is_number && word_[0].text[0] == '2';
    if (is_number) {
      word_.clear();
      in_word_ = false;
    }
    finish_word();
    const bool is_document = peek() == '<' && peek(1) == '<' && peek(2) != '<';
    while (peek() == '<' || peek() == '>' || peek() == '&' || (is_document && peek() == '-')) ++at_;
    target_ = is_document ? Target::document : is_output && !is_error ? Target::output : Target::input;
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  void take_word_part() {
    in_word_ = true;
    const char letter = peek();
    if (letter == '\'') {
      take_single_quoted();
    } else if (letter == '"') {
      take_double_quoted();
    } else if (letter == '$') {
      take_dollar();
    } else if (letter == '`') {
      take_substitution('`');
    } else {
      if (letter == '\\' && at_ + 1 < text_.size()) ++at_;
      add_literal(peek());
      ++at_;
    }
  }

  void take_single_quoted() {
    const std::size_t end = std::min(text_.find('\'', at_ + 1), text_.size());
    for (const char letter : text_.substr(at_ + 1, end - at_ - 1)) add_literal(letter);
    count_lines(at_, end);
    at_ = std::min(end + 1, text_.size());
  }

  void take_double_quoted() {
    ++at_;
    add_part({Kind::literal, "", ""});
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '$') {
        take_dollar();
      } else if (peek() == '`') {
        take_substitution('`');
      } else {
        if (peek() == '\\' && std::string_view("\"\\$`").find(peek(1)) != std::string_view::npos) ++at_;
        if (peek() == '\n') ++line_;
        add_literal(peek());
        ++at_;
      }
    }
    ++at_;
  }

  void take_dollar() {
    const char next = peek(1);
    if (next == '{') {
      take_braced();
    } else if (next == '(') {
      take_substitution(')');
    } else if (is_name_start(next)) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && is_name_letter(text_[end])) ++end;
      add_part({Kind::variable, std::string(text_.substr(at_ + 1, end - at_ - 1)), ""});
      at_ = end;
    } else if ((next >= '0' && next <= '9') || next == '@' || next == '*') {
      add_part({Kind::variable, std::string(1, next), ""});
      at_ += 2;
    } else if (next == '#' || next == '?' || next == '$' || next == '!') {
      add_part({Kind::unknown, "", ""});
      at_ += 2;
    } else {
      add_literal('$');
      ++at_;
    }
  }

  /// `${NAME}`, `${NAME:-word}`; other forms are unknown.
  void take_braced() {
    const std::size_t end = std::min(text_.find('}', at_), text_.size());
    const std::string_view inner = text_.substr(at_ + 2, end - std::min(at_ + 2, end));
    std::size_t length = 0;
    while (length < inner.size() && is_name_letter(inner[length])) ++length;
    const std::string_view rest = inner.substr(length);
    if (rest.empty() && length > 0) {
      add_part({Kind::variable, std::string(inner), ""});
    } else if ((rest.starts_with(":-") || rest.starts_with(":=")) && rest.find('$') == std::string_view::npos) {
      add_part({Kind::variable, std::string(inner.substr(0, length)), std::string(rest.substr(2))});
    } else {
      add_part({Kind::unknown, "", ""});
    }
    count_lines(at_, end);
    at_ = std::min(end + 1, text_.size());
  }

  /// The commands of `$(…)` or between backticks, as if in a subshell before the command that they stand in.
  void take_substitution(char closing) {
    const std::size_t begin = at_ + (closing == ')' ? 2 : 1);
    std::size_t end = begin;
    for (int open = 1; end < text_.size(); ++end) {
      if (closing == ')' && text_[end] == '(') ++open;
      if (text_[end] == '\\') ++end;
      if (end < text_.size() && text_[end] == closing && --open == 0) break;
    }
    end = std::min(end, text_.size());
    if (level_ < most_levels) {
      add_marker(ShellCommand::Kind::subshell_begins);
      for (ShellCommand& command : Parser(text_.substr(begin, end - begin), line_, level_ + 1).run()) {
        commands_.push_back(std::move(command));
      }
      add_marker(ShellCommand::Kind::subshell_ends);
    }
    add_part({Kind::unknown, "", ""});
    count_lines(begin, end);
    at_ = std::min(end + 1, text_.size());
  }

  void skip_here_documents() {
    for (const std::string& word : documents_) {
      while (at_ < text_.size()) {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_, end - at_);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
        at_ = std::min(end + 1, text_.size());
        ++line_;
        if (line == word) break;
      }
    }
    documents_.clear();
  }

  void count_lines(std::size_t begin, std::size_t end) {
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  }

  void add_literal(char letter) {
    if (word_.empty() || word_.back().kind != Kind::literal) word_.push_back({Kind::literal, "", ""});
    word_.back().text += letter;
  }

  void add_part(WordPart part) {
    in_word_ = true;
    word_.push_back(std::move(part));
  }

  void add_marker(ShellCommand::Kind kind) {
    ShellCommand marker;
    marker.kind = kind;
    marker.line = line_;
    commands_.push_back(std::move(marker));
  }

  void finish_word() {
    if (!in_word_) return;
    in_word_ = false;
    ShellWord word = std::move(word_);
    word_.clear();
    if (command_.words.empty() && command_.assignments.empty()) command_.line = line_;
    const Target target = std::exchange(target_, Target::none);
    if (target == Target::output) command_.output_files.push_back(word);
    if (target == Target::document) documents_.push_back(literal_of(word));
    if (target != Target::none) return;
    const std::string text = literal_of(word);
    const bool is_first = command_.words.empty();
    if (is_first && std::find(reserved_words.begin(), reserved_words.end(), text) != reserved_words.end()) return;
    if (is_first && take_assignment(word)) return;
    command_.words.push_back(std::move(word));
  }

  bool take_assignment(const ShellWord& word) {
    if (word.empty() || word[0].kind != Kind::literal) return false;
    const std::string& text = word[0].text;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || !is_name_start(text[0])) return false;
    if (!std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals), is_name_letter)) return false;
    ShellWord value = word;
    value[0].text.erase(0, equals + 1);
    command_.assignments.emplace_back(text.substr(0, equals), std::move(value));
    return true;
  }

  void finish_command() {
    finish_word();
    if (!command_.words.empty() || !command_.assignments.empty()) commands_.push_back(std::move(command_));
    command_ = {};
    target_ = Target::none;
  }

  enum class Target { none, input, output, document };

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
  int level_;
  ShellWord word_;
  bool in_word_ = false;
  Target target_ = Target::none;
  ShellCommand command_;
  std::vector<std::string> documents_;
  std::vector<ShellCommand> commands_;
};

}  // namespace

std::vector<ShellCommand> parse_shell(std::string_view script) { return Parser(script, 0, 0).run(); }

std::string literal_of(const ShellWord& word) {
  std::string text;
  for (const WordPart& part : word) {
    if (part.kind != Kind::literal) return "";
    text += part.text;
  }
  return text;
}

}  // namespace statelane::lint
