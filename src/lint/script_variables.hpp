#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/pipeline.hpp"
#include "lint/shell.hpp"

namespace statelane::lint {

using Texts = std::vector<std::string>;

/// Of one word no more texts than this are followed.
inline constexpr std::size_t most_alternatives = 256;

/// The words of a text, as a shell takes an unquoted variable apart.
Texts split_words(std::string_view text);

/// What the variables of a script may hold: what the script has set, else what the job and the pipeline say. A loop and
/// a matrix give several texts; what is not known is `unknown_text`.
class ScriptVariables {
 public:
  ScriptVariables(const Job& job, const std::map<std::string, std::string>& matrix) : job_(job), matrix_(matrix) {}

  /// Gives what the script had set before.
  std::optional<Texts> set(const std::string& name, Texts values);

  /// What the script has set, to be set again behind a script that runs in a shell of its own.
  std::map<std::string, Texts> save() const { return set_; }
  void restore(std::map<std::string, Texts> saved) { set_ = std::move(saved); }

  Texts values_of(const WordPart& part) const;

  /// Every text that the word may be.
  Texts expand(const ShellWord& word) const;

  /// The words, each with its first alternative; a word that is all one variable may hold several, or none.
  Texts expand_words(const std::vector<ShellWord>& words) const;

 private:
  const Job& job_;
  const std::map<std::string, std::string>& matrix_;
  std::map<std::string, Texts> set_;
};

}  // namespace statelane::lint
