#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/suggest.hpp"
#include "config/config.hpp"

namespace statelane::config {

/// One of the words that a key may have.
template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

/// Reads the values of one document with a strict schema. Each reader of a value adds an error with its place, and
/// gives an empty value, when it does not fit.
class ValueReader {
 public:
  ValueReader(std::string_view text, const RepoPath& path, Diagnostics& diagnostics)
      : text_(text), path_(path), diagnostics_(diagnostics) {}

 protected:
  struct Key {
    std::string name;
    std::function<void(const yaml::Value&)> read;
  };

  void error(const yaml::Value& value, std::string message, std::vector<std::string> hints = {});
  void error_at(const SourcePos& begin, std::size_t width, std::string message, std::vector<std::string> hints);

  void read_map(const yaml::Value& value, const std::string& name, const std::vector<Key>& keys);
  yaml::Value::List list_of(const yaml::Value& value, const std::string& name);

  std::optional<Located> read_text(const yaml::Value& value, const std::string& name);
  std::optional<Located> read_glob(const yaml::Value& value, const std::string& name);
  std::vector<Located> read_globs(const yaml::Value& value, const std::string& name);
  std::vector<Located> read_texts(const yaml::Value& value, const std::string& name);
  std::vector<std::string> read_words(const yaml::Value& value, const std::string& name);

  /// A map of texts, with the place of each key, sorted by key.
  std::vector<Pair> read_pairs(const yaml::Value& value, const std::string& name);

  template <typename Value>
  std::optional<Value> read_choice(const yaml::Value& value, const std::string& name,
                                   std::span<const Choice<Value>> choices) {
    const std::string* text = value.as_string();
    std::vector<std::string> names;
    for (const Choice<Value>& choice : choices) {
      if (text != nullptr && *text == choice.name) return choice.value;
      names.emplace_back(choice.name);
    }
    std::vector<std::string> hints;
    const auto suggestion = text == nullptr ? std::nullopt : find_suggestion(*text, names);
    if (suggestion) hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    error(value, fmt::format("{} has to be one of {}", name, fmt::join(names, ", ")), std::move(hints));
    return std::nullopt;
  }

 private:
  std::string_view text_;
  const RepoPath& path_;
  Diagnostics& diagnostics_;
};

}  // namespace statelane::config
