#include "cli/add_include.hpp"

#include <string_view>

#include "yaml/read.hpp"

namespace statelane::cli {

namespace {

std::optional<yaml::Value> read(const std::string& text) {
  Diagnostics ignored;  // GitLab has the last word on that file
  return yaml::read_strictly(text, RepoPath::of(".gitlab-ci.yml"), ignored);
}

/// Where the next line begins.
std::size_t end_of_line(std::string_view text, std::size_t start) {
  const std::size_t end = text.find('\n', start);
  return end == std::string_view::npos ? text.size() : end + 1;
}

/// A list with one entry a line: where its last line ends, and how far its entries are indented.
struct BlockList {
  std::size_t end = 0;
  std::string indent;
};

std::optional<BlockList> find_block_list(std::string_view text, std::string_view key) {
  std::size_t line = text.starts_with(key) ? 0 : text.find("\n" + std::string(key));
  if (line == std::string_view::npos) return std::nullopt;
  if (line > 0) ++line;
  std::optional<BlockList> list;
  for (line = end_of_line(text, line); line < text.size(); line = end_of_line(text, line)) {
    const std::string_view content = text.substr(line, end_of_line(text, line) - line);
    const std::size_t first = content.find_first_not_of(" \r\n");
    if (first == std::string_view::npos || content[first] == '#') continue;
    if (first == 0 && content[first] != '-') break;
    if (!list && content[first] != '-') return std::nullopt;
    if (!list) list = BlockList{0, std::string(first, ' ')};
    list->end = line + content.size();
  }
  return list;
}

/// Whether `after` is `before` with that entry more, and nothing else differs.
bool is_only_longer(const yaml::Value& before, const yaml::Value& after, const yaml::Value& entry) {
  const yaml::Value::Map *old_keys = before.as_map(), *new_keys = after.as_map();
  if (old_keys == nullptr || new_keys == nullptr) return false;
  yaml::Value::Map expected = *old_keys;
  bool is_found = false;
  for (auto& [key, value] : expected) {
    if (key != "include") continue;
    const yaml::Value::List* list = value.as_list();
    if (list == nullptr) return false;
    yaml::Value::List longer = *list;
    longer.push_back(entry);
    value = yaml::Value{std::move(longer)};
    is_found = true;
  }
  if (!is_found) expected.emplace_back("include", yaml::Value{yaml::Value::List{entry}});
  return expected == *new_keys;
}

}  // namespace

std::optional<std::string> add_include(const std::string& pipeline, const std::string& file) {
  const auto before = read(pipeline);
  if (!before || before->as_map() == nullptr) return std::nullopt;
  const std::string entry = "- local: " + file + "\n";
  std::string text = pipeline + (pipeline.ends_with('\n') ? "" : "\n");
  if (before->find("include") == nullptr) {
    text += "\ninclude:\n  " + entry;
  } else {
    const auto list = find_block_list(text, "include:");
    if (!list) return std::nullopt;
    text.insert(list->end, list->indent + entry);
  }
  const auto after = read(text);
  const yaml::Value added{yaml::Value::Map{{"local", yaml::Value{file}}}};
  if (!after || !is_only_longer(*before, *after, added)) return std::nullopt;
  return text;
}

}  // namespace statelane::cli
