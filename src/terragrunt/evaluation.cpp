#include "terragrunt/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "hcl/token_digest.hpp"
#include "terragrunt/file_scope.hpp"

namespace statelane::terragrunt {

using hcl::Value;

namespace {

constexpr std::string_view json_name = "terragrunt.hcl.json";
constexpr std::string_view native_name = "terragrunt.hcl";
constexpr std::string_view values_name = "terragrunt.values.hcl";
constexpr std::string_view autoinclude_name = "terragrunt.autoinclude.hcl";

/// Files that read each other may do so this deep.
constexpr std::size_t deepest_reading = 20;

Entry unknown_entry(std::string reason) { return {Value::unknown(reason, {}), Value::text("\x02" + reason)}; }

}  // namespace

void Evaluation::note(Read::Kind kind, const RepoPath& path, const Origin& origin, std::string glob) {
  RepoPath real = files_.origin(path);
  // What somebody puts where it would be generated counts as well.
  if (real != path && glob.empty()) log_.reads.push_back({kind, path, "", origin});
  log_.reads.push_back({kind, std::move(real), std::move(glob), origin});
}

void Evaluation::note_open(const Value& text, const RepoPath& from, const Origin& origin, std::string what) {
  log_.open.push_back({text, files_.origin(from), origin, std::move(what)});
}

std::string Evaluation::digest_of(const RepoPath& path) const {
  if (path.name().ends_with(".hcl")) {
    const auto text = files_.read(path);
    return text ? hcl::native_token_digest(*text) : "";
  }
  const ContentId id = files_.content_id(path);
  return id.is_zero() ? "" : to_hex({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}

std::optional<RepoPath> Evaluation::config_file_in(const RepoPath& directory, const Origin& origin) {
  for (const std::string_view name : {json_name, native_name}) {
    RepoPath file = directory.child(name);
    note(Read::Kind::evaluated, file, origin);
    if (files_.kind(file) == Files::Kind::file) return file;
  }
  return std::nullopt;
}

const hcl::File* Evaluation::find_file(const RepoPath& path) {
  const hcl::File* file = parsed_.find(path);
  if (file != nullptr && file->is_cut()) {
    hcl::Value anything = hcl::Value::unknown("the file is larger or deeper than is read", {});
    log_.open.push_back({std::move(anything), path.parent(), {files_.origin(path), 0}, "what it reads"});
  }
  return file;
}

std::optional<Entries> Evaluation::values_beside(const RepoPath& directory, const Origin& origin) {
  if (const auto found = generated_.find(directory); found != generated_.end() && found->second.values)
    return found->second.values;
  const RepoPath path = directory.child(values_name);
  note(Read::Kind::evaluated, path, origin);
  const hcl::File* file = find_file(path);
  if (file == nullptr) return std::nullopt;
  const Context context{path, directory, {}, {}};
  Entries result;
  FileScope scope(*this, *file, path, context, std::nullopt);
  for (const hcl::Attribute& attribute : file->body().attributes)
    result.insert_or_assign(std::string(attribute.name), scope.fold(*attribute.value, attribute.range.begin.line));
  return result;
}

std::optional<Config> Evaluation::load(const RepoPath& path) {
  const hcl::File* file = find_file(path);
  if (file == nullptr || !spend()) return std::nullopt;
  Context context{path, path.parent(), {}, {}};
  {
    // While includes are looked for the path functions see none.
    FileScope scope(*this, *file, path, context, std::nullopt);
    context.includes = scope.includes();
  }
  std::vector<Config> parents;
  for (const Include& include : context.includes) {
    parents.push_back(load_included(include, context));
    if (include.is_exposed) context.exposed.insert_or_assign(include.label, to_object(parents.back()));
    if (include.strategy == MergeStrategy::none && include.is_exposed) add_fetched(parents.back());
  }
  FileScope scope(*this, *file, path, context, std::nullopt);
  Config config = scope.evaluate();
  scope.origin_at(0);
  values_beside(path.parent(), {files_.origin(path), 0});
  for (std::size_t index = parents.size(); index-- > 0;)
    config = merge_configs(parents[index], config, context.includes[index].strategy, log_.remarks);
  merge_autoinclude(path, context, std::nullopt, config);
  if (file->has_faults())
    log_.remarks.push_back({{files_.origin(path), 0}, "the file has faults: what it says is known in part"});
  return config;
}

/// What no file can be found for is told by Terragrunt when it runs: the unit's plan fails.
Config Evaluation::load_included(const Include& include, const Context& context) {
  note(Read::Kind::evaluated, include.file, include.origin);
  log_.included.push_back(files_.origin(include.file));
  const hcl::File* file = find_file(include.file);
  if (file == nullptr || !spend()) {
    log_.remarks.push_back({include.origin, fmt::format("there is no {} to include", include.file.display())});
    Config empty;
    empty.directory = context.directory;
    return empty;
  }
  const RepoPath directory = include.file.parent();
  FileScope scope(*this, *file, include.file, context, directory);
  Config config = scope.evaluate();
  values_beside(directory, {files_.origin(include.file), 0});
  merge_autoinclude(include.file, context, directory, config);
  if (file->has_faults())
    log_.remarks.push_back({{files_.origin(include.file), 0}, "the file has faults: what it says is known in part"});
  return config;
}

/// A file of that name beside any file that is parsed is merged over it, but for its locals.
void Evaluation::merge_autoinclude(const RepoPath& beside, const Context& context,
                                   const std::optional<RepoPath>& include_directory, Config& config) {
  const RepoPath path = beside.parent().child(autoinclude_name);
  if (const auto found = generated_.find(beside.parent()); found != generated_.end() && found->second.autoinclude) {
    config = merge_configs(config, *found->second.autoinclude, MergeStrategy::shallow, log_.remarks);
    return;
  }
  note(Read::Kind::evaluated, path, {files_.origin(beside), 0});
  const hcl::File* file = find_file(path);
  if (file == nullptr || path == beside || !spend()) return;
  FileScope scope(*this, *file, path, context, include_directory);
  Config over = scope.evaluate();
  over.locals = config.locals;
  config = merge_configs(config, over, MergeStrategy::shallow, log_.remarks);
}

/// Their outputs are fetched though no edge of Terragrunt's own says so.
void Evaluation::add_fetched(const Config& config) {
  const auto dependencies = dependencies_of(config, log_);
  log_.fetched.insert(log_.fetched.end(), dependencies.begin(), dependencies.end());
}

Entry Evaluation::read_config(const RepoPath& file, const Origin& origin) {
  note(Read::Kind::evaluated, file, origin);
  if (const auto known = read_configs_.find(file); known != read_configs_.end()) {
    const auto& reads = known->second.second;
    log_.reads.insert(log_.reads.end(), reads.begin(), reads.end());
    return known->second.first;
  }
  const bool is_circle = std::find(reading_.begin(), reading_.end(), file) != reading_.end();
  if (is_circle || reading_.size() >= deepest_reading) return unknown_entry("files read each other in a circle");
  const std::size_t first = log_.reads.size();
  reading_.push_back(file);
  Entry entry = unknown_entry("which configuration is read is not known");
  if (file.name() == values_name) {
    const auto values = values_beside(file.parent(), origin);
    entry = values ? to_object(*values) : Entry{Value::error({}), Value::text("undefined")};
  } else if (const auto config = load(file)) {
    add_fetched(*config);
    entry = to_object(*config);
  }
  reading_.pop_back();
  const std::vector<Read> reads(log_.reads.begin() + static_cast<std::ptrdiff_t>(first), log_.reads.end());
  read_configs_.emplace(file, std::pair(entry, reads));
  return entry;
}

namespace {

void add_dependency(const Value& path, const RepoPath& from, const Origin& origin, ReadLog& log,
                    std::vector<Dependency>& result) {
  const auto text = definite_text(path);
  if (!text) {
    log.remarks.push_back({origin, "the path of a dependency is not known: what it waits for is not known"});
    return;
  }
  auto directory = to_path(*text, from);
  if (!directory) return;
  // The file itself may be named, too.
  if (directory->name() == native_name || directory->name() == json_name) directory = directory->parent();
  result.push_back({*std::move(directory), origin});
}

}  // namespace

std::vector<Dependency> dependencies_of(const Config& config, ReadLog& log) {
  std::vector<Dependency> result;
  for (const auto& [label, entry] : config.dependencies) {
    const auto* map = entry.value.as_map();
    const auto path = map == nullptr ? Value::Map::const_iterator{} : map->find("config_path");
    if (map == nullptr || path == map->end()) continue;
    const auto enabled = map->find("enabled");
    const bool* is_enabled = enabled == map->end() ? nullptr : enabled->second.as_bool();
    if (is_enabled != nullptr && !*is_enabled) continue;
    for (const Value& one :
         path->second.as_one_of() != nullptr ? path->second.as_one_of()->values : std::vector<Value>{path->second})
      add_dependency(one, config.directory, entry.origin, log, result);
  }
  for (const Entry& entry : config.paths) {
    const auto* list = entry.value.as_open_list();
    if (list == nullptr) log.remarks.push_back({entry.origin, "the paths of dependencies are not known"});
    for (const Value& path : list == nullptr ? std::vector<Value>{} : std::vector<Value>(list->begin(), list->end()))
      add_dependency(path, config.directory, entry.origin, log, result);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace statelane::terragrunt
