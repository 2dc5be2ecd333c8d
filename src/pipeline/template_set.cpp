#include "pipeline/template_set.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "gitlab/extends.hpp"
#include "pipeline/builtin_templates.hpp"
#include "pipeline/lane_keywords.hpp"
#include "pipeline/merge_keywords.hpp"
#include "yaml/read.hpp"

namespace statelane::pipeline {

namespace {

KeywordTarget target_of(std::string_view name) {
  if (!name.starts_with(".statelane-")) return KeywordTarget::lane;
  if (name == ".statelane-drift" || name == ".statelane-plan-destroy" || name.ends_with("-plan")) {
    return KeywordTarget::plan;
  }
  if (name == ".statelane-destroy" || name.ends_with("-apply")) return KeywordTarget::apply;
  return KeywordTarget::other;
}

/// The comment lines at the top of a built-in file say what its template is for.
std::vector<std::string> leading_comments(std::string_view text) {
  std::vector<std::string> lines;
  for (std::uint32_t line = 1; line_text(text, line).starts_with("# "); ++line) {
    lines.emplace_back(line_text(text, line).substr(2));
  }
  return lines;
}

/// Errors of one file, each with its line.
class Faults {
 public:
  Faults(std::string_view text, const RepoPath& path, Diagnostics& diagnostics)
      : text_(text), path_(path), diagnostics_(diagnostics) {}

  void add(const SourcePos& pos, std::string message, std::string hint) {
    diagnostics_.add({Severity::error,
                      path_,
                      SourceRange{pos, pos},
                      std::move(message),
                      {std::move(hint)},
                      std::string(line_text(text_, pos.line))});
    ++count_;
  }

  std::size_t count() const { return count_; }

 private:
  std::string_view text_;
  const RepoPath& path_;
  Diagnostics& diagnostics_;
  std::size_t count_ = 0;
};

void check_entry(const std::string& name, const yaml::Value& value, const yaml::Value::Map& builtin, Faults& faults) {
  if (!name.starts_with('.')) {
    faults.add(value.spot.begin, fmt::format("\"{}\" is no hidden job: this file holds templates only", name),
               "the names of templates begin with a dot; what all jobs need goes into \".statelane\"");
    return;
  }
  if (value.as_map() == nullptr || value.as_map()->empty()) {
    faults.add(value.spot.begin, fmt::format("the template \"{}\" is no map of keywords", name),
               "give at least one keyword");
    return;
  }
  // What only repeats the built-in template, as an ejected file does, breaks nothing.
  yaml::Value::Map own = *value.as_map();
  std::erase_if(own, [&](const auto& entry) {
    const yaml::Value* known = yaml::find_value(builtin, entry.key);
    return known != nullptr && *known == entry.value;
  });
  // A job of the user's own may lend its script to a `!reference`.
  if (!name.starts_with(".statelane")) std::erase_if(own, [](const auto& entry) { return entry.key == "script"; });
  for (const RefusedKeyword& refused : find_refused_keywords(own, target_of(name))) {
    faults.add(refused.pos, refused.message, refused.hint);
  }
}

void add_references(const yaml::Value& value, std::vector<std::string>& names) {
  if (const auto* reference = std::get_if<yaml::Value::Reference>(&value.data)) {
    if (!reference->path.empty()) names.push_back(reference->path.front());
  } else if (const auto* list = value.as_list()) {
    for (const yaml::Value& item : *list) add_references(item, names);
  } else if (const auto* map = value.as_map()) {
    for (const auto& [key, item] : *map) add_references(item, names);
  }
}

/// The value at a dotted key, as `origins` writes it.
const yaml::Value* find_dotted(const yaml::Value::Map& map, std::string_view key) {
  for (const auto& [name, value] : map) {
    if (name == key) return &value;
    if (key.size() <= name.size() || !key.starts_with(name) || key[name.size()] != '.') continue;
    const auto* inner = value.as_map();
    const yaml::Value* found = inner != nullptr ? find_dotted(*inner, key.substr(name.size() + 1)) : nullptr;
    if (found != nullptr) return found;
  }
  return nullptr;
}

void add_origins(const std::string& job, const std::string& prefix, const yaml::Value::Map& map,
                 const yaml::Value::Map& overrides, std::vector<KeyOrigin>& origins) {
  for (const auto& [name, value] : map) {
    const std::string key = prefix + name;
    if (const auto* inner = value.as_map(); inner != nullptr && !inner->empty()) {
      add_origins(job, key + ".", *inner, overrides, origins);
      continue;
    }
    const yaml::Value* over = find_dotted(overrides, key);
    origins.push_back({job, key, value, over != nullptr, over != nullptr ? over->spot.begin : SourcePos{}});
  }
}

}  // namespace

TemplateSet::TemplateSet() {
  for (const TemplateFile& file : builtin_template_files()) {
    Diagnostics diagnostics;
    const auto document = yaml::read_strictly(file.text, RepoPath::of(file.name), diagnostics);
    if (!document || document->as_map() == nullptr) throw std::logic_error(fmt::format("{} is no template", file.name));
    for (const auto& [name, value] : *document->as_map()) {
      templates_[name] = {leading_comments(file.text), *value.as_map(), {}};
    }
  }
}

void TemplateSet::override_with(std::string_view text, const RepoPath& path, Diagnostics& diagnostics) {
  const auto document = yaml::read_strictly(text, path, diagnostics);
  if (!document || std::holds_alternative<std::nullptr_t>(document->data)) return;
  Faults faults(text, path, diagnostics);
  const yaml::Value::Map* entries = document->as_map();
  if (entries == nullptr) {
    faults.add(document->spot.begin, "a file of templates is a map of hidden jobs", "begin with \".statelane:\"");
    return;
  }
  for (const auto& [name, value] : *entries) check_entry(name, value, keywords(name), faults);
  if (faults.count() > 0) return;
  for (const auto& [name, value] : *entries) {
    Template& entry = templates_[name];
    entry.keywords = merge_keywords(entry.keywords, *value.as_map());
    entry.overrides = *value.as_map();
  }
}

const yaml::Value::Map& TemplateSet::keywords(std::string_view name) const {
  static const yaml::Value::Map none;
  const auto found = templates_.find(name);
  return found == templates_.end() ? none : found->second.keywords;
}

yaml::Value::Map TemplateSet::resolved(std::string_view name) const {
  yaml::Value::Map root;
  for (const Job& job : collect({std::string(name)})) root.emplace_back(job.name, yaml::Value(job.keywords));
  gitlab::resolve_extends(root);
  const yaml::Value* found = yaml::find_value(root, name);
  return found != nullptr ? *found->as_map() : yaml::Value::Map{};
}

bool TemplateSet::is_overridden(std::string_view name, std::string_view key) const {
  const auto found = templates_.find(name);
  return found != templates_.end() && find_dotted(found->second.overrides, key) != nullptr;
}

void TemplateSet::collect(const std::string& name, std::set<std::string>& seen, std::vector<Job>& jobs) const {
  const auto found = templates_.find(name);
  if (found == templates_.end() || !seen.insert(name).second) return;
  const yaml::Value::Map& keywords = found->second.keywords;
  std::vector<std::string> below;
  if (const yaml::Value* extends = yaml::find_value(keywords, "extends")) below = gitlab::extended_names(*extends);
  add_references(keywords, below);
  for (const std::string& other : below) collect(other, seen, jobs);
  jobs.push_back({name, found->second.comments, keywords});
}

std::vector<Job> TemplateSet::collect(const std::vector<std::string>& names) const {
  std::set<std::string> seen;
  std::vector<Job> jobs;
  for (const std::string& name : names) collect(name, seen, jobs);
  return jobs;
}

std::vector<KeyOrigin> TemplateSet::origins() const {
  std::vector<KeyOrigin> result;
  for (const auto& [name, entry] : templates_) add_origins(name, "", entry.keywords, entry.overrides, result);
  return result;
}

}  // namespace statelane::pipeline
