#include "cli/migrate_include.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "emit/write_yaml.hpp"
#include "yaml/read.hpp"

namespace statelane::cli {

namespace {

std::optional<yaml::Value> read(const std::string& text) {
  Diagnostics ignored;  // GitLab has the last word on that file
  return yaml::read_strictly(text, RepoPath::of(".gitlab-ci.yml"), ignored);
}

/// The name of the template or component where an entry of `include` is one of those.
std::optional<std::string> old_name_of(const yaml::Value& entry) {
  const yaml::Value* named = entry.find("template");
  if (named != nullptr && named->as_string() != nullptr) {
    const std::string& name = *named->as_string();
    if (name.starts_with("Terraform.") || name.starts_with("Terraform/Base.")) return name;
  }
  const yaml::Value* component = entry.find("component");
  if (component == nullptr || component->as_string() == nullptr) return std::nullopt;
  const bool is_opentofu = component->as_string()->find("/components/opentofu/") != std::string::npos;
  return is_opentofu ? std::optional(*component->as_string()) : std::nullopt;
}

/// A text at the first of these keys; empty where there is none.
std::string text_at(const yaml::Value* map, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const yaml::Value* value = map != nullptr ? map->find(key) : nullptr;
    if (value != nullptr && value->as_string() != nullptr) return *value->as_string();
  }
  return "";
}

/// A directory below the project's, as people write it for these jobs.
std::optional<std::string> to_directory(std::string text) {
  for (const std::string_view project : {"${CI_PROJECT_DIR}", "$CI_PROJECT_DIR"}) {
    if (text.starts_with(project)) text.erase(0, project.size());
  }
  text.erase(0, std::min(text.find_first_not_of('/'), text.size()));
  if (text.starts_with("./")) text.erase(0, 2);
  while (text.ends_with('/')) text.pop_back();
  if (text.find('$') != std::string::npos) return std::nullopt;
  return text.empty() ? "." : text;
}

ReplacedInclude describe(const std::string& name, const yaml::Value& entry, const yaml::Value& pipeline) {
  const yaml::Value* inputs = entry.find("inputs");
  const yaml::Value* variables = pipeline.find("variables");
  std::string root = text_at(inputs, {"root_dir", "root-dir"});
  if (root.empty()) root = text_at(variables, {"TF_ROOT"});
  std::string state = text_at(inputs, {"state_name", "state-name"});
  if (state.empty()) state = text_at(variables, {"TF_STATE_NAME"});
  if (state.empty()) state = "default";
  const bool is_known = state.find('$') == std::string::npos && state.find('/') == std::string::npos;
  return {name, to_directory(std::move(root)), is_known ? std::optional(std::move(state)) : std::nullopt};
}

/// What a job takes from the include, if anything.
std::string find_need(const std::string& name, const yaml::Value& job) {
  constexpr std::array theirs = {"fmt", "validate", "build", "deploy", "destroy", "cleanup", "plan", "apply", "test"};
  const yaml::Value* extends = job.find("extends");
  for (const yaml::Value* base : yaml::texts_of(extends)) {
    const std::string& text = *base->as_string();
    if (text.starts_with(".terraform:") || text.starts_with(".opentofu:")) return text;
  }
  const bool is_whole = extends != nullptr || job.find("script") != nullptr || job.find("trigger") != nullptr;
  const bool is_theirs = std::find(theirs.begin(), theirs.end(), name) != theirs.end();
  return job.as_map() != nullptr && !is_whole && is_theirs ? name : "";
}

class Migrator {
 public:
  Migrator(const std::string& text, yaml::Value pipeline, const std::string& file)
      : text_(text), pipeline_(std::move(pipeline)), entry_(yaml::Value::Map{{"local", yaml::Value{file}}}) {}

  std::optional<Migration> run() {
    const yaml::Value* include = pipeline_.find("include");
    if (include == nullptr) return std::nullopt;
    const yaml::Value::List entries = include->as_list() != nullptr ? *include->as_list() : yaml::Value::List{*include};
    yaml::Value::List kept;
    for (const yaml::Value& entry : entries) {
      const auto name = old_name_of(entry);
      if (!name) {
        kept.push_back(entry);
        continue;
      }
      if (result_.replaced.empty()) kept.push_back(entry_);
      result_.replaced.push_back(describe(*name, entry, pipeline_));
      lines_.push_back(entry.spot.begin.line);
    }
    if (result_.replaced.empty()) return std::nullopt;
    result_.pos = include->key_spot.begin;
    result_.include = "include: " + emit::write_inline_yaml(kept);
    for (const auto& [name, job] : *pipeline_.as_map()) {
      if (std::string need = find_need(name, job); !need.empty()) {
        result_.orphans.push_back({name, std::move(need), job.key_spot.begin});
      }
    }
    if (include->as_list() != nullptr) edit(kept);
    return std::move(result_);
  }

 private:
  /// Takes out the lines of each entry, and puts the new one in the place of the first. Kept only where it reads back
  /// as it should.
  void edit(const yaml::Value::List& kept) {
    std::string text;
    std::size_t begin = 0;
    std::size_t indent = std::string::npos;  // of the entry that is taken out; npos: none is
    for (std::uint32_t number = 1; begin < text_.size(); ++number) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
      const std::string line = text_.substr(begin, end - begin);
      begin = end;
      const std::size_t first = line.find_first_not_of(" \r\n");
      if (first == std::string::npos || first <= indent || line[first] == '#') indent = std::string::npos;
      if (std::find(lines_.begin(), lines_.end(), number) != lines_.end()) {
        if (first == std::string::npos || line[first] != '-') return;
        indent = first;
        if (number == lines_.front()) text += line.substr(0, first) + "- local: " + new_file() + line_end(line);
      }
      if (indent == std::string::npos) text += line;
    }
    const auto after = read(text);
    yaml::Value::Map expected = *pipeline_.as_map();
    for (auto& [key, value] : expected) {
      if (key == "include") value = yaml::Value{kept};
    }
    if (after && after->as_map() != nullptr && *after->as_map() == expected) result_.text = std::move(text);
  }

  const std::string& new_file() const { return *entry_.find("local")->as_string(); }

  static std::string line_end(const std::string& line) { return line.ends_with("\r\n") ? "\r\n" : "\n"; }

  const std::string& text_;
  yaml::Value pipeline_;
  yaml::Value entry_;
  std::vector<std::uint32_t> lines_;
  Migration result_;
};

}  // namespace

std::optional<Migration> migrate_include(const std::string& pipeline, const std::string& file) {
  auto read_pipeline = read(pipeline);
  if (!read_pipeline || read_pipeline->as_map() == nullptr) return std::nullopt;
  return Migrator(pipeline, *std::move(read_pipeline), file).run();
}

}  // namespace statelane::cli
