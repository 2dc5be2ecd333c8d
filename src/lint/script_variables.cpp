#include "lint/script_variables.hpp"

#include <algorithm>

#include "lint/terraform_runs.hpp"

namespace statelane::lint {

Texts split_words(std::string_view text) {
  Texts words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \n\t");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \n\t"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

namespace {

/// A variable that stands alone, or `"$@"`.
bool is_split(const ShellWord& word) {
  if (word.empty() || word.back().kind != WordPart::Kind::variable) return false;
  if (word.size() == 1) return true;
  return word.size() == 2 && word[0] == WordPart{WordPart::Kind::literal, "", ""} && word[1].text == "@";
}

}  // namespace

std::optional<Texts> ScriptVariables::set(const std::string& name, Texts values) {
  const auto known = set_.find(name);
  std::optional<Texts> before;
  if (known != set_.end()) before = std::move(known->second);
  set_[name] = std::move(values);
  return before;
}

Texts ScriptVariables::values_of(const WordPart& part) const {
  if (part.kind == WordPart::Kind::literal) return {part.text};
  if (part.kind == WordPart::Kind::unknown) return {std::string(1, unknown_text)};
  const auto known = set_.find(part.text);
  if (known != set_.end()) return known->second;
  std::string value = expand_variables(job_, matrix_, "${" + part.text + "}");
  if (value == std::string(1, unknown_text) && !part.otherwise.empty()) return {part.otherwise};
  return {std::move(value)};
}

Texts ScriptVariables::expand(const ShellWord& word) const {
  Texts texts = {""};
  for (const WordPart& part : word) {
    Texts next;
    for (const std::string& value : values_of(part)) {
      for (const std::string& text : texts) {
        if (next.size() < most_alternatives) next.push_back(text + value);
      }
    }
    texts = std::move(next);
  }
  return texts;
}

Texts ScriptVariables::expand_words(const std::vector<ShellWord>& words) const {
  Texts texts;
  for (const ShellWord& word : words) {
    std::string text = expand(word).front();
    if (!is_split(word)) {
      texts.push_back(std::move(text));
      continue;
    }
    for (std::string& each : split_words(text)) texts.push_back(std::move(each));
  }
  return texts;
}

}  // namespace statelane::lint
