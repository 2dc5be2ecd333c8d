#include "gitlab/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"

namespace statelane::gitlab {

namespace {

constexpr int most_nested_lists = 10;  // Entry::Commands, Entry::Processable: MAX_NESTING_LEVEL

unsigned form_of(const yaml::Value& value) {
  constexpr unsigned forms[] = {0, form::flag, form::integer, form::real, form::text, form::list, form::map, 0};
  return forms[value.data.index()];
}

std::string describe_list(const Shape& shape) {
  if (shape.item == nullptr) return "a list";
  if (shape.item->forms == form::text) return "a list of texts";
  return shape.item->forms == form::map ? "a list of maps" : "a list";
}

/// For messages: what the shape takes.
std::string describe(const Shape& shape) {
  std::vector<std::string> parts;
  const auto add = [&](unsigned bit, std::string words) {
    if ((shape.forms & bit) != 0) parts.push_back(std::move(words));
  };
  if (!shape.words.empty()) {
    parts.push_back(fmt::format("one of {}", fmt::join(shape.words, ", ")));
  } else {
    add(form::text, shape.what.empty() ? "a text" : std::string(shape.what));
  }
  add(form::flag, "true or false");
  const bool is_bounded = shape.most != std::numeric_limits<std::int64_t>::max();
  add(form::integer,
      is_bounded ? fmt::format("a whole number from {} to {}", shape.least, shape.most) : "a whole number");
  add(form::list, describe_list(shape));
  add(form::map, "a map");
  return fmt::format("{}", fmt::join(parts, " or "));
}

/// What was meant for a text and is none to YAML.
std::vector<std::string> hints_for(const yaml::Value& item, const Shape& shape) {
  if (shape.forms != form::text || item.as_list() != nullptr) return {};
  if (item.as_map() != nullptr) return {"a colon and a blank make a map of it: put the whole text in quotes"};
  return {"put it in quotes"};
}

std::string join_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}:{}", path, key);
}

std::string written(const yaml::Value& value) {
  if (const auto* text = value.as_string()) return fmt::format("\"{}\"", *text);
  if (const auto* number = value.as_integer()) return fmt::format("{}", *number);
  return std::string(yaml::kind_of(value));
}

/// `"retry" takes …`; a job's own place has no path.
std::string subject_of(const std::string& path) { return path.empty() ? "a job" : fmt::format("\"{}\"", path); }

}  // namespace

bool is_blank(const yaml::Value& value) {
  if (value.is_null()) return true;
  if (const auto* truth = value.as_bool()) return !*truth;
  if (const auto* text = value.as_string()) return text->find_first_not_of(" \t\r\n\f\v") == std::string::npos;
  if (const auto* list = value.as_list()) return list->empty();
  return value.as_map() != nullptr && value.as_map()->empty();
}

bool is_open(const yaml::Value& value) {
  const auto* text = value.as_string();
  return value.as_reference() != nullptr || (text != nullptr && text->find("$[[") != std::string::npos);
}

void ShapeCheck::add(const yaml::Spot& spot, std::string message, std::vector<std::string> hints,
                     KeywordFault::Kind kind) {
  faults_.push_back({kind, spot, std::move(message), std::move(hints)});
}

void ShapeCheck::check(const yaml::Value& value, const Shape& shape, const std::string& path) {
  if (value.is_null() || is_open(value) || (shape.takes_blank && is_blank(value))) return;
  const unsigned form = form_of(value);
  if ((form & shape.forms) == 0) {
    add(value.spot, fmt::format("{} takes {}, not {}", subject_of(path), describe(shape), written(value)));
  } else if (form == form::text) {
    check_text(value, shape, path);
  } else if (form == form::integer) {
    check_integer(value, shape, path);
  } else if (form == form::list) {
    check_list(value, shape, path, 1);
  } else if (form == form::map) {
    check_map(value, shape, path);
  }
}

void ShapeCheck::check_text(const yaml::Value& value, const Shape& shape, const std::string& path) {
  const std::string& text = *value.as_string();
  const bool is_word =
      shape.words.empty() || std::find(shape.words.begin(), shape.words.end(), text) != shape.words.end();
  if (is_word && (shape.takes == nullptr || shape.takes(text))) {
    for (const YoungWord& young : shape.young) {
      if (young.word == text)
        check_age(young.since, value.spot, fmt::format("{}: {}", path, text), KeywordFault::Kind::invalid_value);
    }
    return;
  }
  std::vector<std::string> hints;
  const auto suggestion = find_suggestion(text, std::vector<std::string>(shape.words.begin(), shape.words.end()));
  if (suggestion) hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
  add(value.spot, fmt::format("{} takes {}, not \"{}\"", subject_of(path), describe(shape), text), std::move(hints));
}

void ShapeCheck::check_age(const Version& since, const yaml::Spot& spot, const std::string& what,
                           KeywordFault::Kind kind) {
  if (!server_ || *server_ >= since) return;
  add(spot, fmt::format("GitLab {} does not know \"{}\"", to_string(*server_), what),
      {fmt::format("it came with GitLab {}", to_string(since))}, kind);
}

void ShapeCheck::check_integer(const yaml::Value& value, const Shape& shape, const std::string& path) {
  const std::int64_t number = *value.as_integer();
  if (number >= shape.least && number <= shape.most) return;
  add(value.spot, fmt::format("{} takes {}, not {}", subject_of(path), describe(shape), number));
}

void ShapeCheck::check_list(const yaml::Value& value, const Shape& shape, const std::string& path, int level) {
  const yaml::Value::List& list = *value.as_list();
  if (list.size() > shape.most_items) {
    add(value.spot,
        fmt::format("{} takes at most {} entries, and here are {}", subject_of(path), shape.most_items, list.size()));
  }
  if (level == 1 && list.size() < shape.least_items)
    add(value.spot, fmt::format("{} cannot be empty", subject_of(path)));
  if (shape.item == nullptr) return;
  for (const yaml::Value& item : list) {
    if (shape.nests && item.as_list() != nullptr) {
      if (level < most_nested_lists) {
        check_list(item, shape, path, level + 1);
      } else {
        add(item.spot, fmt::format("{} takes lists in lists at most {} deep", subject_of(path), most_nested_lists));
      }
    } else if (item.is_null()) {
      if (!shape.skips_nulls) add(item.spot, fmt::format("an entry of {} is empty", subject_of(path)));
    } else if (!is_open(item)) {
      const bool is_of_form = (form_of(item) & shape.item->forms) != 0;
      if (is_of_form) {
        check(item, *shape.item, path);
      } else {
        add(item.spot,
            fmt::format("an entry of {} takes {}, not {}", subject_of(path), describe(*shape.item),
                        yaml::kind_of(item)),
            hints_for(item, *shape.item));
      }
    }
  }
}

void ShapeCheck::check_keys(const yaml::Value& map, const Shape& shape, const std::string& path) {
  for (const auto& [key, value] : *map.as_map()) {
    const auto row = std::find_if(shape.keywords.begin(), shape.keywords.end(),
                                  [&name = key](const Keyword& each) { return each.name == name; });
    if (row != shape.keywords.end()) {
      check_age(row->since, value.key_spot, join_path(path, key), KeywordFault::Kind::unknown_keyword);
      if (row->shape != nullptr && row->shape->needs_value && value.is_null())
        add(value.key_spot, fmt::format("\"{}\" has no value", join_path(path, key)));
      if (row->shape != nullptr) check(value, *row->shape, join_path(path, key));
      continue;
    }
    std::vector<std::string> names;
    for (const Keyword& each : shape.keywords) names.emplace_back(each.name);
    const auto suggestion = find_suggestion(key, names);
    add(value.key_spot, fmt::format("{} has no keyword \"{}\"", subject_of(path), key),
        suggestion ? std::vector{fmt::format("did you mean \"{}\"?", *suggestion)} : std::vector<std::string>{},
        KeywordFault::Kind::unknown_keyword);
  }
}

void ShapeCheck::check_needed(const yaml::Value& map, const Shape& shape, const std::string& path) {
  for (const Keyword& keyword : shape.keywords) {
    if (!keyword.is_needed) continue;
    const yaml::Value* value = map.find(keyword.name);
    if (value != nullptr && !is_blank(*value)) continue;
    add(value != nullptr ? value->key_spot : map.spot, fmt::format("{} needs \"{}\"", subject_of(path), keyword.name));
  }
}

void ShapeCheck::check_map(const yaml::Value& map, const Shape& shape, const std::string& path) {
  if (!shape.keywords.empty()) check_keys(map, shape, path);
  if (extent_ == Extent::whole) check_needed(map, shape, path);
  if (shape.each != nullptr) {
    for (const auto& [key, value] : *map.as_map()) {
      // GitLab reads `NAME:` with nothing behind it as an empty map (Entry::ComposableHash).
      const bool is_empty_map = value.is_null() && shape.each->forms == form::map;
      const std::string inner = join_path(path, key);
      if (is_empty_map) {
        check_map(yaml::Value(yaml::Value::Map{}, value.key_spot), *shape.each, inner);
      } else if (value.is_null() && shape.each->needs_value) {
        add(value.key_spot, fmt::format("\"{}\" has no value", inner));
      } else {
        check(value, *shape.each, inner);
      }
    }
  }
  if (shape.rule == nullptr || extent_ == Extent::part) return;
  path_ = path;
  shape.rule(map, *this);
}

}  // namespace statelane::gitlab
