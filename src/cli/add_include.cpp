#include "cli/add_include.hpp"

#include <string_view>

#include "emit/write_yaml.hpp"
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

/// Where the line with this number, from 1, begins.
std::size_t start_of_line(std::string_view text, std::uint32_t number) {
  std::size_t start = 0;
  for (std::uint32_t line = 1; line < number; ++line) start = end_of_line(text, start);
  return start;
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
  if (is_found) return expected == *new_keys;
  const yaml::Value::Entry include{"include", yaml::Value{yaml::Value::List{entry}}};
  const bool is_first = !new_keys->empty() && new_keys->front() == include;
  expected.insert(is_first ? expected.begin() : expected.end(), include);
  return expected == *new_keys;
}

}  // namespace

std::optional<std::string> add_include(const std::string& pipeline, const std::string& file) {
  const auto before = read(pipeline);
  if (!before || before->as_map() == nullptr || before->as_map()->empty()) return std::nullopt;
  const std::string line_end = pipeline.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  const std::string entry = "- local: " + file + line_end;
  const yaml::Value added{yaml::Value::Map{{"local", yaml::Value{file}}}};
  std::vector<std::string> attempts;
  if (before->find("include") == nullptr) {
    const std::string block = "include:" + line_end + "  " + entry;
    attempts.push_back(pipeline + (pipeline.ends_with('\n') ? "" : line_end) + line_end + block);
    // A text block at the end without a line end would get one, and what is behind `...` is another document.
    const std::size_t first = start_of_line(pipeline, before->as_map()->front().spot().begin.line);
    attempts.push_back(std::string(pipeline).insert(first, block + line_end));
  } else if (const auto list = find_block_list(pipeline, "include:")) {
    const bool is_last = list->end == pipeline.size() && !pipeline.ends_with('\n');
    attempts.push_back(std::string(pipeline).insert(list->end, (is_last ? line_end : "") + list->indent + entry));
  }
  for (std::string& text : attempts) {
    const auto after = read(text);
    if (after && is_only_longer(*before, *after, added)) return std::move(text);
  }
  return std::nullopt;
}

std::string describe_include(const std::string& pipeline, const std::string& file) {
  const auto before = read(pipeline);
  const yaml::Value* include = before ? before->find("include") : nullptr;
  yaml::Value::List list;
  if (include != nullptr && include->as_list() != nullptr) {
    list = *include->as_list();
  } else if (include != nullptr && !std::holds_alternative<std::nullptr_t>(include->data)) {
    list.push_back(*include);
  }
  list.emplace_back(yaml::Value::Map{{"local", yaml::Value{file}}});
  return "include: " + emit::write_inline_yaml(std::move(list));
}

}  // namespace statelane::cli
