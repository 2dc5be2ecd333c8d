#include "states/partial_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

using hcl::Value;

void add_attributes(const std::string& prefix, const Value::Map& map,
                    std::map<std::string, std::vector<PossibleText>>& attributes) {
  for (const auto& [name, value] : map) {
    if (const auto* nested = value.as_map()) {
      add_attributes(prefix + name + ".", *nested, attributes);
      continue;
    }
    if (value.as_open_map() != nullptr) {
      attributes[prefix + name] = {{{std::nullopt}, "", value.may_climb()}};
      continue;
    }
    auto texts = to_texts(value);
    if (!texts.empty()) attributes[prefix + name] = std::move(texts);
  }
}

std::string list_fingerprint(const Value::List& list) {
  std::string result = list.is_set ? "<" : "[";
  if (list.is_open) result += "~";
  for (const Value& item : list) result += to_fingerprint(item) + ",";
  return result + "]";
}

/// How many directories the known parts behind the first unknown one climb. A component of dots beside an unknown part
/// may be one.
int count_climbs(const PartialText& parts) {
  std::string text;  // with a letter for what is not known
  constexpr char unknown = '\x02';
  for (const auto& part : parts) text += part ? *part : std::string(1, unknown);
  const std::size_t slash = text.rfind('/', text.find(unknown));
  text.erase(0, slash == std::string::npos ? 0 : slash + 1);
  int climbs = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view component = std::string_view(text).substr(begin, end - begin);
    const bool is_dots = component.find_first_not_of(".\x02") == std::string_view::npos;
    if (is_dots && component.find('.') != std::string_view::npos && component != ".") ++climbs;
    begin = end + 1;
  }
  return climbs;
}

/// The known end of the last name; empty when it is not known, or may be one of the names of directories.
std::string known_end(const PartialText& parts) {
  if (!parts.back()) return "";
  const std::string& last = *parts.back();
  std::string name = last.substr(last.rfind('/') + 1);
  return name.find_first_not_of('.') == std::string::npos ? "" : name;
}

}  // namespace

std::vector<PossibleText> to_texts(const Value& value) {
  if (value.is_error()) return {};
  if (const auto* unknown = value.as_unknown()) return {{{std::nullopt}, unknown->reason, unknown->may_climb}};
  if (const auto* text = value.as_text())
    return {{text->pieces, text->why.reason, text->why.may_climb, text->is_content}};
  if (const auto* one_of = value.as_one_of()) {
    std::vector<PossibleText> result;
    for (const Value& alternative : one_of->values) {
      for (PossibleText& text : to_texts(alternative)) result.push_back(std::move(text));
    }
    return result;
  }
  if (const auto known = value.as_known_string()) return {{{*known}, ""}};
  return {};
}

std::vector<PartialText> split_words(const PartialText& text) {
  std::vector<PartialText> words;
  PartialText word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const auto& part : text) {
    if (!part) word.emplace_back(std::nullopt);
    for (const char letter : part.value_or("")) {
      const bool is_parting = std::string_view(" \t\n\r\"'`=;&|<>(),:").find(letter) != std::string_view::npos;
      if (is_parting) {
        end_word();
        continue;
      }
      if (word.empty() || !word.back()) word.emplace_back("");
      *word.back() += letter;
    }
  }
  end_word();
  return words;
}

PartialText spread(const PossibleText& text, const RepoPath& from) {
  const PartialText& parts = text.text;
  const bool is_known = std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.has_value(); });
  if (is_known || !parts.front()) return parts;
  const int climbs = count_climbs(parts);
  const std::string& first = *parts.front();
  const bool is_outside = (first.starts_with('/') && !first.starts_with(repository_root)) || first.starts_with('~');
  if (is_outside || (!text.may_climb && climbs == 0)) return parts;
  const std::size_t slash = first.rfind('/');
  std::string directory = first.substr(0, slash == std::string::npos ? 0 : slash + 1);
  for (int step = 0; step < climbs; ++step) directory += "../";
  const bool is_anywhere = text.may_climb || !resolve_lexically(from, directory);
  PartialText result = {is_anywhere ? std::string(repository_root) + "/" : "./" + directory, std::nullopt};
  if (!is_anywhere && directory.starts_with(repository_root)) result.front() = directory;
  if (std::string end = known_end(parts); !end.empty()) result.emplace_back(std::move(end));
  return result;
}

std::optional<std::map<std::string, std::vector<PossibleText>>> to_attributes(const Value& value) {
  const auto* map = value.as_map();
  if (map == nullptr) return std::nullopt;
  std::map<std::string, std::vector<PossibleText>> attributes;
  add_attributes("", *map, attributes);
  return attributes;
}

std::string to_fingerprint(const Value& value) {
  if (const auto* text = value.as_text()) {
    std::string result = "\"";
    const std::string_view unknown = text->why.may_climb ? "^" : "*";
    for (const auto& piece : text->pieces) {
      if (piece) {
        result += fmt::format("{}:{}", piece->size(), *piece);
      } else {
        result += unknown;
      }
    }
    return result;
  }
  if (const auto* list = value.as_open_list()) return list_fingerprint(*list);
  if (const auto* map = value.as_open_map()) return to_fingerprint(*map);
  if (const auto* one_of = value.as_one_of()) {
    std::string result = "(";
    for (const Value& item : one_of->values) result += to_fingerprint(item) + "|";
    return result + ")";
  }
  if (value.as_bool() != nullptr || value.as_number() != nullptr) return "=" + *value.as_known_string();
  if (value.is_error()) return "!";
  if (!value.is_unknown()) return "null";
  return value.may_climb() ? "^" : "?";
}

std::string to_fingerprint(const Value::Map& map) {
  std::string result = map.is_open ? "{~" : "{";
  for (const auto& [name, item] : map) result += fmt::format("{}:{}={},", name.size(), name, to_fingerprint(item));
  for (const auto& [key, item] : map.others) result += to_fingerprint(key) + ">" + to_fingerprint(item) + ",";
  return result + "}";
}

}  // namespace statelane::states
