#include "config/value_reader.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace statelane::config {

void ValueReader::error(const yaml::Value& value, std::string message, std::vector<std::string> hints) {
  const std::string* text = value.as_string();
  error_at(value.spot.begin, text == nullptr ? 0 : text->size(), std::move(message), std::move(hints));
}

void ValueReader::error_at(const SourcePos& begin, std::size_t width, std::string message,
                           std::vector<std::string> hints) {
  SourcePos end = begin;
  end.column += static_cast<std::uint32_t>(width);
  Diagnostic diagnostic{Severity::error, path_, SourceRange{begin, end}, std::move(message), std::move(hints), {}};
  diagnostic.source_line = line_text(text_, begin.line);
  diagnostics_.add(std::move(diagnostic));
}

void ValueReader::read_map(const yaml::Value& value, const std::string& name, const std::vector<Key>& keys) {
  const yaml::Value::Map* map = value.as_map();
  if (map == nullptr) return error(value, fmt::format("{} has to be a map", name));
  for (const auto& [key, entry] : *map) {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&key = key](const Key& candidate) { return candidate.name == key; });
    if (found != keys.end()) {
      found->read(entry);
      continue;
    }
    std::vector<std::string> names;
    for (const Key& candidate : keys) names.push_back(candidate.name);
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(key, names))
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    hints.push_back(fmt::format("known keys: {}", fmt::join(names, ", ")));
    error_at(entry.key_spot.begin, key.size(), fmt::format("unknown key \"{}\" in {}", key, name), std::move(hints));
  }
}

std::optional<Located> ValueReader::read_text(const yaml::Value& value, const std::string& name) {
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty()) {
    error(value,
          fmt::format("{} has to be a string{}", name, text != nullptr ? " that is not empty" : "; put it in quotes"));
    return std::nullopt;
  }
  SourcePos end = value.spot.begin;
  end.column += static_cast<std::uint32_t>(text->size());
  end.offset += static_cast<std::uint32_t>(text->size());
  return Located{*text, {value.spot.begin, end}};
}

std::optional<Located> ValueReader::read_glob(const yaml::Value& value, const std::string& name) {
  auto glob = read_text(value, name);
  if (glob && has_too_many_alternatives(glob->text)) {
    error(value, fmt::format("{} stands for more than {} patterns by its braces", name, most_alternatives));
    return std::nullopt;
  }
  return glob;
}

std::vector<Located> ValueReader::read_globs(const yaml::Value& value, const std::string& name) {
  std::vector<Located> result;
  for (const yaml::Value& item : list_of(value, name)) {
    if (auto glob = read_glob(item, name)) result.push_back(*std::move(glob));
  }
  return result;
}

std::vector<Located> ValueReader::read_texts(const yaml::Value& value, const std::string& name) {
  std::vector<Located> result;
  for (const yaml::Value& item : list_of(value, name)) {
    if (auto text = read_text(item, name)) result.push_back(*std::move(text));
  }
  return result;
}

std::vector<std::string> ValueReader::read_words(const yaml::Value& value, const std::string& name) {
  std::vector<std::string> result;
  for (Located& text : read_texts(value, name)) result.push_back(std::move(text.text));
  return result;
}

yaml::Value::List ValueReader::list_of(const yaml::Value& value, const std::string& name) {
  if (const yaml::Value::List* list = value.as_list()) return *list;
  error(value, fmt::format("{} has to be a list", name));
  return {};
}

std::vector<Pair> ValueReader::read_pairs(const yaml::Value& value, const std::string& name) {
  const yaml::Value::Map* map = value.as_map();
  if (map == nullptr) {
    error(value, fmt::format("{} has to be a map", name));
    return {};
  }
  std::vector<Pair> result;
  for (const auto& [key, entry] : *map) {
    const std::string* text = entry.as_string();
    if (text == nullptr) {
      error(entry, fmt::format("{} of {} has to be a string; put it in quotes", key, name));
      continue;
    }
    result.push_back({Located{key, to_range(entry.key_spot)}, Located{*text, to_range(entry.spot)}});
  }
  std::sort(result.begin(), result.end(),
            [](const Pair& left, const Pair& right) { return left.key.text < right.key.text; });
  return result;
}

}  // namespace statelane::config
