#include "runner/shell_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/expansion.hpp"

namespace statelane::runner {

namespace {

/// In `$'…'`, which POSIX knows since 2024 and every shell that people type into, so that a line end in a name does not
/// begin a line of the log.
std::string quote_controls(std::string_view word) {
  std::string result = "$'";
  for (const char byte : word) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x20 || value == 0x7F)
      result += fmt::format("\\{:03o}", value);
    else
      result += byte == '\'' || byte == '\\' ? fmt::format("\\{}", byte) : std::string(1, byte);
  }
  return result + "'";
}

std::string to_shell_word(std::string_view word) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; };
  if (std::any_of(word.begin(), word.end(), is_control)) return quote_controls(word);
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=:,@%+-";
  const bool is_plain = !word.empty() && word.find_first_not_of(plain) == std::string_view::npos;
  return is_plain ? std::string(word) : gitlab::quote_for_shell(word);
}

}  // namespace

std::string to_shell_words(const std::vector<std::string>& argv) {
  std::string result;
  for (const std::string& word : argv) result += (result.empty() ? "" : " ") + to_shell_word(word);
  return result;
}

std::vector<std::string> split_shell_words(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_blank = text[at] == ' ' || text[at] == '\t' || text[at] == '\n';
    if (is_blank && quote == 0) {
      is_inside = false;
      continue;
    }
    if (!is_inside) words.emplace_back();
    is_inside = true;
    const bool is_quote = text[at] == '"' || text[at] == '\'';
    if (text[at] == '\\' && quote != '\'' && at + 1 < text.size()) {
      words.back() += text[++at];
    } else if (is_quote && (quote == 0 || quote == text[at])) {
      quote = quote == 0 ? text[at] : 0;
    } else {
      words.back() += text[at];
    }
  }
  return words;
}

std::vector<std::string> without_values(std::vector<std::string> words) {
  bool is_setting = false;  // the word before was the option alone
  for (std::string& word : words) {
    const std::string_view option = std::string_view(word).substr(std::min(word.find_first_not_of('-'), word.size()));
    const bool is_option = option.size() < word.size();
    const bool is_joined = is_option && (option.starts_with("var=") || option.starts_with("backend-config="));
    const std::size_t name = is_joined ? word.find('=') + 1 : 0;
    const std::size_t equals = is_joined || is_setting ? word.find('=', name) : std::string::npos;
    is_setting = !is_setting && is_option && (option == "var" || option == "backend-config");
    if (equals != std::string::npos) word.replace(equals + 1, std::string::npos, "...");
  }
  return words;
}

}  // namespace statelane::runner
